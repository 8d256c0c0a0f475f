/* SPDX-License-Identifier: MIT */
/*
 * #PF must carry the right error code and CR2 for every kind of access: not
 * present, protection, reserved bit, instruction fetch; from ring 0 and 3.
 * INVLPG and a CR3 load must make a changed entry effective, and accessed and
 * dirty bits must be set.
 * Source: Intel SDM vol. 3, 4.7 "Page-Fault Exceptions", 4.8 "Accessed and
 * Dirty Flags", 4.10.4 "Invalidation of TLBs and Paging-Structure Caches".
 */
#include "boot.h"
#include "cpu.h"
#include "test.h"

const char test_name[] = "page_fault";

#define P 1ull
#define W 2ull
#define U 4ull
#define ACCESSED 0x20ull
#define DIRTY 0x40ull
#define NX (1ull << 63)
#define RESERVED (1ull << 51)

#define ERR_P 1
#define ERR_W 2
#define ERR_U 4
#define ERR_RSVD 8
#define ERR_FETCH 16

/* One page at 1 GiB, through tables of our own below PML4[1]. */
#define WINDOW 0x8000000000ull

extern uint64_t boot_pml4[512];

static uint64_t pdpt[512] __attribute__((aligned(4096)));
static uint64_t pd[512] __attribute__((aligned(4096)));
static uint64_t pt[512] __attribute__((aligned(4096)));
static uint8_t page[4096] __attribute__((aligned(4096)));
static uint8_t other[4096] __attribute__((aligned(4096)));

enum access { READ, WRITE, FETCH };

static void do_read(void *a)
{
	__asm__ volatile(FAULT("movl (%0), %%eax") : : "r"(a) : "rax", "memory");
}

static void do_write(void *a)
{
	__asm__ volatile(FAULT("movl $1, 8(%0)") : : "r"(a) : "memory");
}

static void do_fetch(void *a)
{
	trap_want_rip = (uint64_t)a;
	((void (*)(void))a)();
}

static void (*const accesses[])(void *) = {do_read, do_write, do_fetch};

static const struct {
	const char *name;
	uint64_t entry;
	enum access access;
	bool user, wp;
	int vector;
	uint64_t error;
} rows[] = {
	{"read, not present", 0, READ, false, true, TRAP_PF, 0},
	{"write, not present", 0, WRITE, false, true, TRAP_PF, ERR_W},
	{"fetch, not present", 0, FETCH, false, true, TRAP_PF, ERR_FETCH},
	{"read, present", P | W | U, READ, false, true, TRAP_NONE, 0},
	{"write, read-only", P | U, WRITE, false, true, TRAP_PF, ERR_W | ERR_P},
	{"write, read-only, CR0.WP clear", P | U, WRITE, false, false, TRAP_NONE, 0},
	{"fetch, no execute", P | W | U | NX, FETCH, false, true, TRAP_PF, ERR_FETCH | ERR_P},
	{"read, no execute", P | W | U | NX, READ, false, true, TRAP_NONE, 0},
	{"read, reserved bit", P | W | U | RESERVED, READ, false, true, TRAP_PF, ERR_RSVD | ERR_P},
	{"ring 3 read, not present", 0, READ, true, true, TRAP_PF, ERR_U},
	{"ring 3 read, supervisor", P | W, READ, true, true, TRAP_PF, ERR_U | ERR_P},
	{"ring 3 write, supervisor", P | W, WRITE, true, true, TRAP_PF, ERR_U | ERR_W | ERR_P},
	{"ring 3 write, read-only", P | U, WRITE, true, true, TRAP_PF, ERR_U | ERR_W | ERR_P},
	{"ring 3 write, read-only, CR0.WP clear", P | U, WRITE, true, false, TRAP_PF,
		ERR_U | ERR_W | ERR_P},
	{"ring 3 fetch, supervisor", P | W, FETCH, true, true, TRAP_PF, ERR_U | ERR_FETCH | ERR_P},
	{"ring 3 fetch, present", P | W | U, FETCH, true, true, TRAP_NONE, 0},
	{"ring 3 write, present", P | W | U, WRITE, true, true, TRAP_NONE, 0},
};

static uint64_t cr2_want(enum access a)
{
	return a == WRITE ? WINDOW + 8 : WINDOW;
}

static void window_set(uint64_t entry)
{
	pt[0] = entry ? (uint64_t)page | entry : 0;
	cpu_invlpg((void *)WINDOW);
}

static void row_check(unsigned i)
{
	struct trap t;

	page[0] = 0xc3; /* RET */
	window_set(rows[i].entry);
	write_cr0(rows[i].wp ? read_cr0() | CR0_WP : read_cr0() & ~CR0_WP);
	t = (rows[i].user ? trap_call_user : trap_call)(accesses[rows[i].access], (void *)WINDOW);
	write_cr0(read_cr0() | CR0_WP);
	check_trap(rows[i].vector, &t, "%s", rows[i].name);
	if (rows[i].vector != TRAP_PF || t.vector != TRAP_PF)
		return;
	if (rows[i].error & ERR_RSVD && boot_tcg_is(TCG_WRONG))
		check_skip(rows[i].name, "QEMU 7.2 leaves P out of its error code");
	else
		check_eq(rows[i].error, t.error, "%s error code", rows[i].name);
	check_eq(cr2_want(rows[i].access), t.cr2, "%s CR2", rows[i].name);
	check_eq(trap_want_rip, t.rip, "%s rip", rows[i].name);
}

static void accessed_check(void)
{
	window_set(P | W | U);
	check_eq(0, pt[0] & (ACCESSED | DIRTY), "nothing accessed yet");
	do_read((void *)WINDOW);
	check_eq(ACCESSED, pt[0] & (ACCESSED | DIRTY), "a read sets accessed");
	do_write((void *)WINDOW);
	check_eq(ACCESSED | DIRTY, pt[0] & (ACCESSED | DIRTY), "a write sets dirty");
}

static void remap_check(void)
{
	volatile uint32_t *p = (volatile uint32_t *)WINDOW;

	*(volatile uint32_t *)page = 0x11111111;
	*(volatile uint32_t *)other = 0x22222222;
	window_set(P | W);
	check_eq(0x11111111, *p, "first page");
	pt[0] = (uint64_t)other | P | W;
	cpu_invlpg((void *)WINDOW);
	check_eq(0x22222222, *p, "other page after INVLPG");
	pt[0] = (uint64_t)page | P | W;
	write_cr3(read_cr3());
	check_eq(0x11111111, *p, "first page after a CR3 load");
	pt[0] = 0;
	write_cr3(read_cr3());
}

/* A fault in a delivered fault's handler must not lose the outer one. */
static uint64_t nested_cr2;

static bool nested_hook(struct trap_frame *f)
{
	nested_cr2 = read_cr2();
	f->rip = f->rbx;
	return true;
}

static void nested_check(void)
{
	trap_hook(TRAP_PF, nested_hook);
	__asm__ volatile("lea 1f(%%rip), %%rbx; movl (%0), %%eax; 1:"
			 :
			 : "r"(WINDOW + 0x123)
			 : "rax", "rbx", "memory");
	trap_hook(TRAP_PF, NULL);
	check_eq(WINDOW + 0x123, nested_cr2, "a handler sees CR2 and resumes elsewhere");
}

void test_main(void)
{
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NXE);
	boot_pml4[1] = (uint64_t)pdpt | P | W | U;
	pdpt[0] = (uint64_t)pd | P | W | U;
	pd[0] = (uint64_t)pt | P | W | U;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		row_check(i);
	accessed_check();
	remap_check();
	nested_check();
}
