/* SPDX-License-Identifier: MIT */
/* The stress task: start, helpers of the acts, end. */
#include "stress.h"

#include "lib/string.h"
#include "rt/format.h"
#include "rt/log.h"
#include "rt/port.h"
#include "rt/server.h"
#include "rt/start.h"

#include <stdarg.h>

#define STAGE_UTCB 0x50000ull
#define GUARD_UTCB(cpu) (0x60000ull + (cpu)*PAGE_SIZE)
#define STAGE_STACK_PAGES 4u
#define DRAIN_MS 50u
#define LINES 40u
#define LINE 160u
#define BOCHS_SHUTDOWN_PORT 0x8900u
#define ACPI_OFF 0x2000u /* S5 of QEMU's machines is type 0 */

unsigned stress_cpus;
uint64_t stress_tsc_khz;
enum boot_virt stress_virt;

static uint64_t image_pages;
static uint16_t pm1a_control;
static uint8_t stage_stack[STAGE_STACK_PAGES * PAGE_SIZE] ALIGNED(PAGE_SIZE);
static uint8_t guard_stack[STRESS_CPUS][PAGE_SIZE] ALIGNED(PAGE_SIZE);

extern const char _start[];

static char said[LINES][LINE];
static unsigned lines;

void stress_print(const char *format, ...)
{
	va_list args;

	if (lines == LINES)
		__builtin_trap();
	va_start(args, format);
	rt_vsnprintf(said[lines++], LINE, format, args);
	va_end(args);
}

void stress_flush(void)
{
	for (unsigned i = 0; i < lines; i++) {
		char *text = (char *)STAGE_UTCB;
		size_t length = strlen(said[i]);

		memcpy(text, said[i], length);
		if (sys_log(ROOT_LOG, length) != STATUS_OK)
			__builtin_trap();
	}
	lines = 0;
}

void stress_end(void)
{
	uint64_t drained;

	stress_flush();
	drained = tsc_read() + stress_tsc_khz * DRAIN_MS;

	/* The last line is still on its way through the serial port. */
	while (tsc_read() < drained)
		__builtin_ia32_pause();
	for (const char *c = "Shutdown"; *c; c++)
		port_out8(BOCHS_SHUTDOWN_PORT, (uint8_t)*c);
	if (pm1a_control)
		port_out16(pm1a_control, ACPI_OFF);
	for (;;)
		__builtin_ia32_pause();
}

void stress_need(enum status status, const char *what)
{
	if (status == STATUS_OK)
		return;
	stress_print("stress: failed: %s: status %d\n", what, (int)status);
	stress_end();
}

void stress_check(bool good, const char *what)
{
	if (good)
		return;
	stress_print("stress: failed: %s\n", what);
	stress_end();
}

enum status stress_map_page(uint64_t slot, const void *from, uint64_t address, unsigned rights)
{
	return sys_delegate(DELEGATE_MEMORY, ROOT_DOMAIN, slot, rights,
		(uint64_t)from >> PAGE_SHIFT, address >> PAGE_SHIFT, 1);
}

void stress_map(uint64_t slot, const void *shared)
{
	uint64_t code = (uint64_t)_start >> PAGE_SHIFT;

	stress_need(sys_delegate(DELEGATE_MEMORY, ROOT_DOMAIN, slot, MEM_R | MEM_X, code, code,
			    image_pages),
		"mapping the image");
	stress_need(stress_map_page(slot, shared, ACT_SHARED, MEM_R | MEM_W), "shared page");
}

void stress_grant(uint64_t slot, uint64_t from, uint64_t to, unsigned rights)
{
	stress_need(sys_delegate(DELEGATE_CAP, ROOT_DOMAIN, slot, rights, from, to, 1), "grant");
}

struct sys_account stress_account(void)
{
	struct sys_account account;

	stress_need(sys_info(ROOT_DOMAIN, &account), "account");
	return account;
}

