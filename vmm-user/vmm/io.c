/* SPDX-License-Identifier: MIT */
/* Port input and output of a guest: see io.h. */
#include "vmm/io.h"

#include "vmm/access.h"
#include "vmm/bus.h"
#include "vmm/emulate_string.h"

void io_single(struct guest_cpu *cpu, const struct exit_io *io)
{
	if (io->in)
		cpu_set_gpr(
			cpu->state, GPR_RAX, io->bytes, bus_read(cpu->ports, io->port, io->bytes));
	else
		bus_write(cpu->ports, io->port, io->bytes,
			cpu->state->gpr[GPR_RAX] & cpu_mask(io->bytes));
}

/* The port is read only when the byte has a place to go to. */
static bool ins_once(struct guest_cpu *cpu, const struct exit_io *io, struct fault *fault)
{
	struct vcpu_state *s = cpu->state;
	uint64_t to = s->gpr[GPR_RDI] & cpu_mask(io->address_bytes);

	if (!access_writable(cpu, SEG_ES, to, io->bytes, fault))
		return false;
	if (!access_write(
		    cpu, SEG_ES, to, io->bytes, bus_read(cpu->ports, io->port, io->bytes), fault))
		return false;
	string_advance(s, GPR_RDI, io->address_bytes, io->bytes);
	return true;
}

static bool outs_once(struct guest_cpu *cpu, const struct exit_io *io, struct fault *fault)
{
	struct vcpu_state *s = cpu->state;
	uint64_t from = s->gpr[GPR_RSI] & cpu_mask(io->address_bytes), value;

	if (!access_read(cpu, io->segment, from, io->bytes, &value, fault))
		return false;
	bus_write(cpu->ports, io->port, io->bytes, value);
	string_advance(s, GPR_RSI, io->address_bytes, io->bytes);
	return true;
}

enum emulate_result io_string(struct guest_cpu *cpu, const struct exit_io *io, struct fault *fault)
{
	for (unsigned done = 0; !io->rep || string_count(cpu->state, io->address_bytes); done++) {
		if (done == IO_REP_MAX)
			return EMULATE_AGAIN;
		if (io->in ? !ins_once(cpu, io, fault) : !outs_once(cpu, io, fault))
			return EMULATE_FAULT;
		if (!io->rep)
			break;
		string_count_down(cpu->state, io->address_bytes);
	}
	return EMULATE_DONE;
}
