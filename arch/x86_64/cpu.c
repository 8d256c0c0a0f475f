/* SPDX-License-Identifier: MIT */
#include "cpu.h"

#include "assert.h"
#include "console.h"
#include "cpuid.h"
#include "cr.h"
#include "layout.h"
#include "lib/string.h"
#include "msr.h"
#include "pool.h"
#include "ptab.h"
#include "reserved.h"
#include "segments.h"
#include "traps.h"
#include "window.h"

extern const char syscall_entry[];

struct feature {
	uint64_t bit; /* FEATURE_* */
	const char *name;
	bool needed;
	const char *without; /* what cannot work, or works differently */
};

static const struct feature features[] = {
	{FEATURE_NX, "NX", true, "memory protection"},
	{FEATURE_SYSCALL, "SYSCALL", true, "system calls"},
	{FEATURE_APIC, "APIC", true, "interrupts"},
	{FEATURE_PAT, "PAT", true, "memory types"},
	{FEATURE_PCID, "PCID", false, "address-space switches flush the TLB"},
	{FEATURE_SMEP, "SMEP", false, "ring 0 is not kept from executing user pages"},
	{FEATURE_SMAP, "SMAP", false, "ring 0 is not kept from reading user pages"},
	{FEATURE_UMIP, "UMIP", false, "ring 3 can read table addresses"},
	{FEATURE_PAGE_1G, "1G-pages", false, "large guests need more page tables"},
	{FEATURE_X2APIC, "x2APIC", false, "interrupts go through the slower xAPIC"},
	{FEATURE_TSC_DEADLINE, "TSC-deadline", false, "timers go through the local APIC's counter"},
	{FEATURE_XSAVE, "XSAVE", false, "guests get no AVX"},
};

static void cpu_print_name(void)
{
	uint32_t brand[13] = {0};
	struct cpuid r = cpuid_read(0, 0);
	uint32_t vendor[4] = {r.reg[CPUID_EBX], r.reg[CPUID_EDX], r.reg[CPUID_ECX], 0};
	const char *name = (const char *)brand;

	for (uint32_t i = 0; i < 3; i++)
		if (cpuid_read(0x80000000u, 0).reg[CPUID_EAX] >= 0x80000004u) {
			struct cpuid part = cpuid_read(0x80000002u + i, 0);

			memcpy(&brand[i * 4], part.reg, sizeof(part.reg));
		}
	while (*name == ' ')
		name++;
	kprintf("cpu: %s, %s\n", (const char *)vendor, name);
}

bool cpu_report(void)
{
	bool enough = true;

	cpu_print_name();
	kprintf("cpu: has");
	for (unsigned i = 0; i < ARRAY_SIZE(features); i++)
		if (cpuid_has(features[i].bit))
			kprintf(" %s", features[i].name);
	kprintf("\n");
	for (unsigned i = 0; i < ARRAY_SIZE(features); i++) {
		const struct feature *f = &features[i];

		if (cpuid_has(f->bit))
			continue;
		kprintf("cpu: no %s: %s%s\n", f->name, f->needed ? "cannot run without " : "",
			f->without);
		enough &= !f->needed;
	}
	return enough;
}

void cpu_formats_init(void)
{
	unsigned width = 36;
	uint64_t address;

	if (cpuid_read(0x80000000u, 0).reg[CPUID_EAX] >= 0x80000008u)
		width = cpuid_read(0x80000008u, 0).reg[CPUID_EAX] & 0xff;
	if (width > 52)
		width = 52;
	address = BITS(width - 1, PAGE_SHIFT);
	ptab_host.address = address;
	ptab_ept.address = address;
	ptab_npt.address = address;
	reserved_set_end(BIT(width));
	if (cpuid_has(FEATURE_PAGE_1G)) {
		ptab_host.leaf_levels |= BIT(2);
		ptab_npt.leaf_levels |= BIT(2);
	}
}

static void cpu_map_page(uint64_t va, int fill, unsigned attr)
{
	void *page = pool_take(POOL_BOOT);

	if (!page)
		panic("too little memory for this many CPUs");
	memset(page, fill, PAGE_SIZE);
	window_set(va, pool_hpa(page), attr);
}

void cpu_map(unsigned id)
{
	static const uint16_t pages[] = {
		0, PERCPU_STACK, PERCPU_STACK + 0x1000, PERCPU_STACK + 0x2000, PERCPU_IST,
		PERCPU_GDT};
	uint64_t window = (uint64_t)cpu_window(id);

	for (unsigned i = 0; i < ARRAY_SIZE(pages); i++)
		cpu_map_page(window + pages[i], 0, MEM_R | MEM_W);
	cpu_map_page(window + PERCPU_ONES, 0xff, MEM_R);
}

