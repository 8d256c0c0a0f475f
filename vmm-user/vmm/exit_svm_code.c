/* SPDX-License-Identifier: MIT */
/* Instructions that exit: see exit_svm.h. */
#include "vmm/exit_svm.h"

#include "vmm/access.h"
#include "lib/compiler.h"

/* Section 15.33.1 "Decode Assists": MOV CR and MOV DR */
#define ASSIST_MOV_CR BIT(63)
#define ASSIST_GPR(q) ((q)&0xf)

/* Section 15.10.2 "IN and OUT Behavior" */
#define IO_IN BIT(0)
#define IO_STRING BIT(2)
#define IO_REP BIT(3)
#define IO_BYTES(q) ((q) >> 4 & 7)
#define IO_ADDRESS(q) (2 * ((q) >> 7 & 7))
#define IO_SEGMENT(q) ((q) >> 10 & 7)
#define IO_PORT(q) ((q) >> 16 & 0xffff)

static void becomes_again(struct svm_exit *c, uint32_t groups)
{
	*c->exit = (struct exit){.kind = KIND_AGAIN, .groups = groups};
}

static void becomes_fault(struct svm_exit *c, const struct fault *fault)
{
	*c->exit = (struct exit){.kind = KIND_FAULT, .fault = *fault};
}

/* Reads the instruction at RIP. false: the exit has become another. */
static bool code_read(struct svm_exit *c)
{
	uint8_t bytes[INSN_BYTES_MAX];
	struct fault fault;
	size_t size;

	if (!access_fetch(c->cpu, bytes, &size, &fault)) {
		becomes_fault(c, &fault);
		return false;
	}
	if (insn_system_decode(&c->insn, bytes, size, cpu_code_size(c->state))) {
		becomes_again(c, 0);
		return false;
	}
	c->exit->length = c->insn.length;
	return true;
}

static bool code_is(struct svm_exit *c, enum system_op op)
{
	if (!code_read(c))
		return false;
	if (c->insn.op == op)
		return true;
	becomes_again(c, 0);
	return false;
}

void svm_length_set(struct svm_exit *c, uint64_t length)
{
	if (length <= INSN_BYTES_MAX)
		c->exit->length = (uint8_t)length;
}

bool svm_length(struct svm_exit *c, enum system_op op)
{
	if (!c->hardware->next_rip)
		return code_is(c, op);
	svm_length_set(c, c->state->instruction_length);
	return true;
}

static void decode_lmsw(struct svm_exit *c)
{
	const struct insn_system *insn = &c->insn;
	struct fault fault;
	uint64_t value;

	if (insn->gpr != INSN_NO_REG)
		value = c->state->gpr[insn->gpr];
	else if (!access_read(c->cpu, insn->memory.segment,
			 memory_address(&insn->memory, insn->length, c->state), 2, &value,
			 &fault)) {
		becomes_fault(c, &fault);
		return;
	}
	c->exit->cr.access = CR_LMSW;
	c->exit->cr.source = (uint16_t)value;
}

static void decode_smsw(struct svm_exit *c)
{
	const struct insn_system *insn = &c->insn;
	struct exit_cr *cr = &c->exit->cr;

	cr->access = CR_SMSW;
	cr->bytes = insn->operand_bytes;
	cr->memory = insn->gpr == INSN_NO_REG;
	if (!cr->memory)
		return;
	cr->segment = insn->memory.segment;
	cr->offset = memory_address(&insn->memory, insn->length, c->state);
}

static void decode_cr_code(struct svm_exit *c, unsigned cr, bool read)
{
	enum system_op op;

	if (!code_read(c))
		return;
	op = c->insn.op;
	if (c->insn.gpr != INSN_NO_REG)
		c->exit->cr.gpr = c->insn.gpr;
	if (op == (read ? SYSTEM_READ_CR : SYSTEM_WRITE_CR) && c->insn.number == cr)
		c->exit->cr.access = read ? CR_READ : CR_WRITE;
	else if (cr == 0 && !read && op == SYSTEM_CLTS)
		c->exit->cr.access = CR_CLTS;
	else if (cr == 0 && !read && op == SYSTEM_LMSW)
		decode_lmsw(c);
	else if (cr == 0 && read && op == SYSTEM_SMSW)
		decode_smsw(c);
	else
		becomes_again(c, 0);
}

void svm_decode_cr(struct svm_exit *c)
{
	uint64_t q = c->state->exit_qualification;
	bool read = c->state->exit_reason < SVM_WRITE_CR;
	struct exit_cr *cr = &c->exit->cr;

	cr->cr = c->state->exit_reason & 0xf;
	if (!c->hardware->assists || !c->hardware->next_rip || !(q & ASSIST_MOV_CR)) {
		decode_cr_code(c, cr->cr, read);
		return;
	}
	cr->access = read ? CR_READ : CR_WRITE;
	cr->gpr = ASSIST_GPR(q);
	svm_length_set(c, c->state->instruction_length);
}

void svm_decode_dr(struct svm_exit *c)
{
	struct exit_dr *dr = &c->exit->dr;

	dr->read = c->state->exit_reason < SVM_WRITE_DR;
	if (c->hardware->assists && c->hardware->next_rip) {
		dr->dr = c->state->exit_reason & 7;
		dr->gpr = ASSIST_GPR(c->state->exit_qualification);
		svm_length_set(c, c->state->instruction_length);
	} else if (code_is(c, dr->read ? SYSTEM_READ_DR : SYSTEM_WRITE_DR)) {
		dr->dr = c->insn.number;
		dr->gpr = c->insn.gpr;
	}
}

/* Address size and segment of a string. INS always writes through ES. */
static void decode_io_string(struct svm_exit *c)
{
	uint64_t q = c->state->exit_qualification;
	struct exit_io *io = &c->exit->io;
	unsigned segment = IO_SEGMENT(q);

	if (c->hardware->assists) {
		io->address_bytes = IO_ADDRESS(q);
	} else if ((c->state->valid & WANT_CODE) != WANT_CODE) {
		becomes_again(c, WANT_CODE);
		return;
	} else if (code_is(c, io->in ? SYSTEM_INS : SYSTEM_OUTS)) {
		io->address_bytes = c->insn.memory.address_bytes;
		segment = c->insn.memory.segment;
	} else {
		return;
	}
	io->segment = io->in || segment > SEG_GS ? SEG_ES : segment;
}

/* The one exit that always says where the next instruction is. */
void svm_decode_io(struct svm_exit *c)
{
	uint64_t q = c->state->exit_qualification;
	struct exit_io *io = &c->exit->io;

	svm_length_set(c, c->state->exit_info2 - c->state->rip);
	io->port = IO_PORT(q);
	io->bytes = IO_BYTES(q);
	io->in = q & IO_IN;
	io->string = q & IO_STRING;
	io->rep = q & IO_REP;
	if (io->string)
		decode_io_string(c);
}
