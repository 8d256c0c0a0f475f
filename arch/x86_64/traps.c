/* SPDX-License-Identifier: MIT */
#include "traps.h"

#include "assert.h"
#include "cr.h"
#include "irqline.h"
#include "lapic.h"
#include "lib/addr.h"
#include "ports.h"
#include "regs-constants.h"
#include "segments.h"
#include "timer.h"
#include "upcall.h"
#include "vectors.h"

#define EXCEPTIONS 32u
#define VECTOR_NMI 2u
#define VECTOR_DF 8u
#define VECTOR_GP 13u
#define VECTOR_PF 14u
#define VECTOR_MC 18u
#define STUB_BYTES 16u
#define IST_EMERGENCY 1u

/* Intel SDM vol. 3A section 6.14.1 "64-Bit Mode IDT". */
struct gate {
	uint16_t offset0, selector;
	uint8_t ist, type;
	uint16_t offset1;
	uint32_t offset2, reserved;
} PACKED;

#define GATE_INTERRUPT 0x8eu
#define GATE_INTERRUPT_USER 0xeeu /* INT3 and INTO may come from ring 3 */

static struct gate idt[256] ALIGNED(16);

/* Counted by nmi_entry, which halts the CPU for good if the kernel has failed. */
uint64_t nmi_count;

extern const char trap_stubs[], nmi_entry[];

static void trap_gate(unsigned vector, const char *entry, unsigned ist)
{
	uint64_t offset = (uint64_t)entry;

	idt[vector] = (struct gate){
		.offset0 = (uint16_t)offset,
		.selector = SEL_KERNEL_CODE,
		.ist = (uint8_t)ist,
		.type = vector == 3 || vector == 4 ? GATE_INTERRUPT_USER : GATE_INTERRUPT,
		.offset1 = (uint16_t)(offset >> 16),
		.offset2 = (uint32_t)(offset >> 32),
	};
}

void traps_init(void)
{
	for (unsigned vector = 0; vector < ARRAY_SIZE(idt); vector++)
		trap_gate(vector, trap_stubs + vector * STUB_BYTES, 0);
	trap_gate(VECTOR_NMI, nmi_entry, IST_EMERGENCY);
	trap_gate(VECTOR_DF, trap_stubs + VECTOR_DF * STUB_BYTES, IST_EMERGENCY);
	trap_gate(VECTOR_MC, trap_stubs + VECTOR_MC * STUB_BYTES, IST_EMERGENCY);
}

void traps_load(void)
{
	struct table_register table = {sizeof(idt) - 1, (uint64_t)idt};

	lidt(&table);
}

struct regs *interrupt_dispatch(struct regs *regs, unsigned vector)
{
	if (vector == VECTOR_TIMER) {
		lapic_eoi();
		timer_fired();
		return kernel_timer(regs);
	}
	if (vector == VECTOR_MESSAGE) {
		lapic_eoi();
		return kernel_message(regs);
	}
	if (vector >= VECTOR_LINES && vector < VECTOR_LINES + IRQ_LINES) {
		/* Masked before the EOI, or a level line would fire at once again. */
		irq_line_mask(vector - VECTOR_LINES);
		lapic_eoi();
		return kernel_irq(regs, vector - VECTOR_LINES);
	}
	/* Of nobody's, such as a device that the firmware left on: without its EOI it
	 * would keep others out for good. Spurious ones have none. */
	if (vector != VECTOR_SPURIOUS)
		lapic_eoi();
	return regs;
}

/* Some CPUs take a jump to a non-canonical address and fault at its target. IRET
 * to there would fault in ring 0; to the end of user space it faults in ring 3. */
static uint64_t trap_canonical(uint64_t rip)
{
	return (uint64_t)((int64_t)(rip << 16) >> 16) == rip ? rip : USER_END;
}

struct regs *trap_user(struct regs *regs, unsigned vector, uint64_t error)
{
	regs->rip = trap_canonical(regs->rip);
	if (vector >= EXCEPTIONS)
		return interrupt_dispatch(regs, vector);
	if (vector == VECTOR_MC)
		panic("machine check");
	if (vector == VECTOR_GP && ports_repair())
		return regs;
	return kernel_fault(regs, vector, error, vector == VECTOR_PF ? readcr2() : 0);
}

void trap_panic(const struct trap_frame *frame)
{
	panic("exception %llu, error %llx, in ring 0 at %llx, rsp %llx, cr2 %llx, cs %llx",
		(unsigned long long)frame->vector, (unsigned long long)frame->error,
		(unsigned long long)frame->rip, (unsigned long long)frame->rsp,
		(unsigned long long)readcr2(), (unsigned long long)frame->cs);
}

_Static_assert(sizeof(struct gate) == 16, "gates are 16 bytes");
_Static_assert(offsetof(struct regs, rax) == 0 && offsetof(struct regs, rsp) == 4 * 8 &&
		       offsetof(struct regs, rdi) == 7 * 8 && offsetof(struct regs, r15) == 15 * 8,
	"the frame has the order that frame-macros.h counts by");
_Static_assert(RESUME_CALLED < RESUME_ANSWERED_NUMBER, "assembly agrees");
_Static_assert(RESUME_ANSWERED == RESUME_ANSWERED_NUMBER, "assembly agrees");
_Static_assert(RESUME_SYSRET == RESUME_SYSRET_NUMBER, "assembly agrees");
_Static_assert(RESUME_IRET == RESUME_IRET_NUMBER, "assembly agrees");
_Static_assert(RESUME_GUEST == RESUME_GUEST_NUMBER, "assembly agrees");
