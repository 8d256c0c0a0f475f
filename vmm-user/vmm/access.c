/* SPDX-License-Identifier: MIT */
/* Memory accesses of a guest's instructions: see access.h. */
#include "vmm/access.h"

#include "vmm/bus.h"
#include "vmm/guest_walk.h"
#include "lib/string.h"

/* At most two pages: an operand has at most 8 bytes, an instruction 15. */
struct pieces {
	gpa_t at[2];
	unsigned bytes[2];
};

static bool is_canonical(uint64_t linear)
{
	return (uint64_t)((int64_t)(linear << 16) >> 16) == linear;
}

static struct fault segment_fault(unsigned segment)
{
	return fault_error(segment == SEG_SS ? VECTOR_SS : VECTOR_GP, 0);
}

static bool linear_64(const struct vcpu_state *s, unsigned segment, uint64_t offset, unsigned bytes,
	uint64_t *linear, struct fault *fault)
{
	bool based = segment == SEG_FS || segment == SEG_GS;

	*linear = offset + (based ? s->segment[segment].base : 0);
	if (is_canonical(*linear) && is_canonical(*linear + bytes - 1))
		return true;
	*fault = segment_fault(segment);
	return false;
}

/* Real and virtual-8086 mode have no types and rights, only limits. */
static bool segment_typed(const struct vcpu_state *s)
{
	return s->cr0 & CR0_PE && !(s->rflags & RFLAGS_VM);
}

static bool segment_permits(const struct vcpu_state *s, const struct vcpu_segment *seg, bool write)
{
	if (!segment_typed(s))
		return true;
	if (seg->ar & AR_UNUSABLE || !(seg->ar & AR_P))
		return false;
	if (write)
		return (seg->ar & (AR_CODE | AR_WRITABLE)) == AR_WRITABLE;
	return !(seg->ar & AR_CODE) || seg->ar & AR_WRITABLE;
}

static bool segment_holds(
	const struct vcpu_state *s, const struct vcpu_segment *seg, uint64_t offset, unsigned bytes)
{
	uint64_t last = offset + bytes - 1;

	if (segment_typed(s) && (seg->ar & (AR_CODE | AR_DOWN)) == AR_DOWN)
		return offset > seg->limit && last <= (seg->ar & AR_DB ? UINT32_MAX : UINT16_MAX);
	return last <= seg->limit;
}

bool access_linear(const struct vcpu_state *state, unsigned segment, uint64_t offset,
	unsigned bytes, bool write, uint64_t *linear, struct fault *fault)
{
	const struct vcpu_segment *seg = &state->segment[segment];

	if (cpu_code_size(state) == CODE_64)
		return linear_64(state, segment, offset, bytes, linear, fault);
	offset &= UINT32_MAX;
	*linear = (seg->base + offset) & UINT32_MAX;
	if (segment_permits(state, seg, write) && segment_holds(state, seg, offset, bytes))
		return true;
	*fault = segment_fault(segment);
	return false;
}

static bool is_known(const struct known_page *known, uint64_t linear, unsigned access)
{
	if (!known->valid || PAGE_ALIGN_DOWN(linear) != known->linear || access & PF_FETCH)
		return false;
	return known->write || !(access & PF_WRITE);
}

static bool translate(
	struct guest_cpu *cpu, uint64_t linear, unsigned access, gpa_t *at, struct fault *fault)
{
	if (is_known(&cpu->known, linear, access)) {
		*at = gpa(cpu->known.physical | (linear & PAGE_MASK));
		return true;
	}
	return guest_walk(cpu->memory, cpu->state, gva(linear), access, at, fault);
}

/* Translates both pages before anything is touched. */
static bool pieces_find(struct guest_cpu *cpu, uint64_t linear, unsigned bytes, unsigned access,
	struct pieces *p, struct fault *fault)
{
	uint64_t room = PAGE_SIZE - (linear & PAGE_MASK);
	uint64_t wrap = cpu_long_mode(cpu->state) ? ~0ull : UINT32_MAX;

	p->bytes[0] = bytes <= room ? bytes : (unsigned)room;
	p->bytes[1] = bytes - p->bytes[0];
	if (!translate(cpu, linear, access, &p->at[0], fault))
		return false;
	if (!p->bytes[1])
		return true;
	return translate(cpu, (linear + room) & wrap, access, &p->at[1], fault);
}

/* Device registers are accessed by powers of two. */
static unsigned piece_step(unsigned left)
{
	return left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
}

