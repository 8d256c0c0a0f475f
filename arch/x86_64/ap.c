/* SPDX-License-Identifier: MIT */
#include "ap.h"

#include "abi/boot.h"
#include "console.h"
#include "cpu.h"
#include "lapic.h"
#include "lib/string.h"
#include "machine.h"
#include "smp.h"
#include "time.h"
#include "timer.h"
#include "virt.h"

#define LOW_END 0xa0000u /* then video memory */
#define INIT_US 10000u
#define STARTUP_US 200u
#define ANSWER_US 100000u
#define COMING_US 10000000u /* for one that has taken its ticket; it uses the pool, too */

extern const char ap_trampoline[], ap_trampoline_end[];

void ap_main(unsigned id);
void resume(struct regs *regs);

/* Read by ap_entry.S. The ticket is the number of the CPU that is called; who
 * takes it first, the CPU or the caller giving up, decides. */
uint64_t ap_root;
uint32_t ap_ticket;

static uint64_t trampoline; /* physical address, 0: there is no room */
static uint64_t tsc_before; /* of the caller, for a CPU to compare its own with */

/* What the CPU that was called says; written by it, before it is up. */
static struct {
	bool tsc_behind;
	char missing[BOOT_FEATURE_TEXT];
} answer;

void ap_prepare(const struct ranges *ram)
{
	/* Page 0, with the BIOS's vectors, would count as none. */
	if (ranges_find(ram, PAGE_SIZE, PAGE_SIZE, LOW_END, &trampoline) && trampoline)
		memcpy((void *)trampoline, ap_trampoline,
			(size_t)(ap_trampoline_end - ap_trampoline));
}

void ap_main(unsigned id)
{
	struct regs *idle;

	cpu_init(id);
	lapic_init();
	/* One that was given up may come with the ticket that was meant for the next. */
	percpu()->apic_id = lapic_id();
	timer_init();
	answer.tsc_behind = time_now() < tsc_before;
	answer.missing[0] = '\0';
	if (virt && virt->cpu_init(answer.missing) != STATUS_OK)
		for (;;)
			__asm__ volatile("cli; hlt");
	idle = kernel_join();
	smp_enter();
	resume(idle);
}

static void ap_wait(uint64_t us, uint32_t bit)
{
	uint64_t end = time_now() + time_from_us(us);

	while (!(smp_cpus() & bit) && time_now() < end)
		__builtin_ia32_pause();
}

enum ap { AP_UP, AP_SILENT, AP_REFUSED, AP_LOST };

/* Calls one CPU. AP_LOST: it has taken its ticket and then got nowhere. */
static enum ap ap_start(unsigned id, uint32_t apic_id)
{
	uint32_t startup = LAPIC_SEND_STARTUP | (uint32_t)(trampoline >> PAGE_SHIFT);
	uint32_t bit = 1u << id;

	answer.missing[0] = '\0';
	cpu_window(id)->apic_id = apic_id;
	tsc_before = time_now();
	__atomic_store_n(&ap_ticket, id, __ATOMIC_RELEASE);
	lapic_send(apic_id, LAPIC_SEND_INIT);
	ap_wait(INIT_US, bit);
	for (unsigned i = 0; i < 2 && __atomic_load_n(&ap_ticket, __ATOMIC_ACQUIRE); i++) {
		lapic_send(apic_id, startup);
		ap_wait(STARTUP_US, bit);
	}
	ap_wait(ANSWER_US, bit);
	/* Nobody may take the ticket, and with it the stack, from here on. */
	if (__atomic_exchange_n(&ap_ticket, 0, __ATOMIC_ACQ_REL))
		return AP_SILENT;
	if (!answer.missing[0])
		ap_wait(COMING_US, bit);
	if (smp_cpus() & bit)
		return AP_UP;
	return answer.missing[0] ? AP_REFUSED : AP_LOST;
}

unsigned ap_start_all(const struct acpi_info *acpi, hpa_t root)
{
	unsigned up = 1, mapped = 0;

	ap_root = root.raw;
	for (unsigned i = 0; i < acpi->cpus && up < CPU_MAX; i++) {
		uint32_t apic_id = acpi->cpu[i];
		enum ap result;

		if (apic_id == lapic_id())
			continue;
		if (!trampoline || !lapic_reaches(apic_id)) {
			kprintf("cpu: APIC id %u is left out: %s\n", apic_id,
				trampoline ? "needs x2APIC" : "no free memory below 640 KiB");
			continue;
		}
		if (mapped != up)
			cpu_map(mapped = up);
		result = ap_start(up, apic_id);
		if (result == AP_UP) {
			if (answer.tsc_behind)
				kprintf("cpu %u: its clock is behind that of CPU 0\n", up);
			up++;
			continue;
		}
		kprintf("cpu: APIC id %u is left out: %s\n", apic_id,
			result == AP_REFUSED ? answer.missing : "does not answer");
		/* The stack that a lost one has could not be given to another. */
		if (result == AP_LOST)
			break;
	}
	return up;
}
