/* SPDX-License-Identifier: MIT */
/*
 * Every processor that the MADT lists starts by INIT and STARTUP, once, in the state
 * that INIT leaves; each has an id of its own, the same in its APIC, in CPUID leaves 1
 * and 0xb and in the MADT; x2APIC mode is each processor's own. Started one by one,
 * then reset and started all at once by "all but self".
 * Source: Intel SDM vol. 3, 9.4 "Multiple-Processor (MP) Initialization", table 9-1,
 * 11.12.1 "Detecting and Enabling x2APIC Mode", 11.12.10.2 "Deriving Logical x2APIC ID";
 * vol. 2, CPUID leaves 1, 4 and 0xb.
 */
#include "boot.h"
#include "smp.h"
#include "test.h"
#include "time.h"

const char test_name[] = "smp_start";

static struct seen {
	uint32_t leaf1, leafb, x2_id, x2_ldr;
	uint64_t base;
	bool x2;
} seen[SMP_CPUS];

/* Bochs does not let a local APIC be enabled again, as leaving this mode needs. */
static bool has_x2apic(void)
{
	return cpu_id(1, 0).ecx >> 21 & 1 && !boot_is_bochs();
}

static void look(void)
{
	struct seen *s = &seen[smp_self()->index];
	uint64_t base = rdmsr(MSR_APIC_BASE);

	s->base = base;
	s->leaf1 = cpu_id(1, 0).ebx >> 24;
	s->leafb = cpu_id(0xb, 0).edx;
	s->x2 = has_x2apic();
	if (!s->x2)
		return;
	wrmsr(MSR_APIC_BASE, base | APIC_BASE_X2);
	s->x2_id = rdmsr(MSR_X2APIC + APIC_ID / 16);
	s->x2_ldr = rdmsr(MSR_X2APIC + APIC_LDR / 16);
	apic_init();
}

static void ids_check(unsigned from, unsigned n, const uint32_t *listed)
{
	unsigned right = 0, mode = 0, bsp = 0;
	uint32_t found = 0;

	for (unsigned i = from; i < from + n; i++) {
		uint32_t id = smp_cpu[i].apic_id;

		right += seen[i].leaf1 == id && (cpu_id(0, 0).eax < 0xb || seen[i].leafb == id);
		mode += !seen[i].x2 ||
			(seen[i].x2_id == id &&
				seen[i].x2_ldr == ((id >> 4) << 16 | 1u << (id & 15)));
		bsp += (seen[i].base & APIC_BASE_BSP) != 0;
		for (unsigned j = 0; j <= n; j++)
			found |= listed[j] == id ? 1u << j : 0;
	}
	check_eq(n, right, "APIC id, CPUID 1 and 0xb agree on each");
	check_eq(n, mode, "id and logical id in x2APIC mode");
	check_eq(0, bsp, "none but the first is the bootstrap processor");
	check_eq(n, smp_count_bits(found), "each id is listed, and comes once");
}

/* CR0: ET, and the caches' bits as they were; EDX shows family and model. */
static void state_check(unsigned from, unsigned n)
{
	unsigned cr0 = 0, rdx = 0;
	uint32_t want = cpu_id(1, 0).eax & 0xff0;

	for (unsigned i = from; i < from + n; i++) {
		cr0 += (smp_cpu[i].first_cr0 & ~0x60000000ull) == CR0_ET;
		rdx += (smp_cpu[i].first_rdx & 0xff0) == want;
	}
	check_eq(n, cr0, "CR0 after INIT");
	if (boot_is_bochs() || boot_is_tcg())
		check_skip("EDX after INIT", "the emulators differ");
	else
		check_eq(n, rdx, "EDX after INIT");
}

/* Rounded up to a power of two, the ids of a package; every core has one thread. */
static void topology_check(unsigned n)
{
	struct cpuid one = cpu_id(1, 0), smt = cpu_id(0xb, 0), core = cpu_id(0xb, 1);

	if (boot_word("bare")) {
		check_skip("topology leaves", "an emulator's own choice");
		return;
	}
	check_eq(n, one.ebx >> 16 & 0xff, "leaf 1: logical processors");
	check_eq(n > 1, one.edx >> 28 & 1, "leaf 1: more than one");
	if (cpu_is_amd()) {
		check_eq(n - 1, cpu_id(0x80000008, 0).ecx & 0xff, "leaf 80000008: cores less one");
	} else {
		check_eq(n - 1, cpu_id(4, 0).eax >> 26, "leaf 4: cores less one");
		check_eq(0, cpu_id(4, 0).eax >> 14 & 0xfff,
			"leaf 4: the first cache is not shared");
	}
	check_eq(0x100, smt.ecx & 0xffff, "leaf 0xb: threads");
	check_eq(0x201, core.ecx & 0xffff, "leaf 0xb: cores");
	check_eq(n, core.ebx, "leaf 0xb: processors");
	check(1u << core.eax >= n && 1u << core.eax < 2 * n, "leaf 0xb: width of the id");
}

static void look_all(unsigned from, unsigned n)
{
	for (unsigned i = from; i < from + n; i++)
		smp_run(i, look);
	smp_wait();
}

void test_main(void)
{
	uint32_t listed[SMP_CPUS + 1] = {0};
	unsigned n, others;

	smp_init();
	n = smp_start(2);
	others = n - 1;
	check_eq(boot_number("cpus", n), n, "processors");
	check_eq(n, smp_listed(listed), "the MADT lists as many");
	check_eq(others, smp_arrivals, "each came once, by two STARTUPs");
	state_check(1, others);
	look_all(1, others);
	ids_check(1, others, listed);
	topology_check(n);
	check(rdmsr(MSR_APIC_BASE) & APIC_BASE_BSP, "this is the bootstrap processor");

	smp_send_start(SMP_OTHERS);
	check(TIME_UNTIL(smp_arrivals == 2 * others && smp_cpu[2 * others].alive, 2000000),
		"all others at once");
	for (unsigned i = n; i <= 2 * others; i++)
		check(TIME_UNTIL(smp_cpu[i].alive, 2000000), "alive again");
	state_check(n, others);
	look_all(n, others);
	ids_check(n, others, listed);
}