void stress_same_account(const struct sys_account *before, const char *what)
{
	struct sys_account now = stress_account();

	if (now.pages_used != before->pages_used || now.pages_limit != before->pages_limit ||
		now.objects_used != before->objects_used ||
		now.objects_limit != before->objects_limit) {
		stress_print("stress: pages %lld of %lld more, objects %lld of %lld more\n",
			(long long)(now.pages_used - before->pages_used),
			(long long)(now.pages_limit - before->pages_limit),
			(long long)(now.objects_used - before->objects_used),
			(long long)(now.objects_limit - before->objects_limit));
		stress_check(false, what);
	}
}

uint64_t stress_wait(uint64_t mask, uint64_t ticks)
{
	uint64_t bits;

	/* The last one's timer may have fired since. */
	stress_need(sys_poll(STRESS_DONE, DONE_TICK, &bits), "poll");
	stress_need(sys_timer(STRESS_DONE, DONE_TICK, tsc_read() + ticks), "timer");
	stress_need(sys_wait(STRESS_DONE, mask | DONE_TICK, &bits), "wait");
	return bits;
}

/* The guards: one server per CPU, for faults of the acts, and for their calls. */
uint64_t server_handle(uint64_t id, struct ipc_words *words)
{
	if (id == PORTAL_GUARD)
		return hostile_repair(words->word[2]) ? 0 : REPLY_STOP;
	words->word[0]++;
	return 0;
}

static void guards_start(void)
{
	for (unsigned cpu = 0; cpu < stress_cpus; cpu++) {
		uint64_t guard = STRESS_CPU(cpu, PER_GUARD), entry = (uint64_t)server_entry;

		stress_need(sys_create_thread(ROOT_DOMAIN, guard, cpu, 0, GUARD_UTCB(cpu), entry,
				    (uint64_t)guard_stack[cpu] + PAGE_SIZE),
			"guard");
		stress_need(sys_create_portal(ROOT_DOMAIN, STRESS_CPU(cpu, PER_GUARD_PORTAL), guard,
				    entry, PORTAL_GUARD),
			"guard portal");
		stress_need(sys_create_portal(ROOT_DOMAIN, STRESS_CPU(cpu, PER_ECHO_PORTAL), guard,
				    entry, PORTAL_ECHO),
			"echo portal");
	}
}

NORETURN static void stage_main(void)
{
	guards_start();
	heart_start();
	hostile_run();
	exhaust_run();
	heart_stop();
	stress_flush();
	if (stress_virt)
		machines_run();
	else
		stress_print("stress: machines: skipped, guests cannot run here\n");
	stress_print("stress: done on %u CPUs\n", stress_cpus);
	stress_end();
}

void component_main(const void *information)
{
	const struct boot_info *info = information;
	uint64_t bits;

	stress_cpus = info->cpus < STRESS_CPUS ? info->cpus : STRESS_CPUS;
	stress_tsc_khz = info->tsc_khz;
	stress_virt = (enum boot_virt)info->virt;
	pm1a_control = info->pm1a_control;
	image_pages = info->module[0].size >> PAGE_SHIFT;
	if (sys_create_notification(ROOT_DOMAIN, STRESS_DONE, 0) != STATUS_OK ||
		sys_create_notification(ROOT_DOMAIN, STRESS_SLEEP, 0) != STATUS_OK ||
		sys_create_thread(ROOT_DOMAIN, STRESS_STAGE, 0, 0, STAGE_UTCB, (uint64_t)stage_main,
			(uint64_t)stage_stack + sizeof(stage_stack) - 8) != STATUS_OK ||
		sys_create_sc(ROOT_DOMAIN, STRESS_STAGE_SC, STRESS_STAGE, PRIORITY_STAGE, 0, 0) !=
			STATUS_OK)
		__builtin_trap();
	/* Out of the way: nothing here may run above the heartbeats. */
	(void)!sys_wait(STRESS_SLEEP, 1, &bits);
	__builtin_trap();
}
