/* SPDX-License-Identifier: MIT */
/*
 * A breakpoint on a port (CR4.DE) must trap after IN and OUT to it, also where
 * a hypervisor does the access, and not for its neighbours.
 * Source: Intel SDM vol. 3, 17.2.4 "Debug Control Register (DR7)", 17.3.1.1
 * "Instruction-Breakpoint Exception Condition", 17.3.1.2 "Data Memory and I/O
 * Breakpoint Exception Conditions".
 */
#include "cpu.h"
#include "legacy.h"
#include "test.h"

const char test_name[] = "dr_port";

#define PORT (UART + 7)
#define DR6_FIXED 0xffff0ff0ull
#define DR7_FIXED 0x400
#define DR7_PORT_3 (DR7_FIXED | 0x80 | 0x2u << 28) /* breakpoint 3: I/O, 1 byte */

static volatile unsigned hits;
static volatile uint64_t hit_rip, hit_dr6;

static bool db_hook(struct trap_frame *f)
{
	hits++;
	hit_rip = f->rip;
	hit_dr6 = read_dr6();
	write_dr6(DR6_FIXED);
	return true;
}

#define PORT_FN(name, insn)                                                                        \
	static void name(void)                                                                     \
	{                                                                                          \
		__asm__ volatile("movq $771f, trap_want_rip\n" insn "\n771: nop; nop"              \
				 :                                                                 \
				 : "d"(PORT)                                                       \
				 : "rax", "memory");                                               \
	}
PORT_FN(do_in, "inb %%dx, %%al")
PORT_FN(do_out, "outb %%al, %%dx")
PORT_FN(do_other, "mov $0x3fb, %%edx; inb %%dx, %%al; mov $0x3ff, %%edx")

static void row_check(const char *name, void (*fn)(void))
{
	hits = 0;
	write_dr7(DR7_PORT_3);
	fn();
	write_dr7(DR7_FIXED);
	check_eq(1, hits, "%s: fires", name);
	check_eq(trap_want_rip, hit_rip, "%s: is a trap", name);
	check_eq(8, hit_dr6 & 0xf, "%s: DR6 names breakpoint 3", name);
}

void test_main(void)
{
	trap_hook(TRAP_DB, db_hook);
	write_cr4(read_cr4() | CR4_DE);
	write_dr3(PORT);
	write_dr6(DR6_FIXED);
	row_check("IN", do_in);
	row_check("OUT", do_out);
	hits = 0;
	write_dr7(DR7_PORT_3);
	do_other();
	write_dr7(DR7_FIXED);
	check_eq(0, hits, "another port: silent");
}