struct percpu *cpu_window(unsigned id)
{
	return (struct percpu *)(PERCPU_BASE + (uint64_t)id * PERCPU_STRIDE);
}

bool cpu_has_pcid(void)
{
	return cpuid_has(FEATURE_PCID);
}

/* A descriptor of the TSS takes two entries: SDM vol. 3A section 7.2.3 "TSS
 * Descriptor in 64-bit mode". Its limit covers the ports and the byte behind. */
static void cpu_init_gdt(struct percpu *cpu)
{
	uint64_t base = (uint64_t)&cpu->tss;
	uint64_t limit = (uint64_t)cpu + PERCPU_ONES - base;
	struct table_register table = {GDT_LIMIT, (uint64_t)cpu->gdt};

	cpu->gdt[SEL_KERNEL_CODE / 8] = GDT_KERNEL_CODE;
	cpu->gdt[SEL_KERNEL_DATA / 8] = GDT_KERNEL_DATA;
	cpu->gdt[SEL_USER_CODE32 / 8] = GDT_USER_CODE32;
	cpu->gdt[SEL_USER_DATA / 8] = GDT_USER_DATA;
	cpu->gdt[SEL_USER_CODE / 8] = GDT_USER_CODE;
	cpu->gdt[SEL_TSS / 8] = (limit & 0xffff) | (base & 0xffffff) << 16 | 0x89ull << 40 |
				(limit >> 16 & 0xf) << 48 | (base >> 24 & 0xff) << 56;
	cpu->gdt[SEL_TSS / 8 + 1] = base >> 32;
	lgdt(&table);
	__asm__ volatile("pushq %0; leaq 1f(%%rip), %%rax; pushq %%rax; lretq; 1:"
			 :
			 : "i"(SEL_KERNEL_CODE)
			 : "rax", "memory");
	__asm__ volatile("movl %0, %%ss; movl %1, %%ds; movl %1, %%es; movl %1, %%fs; movl %1, %%gs"
			 :
			 : "r"(SEL_KERNEL_DATA), "r"(0));
}

static uint64_t cpu_cr4(void)
{
	uint64_t cr4 = CR4_PAE | CR4_PGE | CR4_MCE;

	cr4 |= cpuid_has(FEATURE_PCID) ? CR4_PCIDE : 0;
	cr4 |= cpuid_has(FEATURE_SMEP) ? CR4_SMEP : 0;
	cr4 |= cpuid_has(FEATURE_SMAP) ? CR4_SMAP : 0;
	cr4 |= cpuid_has(FEATURE_UMIP) ? CR4_UMIP : 0;
	cr4 |= cpuid_has(FEATURE_XSAVE) ? CR4_OSXSAVE : 0;
	return cr4;
}

void cpu_init(unsigned id)
{
	struct percpu *cpu = cpu_window(id);

	cpu->self = cpu;
	cpu->id = id;
	cpu->bit = 1u << id;
	cpu->stack_top = (uint64_t)cpu + PERCPU_STACK_TOP;
	cpu->gdt = (uint64_t *)((uint64_t)cpu + PERCPU_GDT);
	cpu->tss.rsp[0] = cpu->stack_top;
	cpu->tss.ist[0] = (uint64_t)cpu + PERCPU_IST_TOP;
	cpu->tss.iomap_base = 0xffff;
	cpu->cr3 = readcr3();
	cpu_init_gdt(cpu);
	ltr(SEL_TSS);
	/* After a reset the LDT is the first 64 KiB of ring 3's half: its call gates
	 * would lead here. Nor is there a way in by SYSENTER. */
	lldt(0);
	wrmsr(MSR_SYSENTER_CS, 0);
	traps_load();
	wrmsr(MSR_GS_BASE, (uint64_t)cpu);
	wrmsr(MSR_KERNEL_GS_BASE, 0);
	wrmsr(MSR_PAT, PTAB_PAT);
	wrmsr(MSR_EFER, EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE);
	wrmsr(MSR_STAR, STAR_VALUE);
	wrmsr(MSR_LSTAR, (uint64_t)syscall_entry);
	wrmsr(MSR_FMASK, FMASK_VALUE);
	/* Threads have no FPU state: TS makes its use fault. PCIDs may be switched
	 * on only while CR3's own is 0, as it is now. */
	writecr0(CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_MP | CR0_PE | CR0_TS);
	writecr4(cpu_cr4());
}

_Static_assert(offsetof(struct percpu, tss) + sizeof(struct tss) <= PERCPU_PORTS,
	"the TSS ends before the I/O bitmap");
_Static_assert(PERCPU_GDT + GDT_LIMIT < PERCPU_STRIDE, "no descriptors behind the GDT");
_Static_assert(PERCPU_PORTS + 2 * PAGE_SIZE == PERCPU_ONES, "the bitmap is two pages");
