/* SPDX-License-Identifier: MIT */
/* The fake machine: memory, clock, interrupt lines, console, panic. */
#include "fake.h"

#include "assert.h"
#include "console.h"
#include "cpu.h"

#include <sanitizer/asan_interface.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>

#define ARCH_SET_GS 0x1001

static struct percpu fake_cpus[FAKE_CPUS];
static uint8_t arena[FAKE_PAGES][PAGE_SIZE] ALIGNED(4096);
static uint8_t uses[FAKE_PAGES]; /* enum pool_use */
static unsigned pages_taken, next_page;

uint64_t *fake_kernel_root;
uint64_t fake_now, fake_armed;
struct fake_line fake_lines[IRQ_LINES];
char fake_console[512];
unsigned fake_console_size;
uint32_t fake_yielded_first, fake_yielded_count;

void fake_tlb_reset(void);
void fake_smp_reset(void);

struct percpu *cpu_window(unsigned id)
{
	return &fake_cpus[id];
}

void fake_cpu_select(unsigned id)
{
	long failed = syscall(SYS_arch_prctl, ARCH_SET_GS, &fake_cpus[id]);

	assert_int_equal(failed, 0);
}

void fake_reset(void)
{
	memset(fake_cpus, 0, sizeof(fake_cpus));
	for (unsigned i = 0; i < FAKE_CPUS; i++) {
		fake_cpus[i].self = &fake_cpus[i];
		fake_cpus[i].id = i;
		fake_cpus[i].bit = (uint32_t)BIT(i);
	}
	fake_cpu_select(0);
	fake_smp_reset();
	fake_poison(arena, sizeof(arena));
	memset(uses, 0, sizeof(uses));
	next_page = 0;
	fake_kernel_root = pool_take(POOL_BOOT);
	pages_taken = 0;
	for (unsigned i = 256; i < 512; i++)
		fake_kernel_root[i] = 0;
	fake_now = 1000;
	fake_armed = UINT64_MAX;
	memset(fake_lines, 0, sizeof(fake_lines));
	memset(&fake_guests, 0, sizeof(fake_guests));
	fake_console_size = 0;
	fake_yielded_count = 0;
	virt = &fake_virt;
	fake_tlb_reset();
}

void fake_poison(void *start, size_t size)
{
	ASAN_POISON_MEMORY_REGION(start, size);
}

void fake_unpoison(void *start, size_t size)
{
	ASAN_UNPOISON_MEMORY_REGION(start, size);
}

static unsigned page_index(const void *page)
{
	size_t offset = (size_t)((const uint8_t *)page - arena[0]);

	assert_in_range(offset, 0, sizeof(arena) - 1);
	return (unsigned)(offset / PAGE_SIZE);
}

/* The page freed longest ago comes first: stale pointers meet poison. */
void *pool_take(enum pool_use use)
{
	for (unsigned tries = 0; tries < FAKE_PAGES; tries++) {
		unsigned i = next_page++ % FAKE_PAGES;

		if (uses[i] != POOL_FREE)
			continue;
		uses[i] = (uint8_t)use;
		pages_taken++;
		fake_unpoison(arena[i], PAGE_SIZE);
		return memset(arena[i], 0, PAGE_SIZE);
	}
	return NULL;
}

void pool_give(void *page)
{
	unsigned i = page_index(page);

	assert_true(page == arena[i]);
	assert_int_not_equal(uses[i], POOL_FREE);
	uses[i] = POOL_FREE;
	pages_taken--;
	fake_unpoison(page, PAGE_SIZE);
	memset(page, 0xdb, PAGE_SIZE);
	fake_poison(page, PAGE_SIZE);
}

hpa_t pool_hpa(const void *page)
{
	return hpa(FAKE_POOL + (uint64_t)((const uint8_t *)page - arena[0]));
}

uint64_t pool_linear = (uint64_t)arena - FAKE_POOL;

uint64_t pool_free_pages(void)
{
	return FAKE_PAGES - 1 - pages_taken;
}

unsigned fake_pages_taken(void)
{
	return pages_taken;
}

enum pool_use fake_page_use(const void *page)
{
	return uses[page_index(page)];
}

bool pool_contains(hpa_t pa)
{
	return pa.raw - FAKE_POOL < sizeof(arena);
}

enum pool_use pool_use_of(hpa_t pa)
{
	return uses[(pa.raw - FAKE_POOL) / PAGE_SIZE];
}

uint64_t time_khz(void)
{
	return FAKE_KHZ;
}

uint64_t time_from_us(uint64_t us)
{
	return us < BIT(63) ? us * FAKE_KHZ / 1000 : BIT(63);
}

void timer_arm(uint64_t deadline)
{
	fake_armed = deadline;
}

enum status irq_line_open(uint32_t gsi, uint32_t flags, unsigned *line)
{
	unsigned i = 0;

	if (gsi >= FAKE_GSIS)
		return STATUS_BAD_ARG;
	for (unsigned l = 0; l < IRQ_LINES; l++)
		if (fake_lines[l].open && fake_lines[l].gsi == gsi)
			return STATUS_IN_USE;
	while (fake_lines[i].open)
		i++;
	fake_lines[i] = (struct fake_line){true, true, gsi, flags, 0};
	*line = i;
	return STATUS_OK;
}

void irq_line_close(unsigned line)
{
	assert_true(fake_lines[line].open);
	fake_lines[line].open = false;
	fake_lines[line].masked = true;
}

bool irq_line_route(unsigned line, uint32_t cpu)
{
	assert_true(fake_lines[line].open);
	assert_true(fake_lines[line].masked);
	fake_lines[line].cpu = cpu;
	return true;
}

void irq_line_mask(unsigned line)
{
	fake_lines[line].masked = true;
}

void irq_line_unmask(unsigned line)
{
	assert_true(fake_lines[line].open);
	fake_lines[line].masked = false;
}

void console_write(const char *text, size_t size)
{
	if (size > sizeof(fake_console) - fake_console_size)
		fake_console_size = 0;
	memcpy(fake_console + fake_console_size, text, size);
	fake_console_size += (unsigned)size;
}

void kprintf(const char *format, ...)
{
	(void)format;
}

void console_yield(uint32_t first, uint32_t count)
{
	fake_yielded_first = first;
	fake_yielded_count = count;
}

void panic(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fail_msg(" (panic)");
	abort();
}
