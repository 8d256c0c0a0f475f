/* SPDX-License-Identifier: MIT */
/* LINK: arch/x86_64/ap.c arch/x86_64/ranges.c */
/*
 * Starting the other CPUs, against CPUs that answer, answer late, lack something,
 * get lost on the way, or are not there.
 */
#include "ap.h"

#include "console.h"
#include "cpu.h"
#include "lapic.h"
#include "machine.h"
#include "smp.h"
#include "time.h"
#include "timer.h"
#include "virt.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <sys/mman.h>

#define BOOT_APIC_ID 0u
#define LOW_PAGE 0x90000ull

extern uint32_t ap_ticket;
void ap_main(unsigned id);

/* What the CPU with this APIC id does when it gets a STARTUP. */
enum behaviour { ANSWERS, ANSWERS_SECOND, IS_SILENT, GETS_LOST };

static enum behaviour behaviour[16];
static unsigned startups[16], inits[16], mapped[CPU_MAX];
static uint32_t up;
static uint64_t now;
static struct percpu window[CPU_MAX];
static char printed[1024];

__asm__(".section .rodata\n.globl ap_trampoline, ap_trampoline_end\n"
	"ap_trampoline: .ascii \"code\"\nap_trampoline_end:\n.text\n");
const struct virt_ops *virt;

void lapic_send(uint32_t apic_id, uint32_t command)
{
	if (command == LAPIC_SEND_INIT) {
		inits[apic_id]++;
		assert_int_equal(startups[apic_id], 0);
		return;
	}
	assert_int_equal(command & ~0xffu, LAPIC_SEND_STARTUP);
	startups[apic_id]++;
	if (behaviour[apic_id] == IS_SILENT ||
		(behaviour[apic_id] == ANSWERS_SECOND && startups[apic_id] < 2))
		return;
	/* As ap_entry.S does it. */
	uint32_t id = __atomic_exchange_n(&ap_ticket, 0, __ATOMIC_ACQ_REL);

	if (id && behaviour[apic_id] != GETS_LOST)
		up |= 1u << id;
}

bool lapic_reaches(uint32_t apic_id)
{
	return apic_id < 16;
}

uint32_t lapic_id(void)
{
	return BOOT_APIC_ID;
}

/* Time passes where it is waited for. */
uint32_t smp_cpus(void)
{
	now += 10;
	return up;
}

uint64_t time_from_us(uint64_t us)
{
	return us;
}

struct percpu *cpu_window(unsigned id)
{
	return &window[id];
}

void cpu_map(unsigned id)
{
	mapped[id]++;
}

void kprintf(const char *format, ...)
{
	size_t used = strlen(printed);
	va_list args;

	va_start(args, format);
	vsnprintf(printed + used, sizeof(printed) - used, format, args);
	va_end(args);
}

/* The other side, which does not run here. */
void cpu_init(unsigned id)
{
	(void)id;
	fail();
}
void lapic_init(void) {}
bool timer_init(void)
{
	return true;
}
struct regs *kernel_join(void)
{
	return NULL;
}
void smp_enter(void) {}
void resume(struct regs *regs)
{
	(void)regs;
	abort();
}

static int setup(void **state)
{
	(void)state;
	memset(behaviour, 0, sizeof(behaviour));
	memset(startups, 0, sizeof(startups));
	memset(inits, 0, sizeof(inits));
	memset(mapped, 0, sizeof(mapped));
	up = 1;
	printed[0] = '\0';
	return 0;
}

static unsigned start(unsigned cpus)
{
	struct acpi_info acpi = {.cpus = cpus};

	for (unsigned i = 0; i < cpus; i++)
		acpi.cpu[i] = i;
	return ap_start_all(&acpi, hpa(0x1000));
}

static void test_without_low_memory_nobody_is_started(void **state)
{
	(void)state;
	assert_int_equal(start(3), 1);
	assert_non_null(strstr(printed, "APIC id 1 is left out: no free memory below 640 KiB"));
	assert_non_null(strstr(printed, "APIC id 2 is left out"));
	assert_int_equal(inits[1], 0);
}

static void test_the_trampoline_goes_into_the_highest_low_page(void **state)
{
	struct ranges ram = {0};
	void *page = mmap((void *)LOW_PAGE, PAGE_SIZE, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);

	(void)state;
	assert_ptr_equal(page, (void *)LOW_PAGE);
	ranges_add(&ram, 0, LOW_PAGE + PAGE_SIZE);
	ranges_add(&ram, 0x100000, 0x100000);
	ap_prepare(&ram);
	assert_memory_equal(page, "code", 4);
}

/* From here on there is a trampoline. */
static void test_all_that_answer_are_up(void **state)
{
	(void)state;
	behaviour[2] = ANSWERS_SECOND;
	assert_int_equal(start(4), 4);
	assert_int_equal(up, 0xf);
	assert_int_equal(startups[1], 1);
	assert_int_equal(startups[2], 2);
	for (unsigned id = 1; id < 4; id++) {
		assert_int_equal(inits[id], 1);
		assert_int_equal(mapped[id], 1);
		assert_int_equal(window[id].apic_id, id);
	}
	assert_int_equal(inits[BOOT_APIC_ID], 0);
	assert_string_equal(printed, "");
}

static void test_a_silent_one_is_named_and_its_number_given_to_the_next(void **state)
{
	(void)state;
	behaviour[1] = IS_SILENT;
	assert_int_equal(start(3), 2);
	assert_int_equal(up, 3);
	assert_non_null(strstr(printed, "APIC id 1 is left out: does not answer"));
	assert_int_equal(window[1].apic_id, 2);
	assert_int_equal(mapped[1], 1);
	assert_int_equal(ap_ticket, 0); /* it can take none any more */
}

static void test_after_one_that_got_lost_no_more_are_called(void **state)
{
	(void)state;
	behaviour[1] = GETS_LOST;
	assert_int_equal(start(3), 1);
	assert_int_equal(inits[2], 0);
	assert_non_null(strstr(printed, "APIC id 1 is left out: does not answer"));
}

static void test_one_that_cannot_be_reached_is_not_called(void **state)
{
	struct acpi_info acpi = {.cpus = 2, .cpu = {BOOT_APIC_ID, 300}};

	(void)state;
	assert_int_equal(ap_start_all(&acpi, hpa(0)), 1);
	assert_non_null(strstr(printed, "APIC id 300 is left out: needs x2APIC"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_without_low_memory_nobody_is_started, setup),
		cmocka_unit_test_setup(test_the_trampoline_goes_into_the_highest_low_page, setup),
		cmocka_unit_test_setup(test_all_that_answer_are_up, setup),
		cmocka_unit_test_setup(
			test_a_silent_one_is_named_and_its_number_given_to_the_next, setup),
		cmocka_unit_test_setup(test_after_one_that_got_lost_no_more_are_called, setup),
		cmocka_unit_test_setup(test_one_that_cannot_be_reached_is_not_called, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
