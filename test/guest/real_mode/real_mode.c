/* SPDX-License-Identifier: MIT */
/*
 * A guest must be able to go down to real mode and up again: software and
 * hardware interrupts and faults through the IVT (without error codes), ports,
 * CPUID, MSRs and string I/O through segments there, device registers through
 * a segment with a large limit, then 32-bit code without paging, with 4 MiB
 * pages and with PAE, and 64-bit mode.
 * Source: Intel SDM vol. 3, chapter 20 "8086 Emulation", 9.9 "Mode Switching",
 * 4.3 "32-Bit Paging", 4.4 "PAE Paging".
 */
#include "apic.h"
#include "boot.h"
#include "cpu.h"
#include "legacy.h"
#include "string.h"
#include "test.h"

const char test_name[] = "real_mode";

#define LOW 0x8000
#define RESULTS 0x7000

/* What the blob writes at RESULTS. */
struct low_results {
	uint32_t cr0, cpuid, apic_base, apic_version;
	uint8_t above, pad0[3];
	uint16_t di, pad1;
	uint16_t int_ip, divide_ip, undefined_ip, limit_ip;
	uint16_t irqs;
};

struct mode_row {
	uint32_t cpuid, apic_version, scratch, cr0;
};

enum { INT60, VECTOR0, VECTOR6, VECTOR13, IRQ0, AFTER_INT, DIVIDE, UNDEFINED, LIMIT };

extern const uint8_t blob[], blob_end[];
extern const uint16_t blob_offsets[];
extern volatile struct mode_row modes_results[3];
extern uint64_t boot_pd[];
void modes_run(void);

uint32_t modes_directory[1024] __attribute__((aligned(4096)));
uint64_t modes_pdpt[4] __attribute__((aligned(4096)));

static volatile struct low_results *low;
static volatile uint8_t *low_memory;

static void ivt_set(unsigned vector, unsigned offset)
{
	volatile uint16_t *entry = (volatile uint16_t *)(low_memory - RESULTS + vector * 4);

	entry[0] = LOW + offset;
	entry[1] = 0;
}

static void tables_set(void)
{
	for (uint32_t i = 0; i < 1024; i++)
		modes_directory[i] = i << 22 | 0x83;
	modes_directory[0x90000000 >> 22] = 0xfec00083;
	modes_directory[0x94000000 >> 22] = 0x00000083;
	for (unsigned i = 0; i < 4; i++)
		modes_pdpt[i] = (uint64_t)&boot_pd[512 * i] | 1;
}

static void low_set(void)
{
	for (unsigned i = 0; i < 0x400; i++)
		low_memory[i] = 0;
	for (unsigned i = 0; i < 4; i++)
		low_memory[0x100 + i] = "ABCD"[i];
	memcpy((void *)(low_memory - RESULTS + LOW), blob, blob_end - blob);
	ivt_set(0x60, blob_offsets[INT60]);
	ivt_set(0, blob_offsets[VECTOR0]);
	ivt_set(6, blob_offsets[VECTOR6]);
	ivt_set(13, blob_offsets[VECTOR13]);
	ivt_set(PIC_BASE, blob_offsets[IRQ0]);
}

static void real_check(uint32_t version)
{
	check_eq(0, low->cr0 & (CR0_PE | CR0_PG), "real mode: CR0 without PE and PG");
	check_eq(blob_offsets[AFTER_INT], low->int_ip, "real mode: INT 0x60");
	check_eq(blob_offsets[DIVIDE], low->divide_ip, "real mode: divide error");
	check_eq(blob_offsets[UNDEFINED], low->undefined_ip, "real mode: undefined instruction");
	if (boot_tcg_is(TCG_WRONG))
		check_skip("real mode: limit violation", "QEMU 7.2 does not look at limits");
	else
		check_eq(blob_offsets[LIMIT], low->limit_ip, "real mode: limit violation");
	check_eq(cpu_id(0, 0).eax, low->cpuid, "real mode: CPUID");
	check_eq((uint32_t)rdmsr(MSR_APIC_BASE), low->apic_base, "real mode: RDMSR");
	check_eq(version, low->apic_version, "real mode: a device register through FS");
	check_eq(*(volatile uint8_t *)0x100000, low->above, "real mode: the byte at FFFF:0010");
	check_eq(7, low->di, "real mode: REP INSB advances DI");
	check(memcmp((void *)(low_memory + 0x204), "BBB", 4) == 0,
		"real mode: REP OUTSB and INSB through segments");
	check_eq(1, low->irqs, "real mode: IRQ0 ends HLT through the IVT");
}

static void protected_check(uint32_t version)
{
	static const struct {
		const char *name;
		uint8_t scratch;
		bool paging;
	} rows[] = {{"no paging", 0x31, false}, {"4 MiB pages", 'C', true}, {"PAE", 'D', true}};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		volatile struct mode_row *r = &modes_results[i];

		check_eq(cpu_id(0, 0).eax, r->cpuid, "32-bit, %s: CPUID", rows[i].name);
		check_eq(version, r->apic_version, "32-bit, %s: a device register", rows[i].name);
		check_eq(rows[i].scratch, r->scratch, "32-bit, %s: ports", rows[i].name);
		check_eq(rows[i].paging, r->cr0 >> 31, "32-bit, %s: CR0.PG", rows[i].name);
	}
}

void test_main(void)
{
	uint32_t version;

	/* Through a volatile: GCC takes so low an address for a mistake. */
	volatile uint64_t address = RESULTS;

	low_memory = (volatile uint8_t *)address;
	low = (volatile struct low_results *)address;
	apic_init();
	ioapic_mask_all();
	apic_write(APIC_LVT_LINT0, APIC_LVT_EXTINT);
	version = apic_read(APIC_VERSION);
	tables_set();
	low_set();
	modes_run();
	check_eq(EFER_LME | EFER_LMA, rdmsr(MSR_EFER) & (EFER_LME | EFER_LMA), "64-bit mode again");
	real_check(version);
	protected_check(version);
}

_Static_assert(__builtin_offsetof(struct low_results, int_ip) == 24, "modes.S writes here");
_Static_assert(__builtin_offsetof(struct low_results, irqs) == 32, "modes.S writes here");
