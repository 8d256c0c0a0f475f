/* SPDX-License-Identifier: MIT */
/* Short ways: see quick.h. */
#include "vmm/quick.h"

#include "vmm/decode.h"
#include "vmm/guest_memory.h"
#include "vmm/vcpu.h"
#include "lib/string.h"

#define WINDOW 16u /* bytes of code that are looked at */

/* Entries of 4-level paging: Intel SDM vol. 3A section 4.5. */
#define ENTRY_P BIT(0)
#define ENTRY_PS BIT(7)
#define ENTRY_ADDRESS BITS(51, 12)

bool quick_port(struct vcpu *v, const struct exit_io *io)
{
	struct vcpu_state *s = v->cpu.state;
	unsigned offset = io->port - MACHINE_COM1;

	if (offset >= UART_PORTS || io->bytes != 1 || io->string)
		return false;
	if (io->in)
		cpu_set_gpr(s, GPR_RAX, 1, machine_com1_read(v->own, offset));
	else
		machine_com1_write(v->own, offset, (uint8_t)s->gpr[GPR_RAX]);
	return true;
}

/* The code at RIP. The processor has just fetched from there, so rights and accessed
 * bits need no care; an entry that has changed since gives other bytes, no harm. */
static const uint8_t *code_at(const struct guest_memory *mem, const struct vcpu_state *s)
{
	uint64_t entry = s->cr3, size = 0;

	for (unsigned shift = PAGE_SHIFT + 27; shift >= PAGE_SHIFT; shift -= 9) {
		const uint64_t *table = guest_span(mem, gpa(entry & ENTRY_ADDRESS), PAGE_SIZE);

		if (!table)
			return NULL;
		entry = __atomic_load_n(&table[s->rip >> shift & 511], __ATOMIC_RELAXED);
		if (!(entry & ENTRY_P))
			return NULL;
		size = BIT(shift);
		if (entry & ENTRY_PS && shift > PAGE_SHIFT)
			break;
	}
	entry &= ENTRY_ADDRESS & ~(size - 1);
	entry += s->rip & (size - 1) & ~(uint64_t)PAGE_MASK;
	return guest_span(mem, gpa(entry), PAGE_SIZE);
}

static bool move_decode(struct quick_move *m, const uint64_t bytes[2])
{
	uint8_t code[WINDOW];
	struct insn insn;

	memcpy(code, bytes, sizeof code);
	if (insn_decode(&insn, code, WINDOW - 1, CODE_64) || insn.op != INSN_MOV)
		return false;
	if (insn.memory_bytes != 4 || insn.operand_bytes != 4)
		return false;
	if (insn.lock || insn.rep || insn.repne)
		return false;
	m->length = insn.length;
	m->reg = insn.reg;
	m->store = insn.form != FORM_REG_MEM;
	m->immediate = insn.form == FORM_MEM_IMM;
	m->value = (uint32_t)insn.immediate;
	return true;
}

static bool move_learn(struct quick_move *m, uint64_t rip, const uint64_t bytes[2])
{
	*m = (struct quick_move){.rip = rip};
	if (!move_decode(m, bytes))
		return false;
	m->mask[0] = cpu_mask(m->length < 8 ? m->length : 8);
	m->mask[1] = m->length > 8 ? cpu_mask(m->length - 8u) : 0;
	m->bytes[0] = bytes[0] & m->mask[0];
	m->bytes[1] = bytes[1] & m->mask[1];
	return true;
}

/* The move at RIP, or NULL. */
static const struct quick_move *move_find(struct vcpu *v)
{
	const struct vcpu_state *s = v->cpu.state;
	struct quick_move *m = &v->quick.move[(s->rip ^ s->rip >> 4) & (QUICK_MOVES - 1)];
	const uint8_t *page;
	uint64_t bytes[2], at = s->rip & PAGE_MASK;

	if (at > PAGE_SIZE - WINDOW)
		return NULL;
	page = code_at(v->cpu.memory, s);
	if (!page)
		return NULL;
	memcpy(bytes, page + at, sizeof bytes);
	if (m->rip == s->rip && m->length && (bytes[0] & m->mask[0]) == m->bytes[0] &&
		(bytes[1] & m->mask[1]) == m->bytes[1])
		return m;
	return move_learn(m, s->rip, bytes) ? m : NULL;
}

static bool is_64bit(const struct vcpu_state *s)
{
	if (s->rip >> 32)
		return true;
	return (s->valid & QUICK_MORE) == QUICK_MORE && cpu_code_size(s) == CODE_64;
}

bool quick_apic(struct vcpu *v, const struct exit_mmio *mmio)
{
	struct vcpu_state *s = v->cpu.state;
	uint64_t offset = mmio->gpa.raw - LAPIC_BASE_DEFAULT;
	uint32_t *want = &s->want[VCPU_WANT_INDEX(s->exit_reason)];
	const struct quick_move *m;

	if (offset > LAPIC_SIZE - 4 || !is_64bit(s))
		return false;
	m = move_find(v);
	if (!m || m->store != mmio->write)
		return false;
	if (m->store)
		machine_apic_write(v->own, offset, 4,
			m->immediate ? m->value : (uint32_t)s->gpr[m->reg & (GPR_COUNT - 1)]);
	else
		cpu_set_gpr(s, m->reg, 4, machine_apic_read(v->own, offset, 4));
	cpu_skip(s, m->length);
	if (s->rip >> 32 && unlikely(*want & QUICK_MORE))
		*want &= ~QUICK_MORE;
	return true;
}

_Static_assert(WINDOW >= 15 + 1, "the longest instruction, as decode.h wants it");
