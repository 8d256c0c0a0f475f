/* SPDX-License-Identifier: MIT */
/*
 * Further processors. States: a struct smp_cpu each; a processor that was reset and
 * started anew comes as another one. Each has a GDT and TSS of its own, for the stack
 * of its NMIs.
 */
#include "smp.h"

#include <stddef.h>

#include "acpi.h"
#include "string.h"
#include "test.h"
#include "time.h"

#define TRAMPOLINE 0x8000ull
#define STARTUP_PAGE 8
#define ICR_INIT 0x500
#define ICR_STARTUP 0x600
#define START_US 2000000
#define GDT_WORDS 13
#define NMI_STACK 4096

#define MADT_ENTRIES 44
#define MADT_LAPIC 0

struct __attribute__((packed)) table_pointer {
	uint16_t limit;
	uint64_t base;
};

extern const uint8_t smp_trampoline[], smp_trampoline_end[];
void smp_arrive(uint32_t number, uint64_t cr0, uint64_t rdx);

struct smp_cpu smp_cpu[SMP_CPUS];
static uint64_t gdts[SMP_CPUS][GDT_WORDS];
static struct trap_tss tsses[SMP_CPUS];
static uint8_t nmi_stacks[SMP_CPUS][NMI_STACK] __attribute__((aligned(16)));

unsigned smp_listed(uint32_t *ids)
{
	const struct acpi_header *madt = acpi_find("APIC");
	const uint8_t *p = (const uint8_t *)madt, *end = p + (madt ? madt->length : 0);
	unsigned n = 0;

	for (p += MADT_ENTRIES; madt && p < end && p[1]; p += p[1])
		if (p[0] == MADT_LAPIC && (p[4] & 1) && n < SMP_CPUS)
			ids[n++] = p[3];
	return n;
}

struct smp_cpu *smp_self(void)
{
	struct smp_cpu *self;

	__asm__ volatile("movq %%gs:0, %0" : "=r"(self));
	return self;
}

static bool wake_hook(struct trap_frame *f)
{
	(void)f;
	apic_eoi();
	return true;
}

static bool nmi_hook(struct trap_frame *f)
{
	(void)f;
	smp_self()->nmis++;
	return true;
}

static void self_set(unsigned i)
{
	smp_cpu[i].self = &smp_cpu[i];
	smp_cpu[i].index = i;
	smp_cpu[i].apic_id = apic_id();
	wrmsr(MSR_GS_BASE, (uint64_t)&smp_cpu[i]);
}

void smp_init(void)
{
	memcpy((void *)TRAMPOLINE, smp_trampoline, smp_trampoline_end - smp_trampoline);
	apic_init();
	self_set(0);
	smp_cpu[0].alive = true;
	trap_hook(SMP_WAKE, wake_hook);
	trap_hook(TRAP_NMI, nmi_hook);
	(void)time_tsc_hz();
}

static void tables_load(unsigned i)
{
	struct table_pointer p = {sizeof(gdts[i]) - 1, (uint64_t)gdts[i]};
	uint64_t tss = (uint64_t)&tsses[i];

	memcpy(gdts[i], trap_gdt, sizeof(gdts[i]));
	for (unsigned s = 0; s < 7; s++)
		tsses[i].ist[s] = (uint64_t)nmi_stacks[i] + NMI_STACK;
	tsses[i].iomap = sizeof(tsses[i]);
	gdts[i][SEL_TSS / 8] = (sizeof(tsses[i]) - 1) | (tss & 0xffffff) << 16 | 0x89ull << 40 |
			       (tss >> 24 & 0xff) << 56;
	gdts[i][SEL_TSS / 8 + 1] = tss >> 32;
	__asm__ volatile("lgdt %0\n"
			 "pushq %1\n"
			 "leaq 1f(%%rip), %%rax\n"
			 "pushq %%rax\n"
			 "lretq\n"
			 "1: movl %2, %%eax\n"
			 "movl %%eax, %%ds; movl %%eax, %%es; movl %%eax, %%ss\n"
			 "ltr %w3\n"
			 :
			 : "m"(p), "i"(SEL_CODE64), "i"(SEL_DATA), "r"(SEL_TSS)
			 : "rax", "memory");
	trap_idt_load();
}

void smp_arrive(uint32_t number, uint64_t cr0, uint64_t rdx)
{
	struct smp_cpu *c = &smp_cpu[number % SMP_CPUS];
	void (*task)(void);

	c->first_tsc = rdtsc();
	c->first_cr0 = cr0;
	c->first_rdx = rdx;
	tables_load(number % SMP_CPUS);
	apic_init();
	self_set(number % SMP_CPUS);
	c->alive = true;
	smp_wake(0);
	for (;;) {
		SMP_HALT_UNTIL(c->task);
		task = c->task;
		task();
		c->task = NULL;
		smp_wake(0);
	}
}

void smp_send_start(uint32_t id)
{
	uint32_t others = id == SMP_OTHERS ? APIC_ICR_OTHERS : 0;

	id = id == SMP_OTHERS ? 0 : id;
	apic_send(id, others | ICR_INIT | APIC_ICR_ASSERT);
	time_delay_us(10000);
	apic_send(id, others | ICR_STARTUP | APIC_ICR_ASSERT | STARTUP_PAGE);
	time_delay_us(200);
	apic_send(id, others | ICR_STARTUP | APIC_ICR_ASSERT | STARTUP_PAGE);
}

unsigned smp_start(unsigned least)
{
	uint32_t ids[SMP_CPUS];
	unsigned listed = smp_listed(ids), want = 1;

	if (listed < least)
		test_skip("this machine has too few processors");
	for (unsigned i = 0; i < listed; i++) {
		if (ids[i] == smp_cpu[0].apic_id)
			continue;
		smp_send_start(ids[i]);
		if (!TIME_UNTIL(smp_cpu[want].alive, START_US))
			test_error("a processor does not start");
		want++;
	}
	return want;
}

void smp_wake(unsigned cpu)
{
	apic_send(smp_cpu[cpu].apic_id, APIC_ICR_ASSERT | SMP_WAKE);
}

void smp_run(unsigned cpu, void (*fn)(void))
{
	smp_cpu[cpu].task = fn;
	smp_wake(cpu);
}

static bool all_done(void)
{
	for (unsigned i = 1; i < SMP_CPUS; i++)
		if (smp_cpu[i].task)
			return false;
	return true;
}

void smp_wait(void)
{
	SMP_HALT_UNTIL(all_done());
}

_Static_assert(GDT_WORDS * 8 > SEL_SPARE, "the copy has the TSS");