static void piece_read(struct guest_cpu *cpu, gpa_t at, unsigned bytes, uint8_t *to)
{
	unsigned step;

	if (!guest_copy_in(cpu->memory, at, to, bytes))
		return;
	for (unsigned done = 0; done < bytes; done += step) {
		uint64_t value;

		step = piece_step(bytes - done);
		value = bus_read(cpu->mmio, at.raw + done, step);
		memcpy(to + done, &value, step);
	}
}

static void piece_write(struct guest_cpu *cpu, gpa_t at, unsigned bytes, const uint8_t *from)
{
	unsigned step;

	if (!guest_copy_out(cpu->memory, at, from, bytes))
		return;
	for (unsigned done = 0; done < bytes; done += step) {
		uint64_t value = 0;

		step = piece_step(bytes - done);
		memcpy(&value, from + done, step);
		bus_write(cpu->mmio, at.raw + done, step, value);
	}
}

/* Instructions act with the rights of CPL; implicit supervisor accesses (tables,
 * stacks of gates) are never made here. */
static unsigned access_user(const struct vcpu_state *s)
{
	return cpu_cpl(s) == 3 ? PF_USER : 0;
}

static bool access_find(struct guest_cpu *cpu, unsigned segment, uint64_t offset, unsigned bytes,
	bool write, struct pieces *p, struct fault *fault)
{
	uint64_t linear;
	unsigned access = access_user(cpu->state) | (write ? PF_WRITE : 0);

	if (!access_linear(cpu->state, segment, offset, bytes, write, &linear, fault))
		return false;
	return pieces_find(cpu, linear, bytes, access, p, fault);
}

bool access_read(struct guest_cpu *cpu, unsigned segment, uint64_t offset, unsigned bytes,
	uint64_t *value, struct fault *fault)
{
	struct pieces p;
	uint8_t buffer[8] = {0};

	if (!access_find(cpu, segment, offset, bytes, false, &p, fault))
		return false;
	piece_read(cpu, p.at[0], p.bytes[0], buffer);
	if (p.bytes[1])
		piece_read(cpu, p.at[1], p.bytes[1], buffer + p.bytes[0]);
	memcpy(value, buffer, sizeof *value);
	return true;
}

bool access_write(struct guest_cpu *cpu, unsigned segment, uint64_t offset, unsigned bytes,
	uint64_t value, struct fault *fault)
{
	struct pieces p;
	uint8_t buffer[8];

	if (!access_find(cpu, segment, offset, bytes, true, &p, fault))
		return false;
	memcpy(buffer, &value, sizeof buffer);
	piece_write(cpu, p.at[0], p.bytes[0], buffer);
	if (p.bytes[1])
		piece_write(cpu, p.at[1], p.bytes[1], buffer + p.bytes[0]);
	return true;
}

bool access_writable(struct guest_cpu *cpu, unsigned segment, uint64_t offset, unsigned bytes,
	struct fault *fault)
{
	struct pieces p;

	return access_find(cpu, segment, offset, bytes, true, &p, fault);
}

/* Fetches the piece; an instruction that lies in device memory reads as nothing. */
static size_t fetch_piece(
	struct guest_cpu *cpu, uint64_t linear, size_t bytes, uint8_t *to, struct fault *fault)
{
	unsigned access = PF_FETCH | access_user(cpu->state);
	gpa_t at;

	if (!is_canonical(linear)) {
		*fault = fault_error(VECTOR_GP, 0);
		return 0;
	}
	if (!guest_walk(cpu->memory, cpu->state, gva(linear), access, &at, fault))
		return 0;
	if (guest_copy_in(cpu->memory, at, to, bytes)) {
		*fault = fault_plain(VECTOR_UD);
		return 0;
	}
	return bytes;
}

bool access_fetch(struct guest_cpu *cpu, uint8_t *to, size_t *size, struct fault *fault)
{
	const struct vcpu_state *s = cpu->state;
	bool flat = cpu_code_size(s) == CODE_64;
	uint64_t wrap = flat ? ~0ull : UINT32_MAX;
	uint64_t linear = (s->rip + (flat ? 0 : s->segment[SEG_CS].base)) & wrap;
	uint64_t room = PAGE_SIZE - (linear & PAGE_MASK);
	size_t first = room < INSN_BYTES_MAX ? room : INSN_BYTES_MAX;
	struct fault ignored;

	*size = fetch_piece(cpu, linear, first, to, fault);
	if (!*size)
		return false;
	if (first < INSN_BYTES_MAX)
		*size += fetch_piece(
			cpu, (linear + room) & wrap, INSN_BYTES_MAX - first, to + first, &ignored);
	return true;
}
