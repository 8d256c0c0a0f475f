/* SPDX-License-Identifier: MIT */
/*
 * The monitor of one guest: builds it, runs it, says how it ended.
 *
 * Its rights: its own domain with the guest's memory in it, a notification, two
 * channels. State: all static, one guest per process.
 */
#include "vmm/build.h"

#include "rt/format.h"
#include "rt/log.h"
#include "rt/start.h"
#include "rt/syscall.h"
#include "vmm/console.h"

/* Free for us: init gives channels the low ones. */
#define TIMER_BIT BIT(63)

static struct guest guest;

/* The console waits for its driver while the guest stands still. The guest's own
 * timer is set again at the next look at the deadlines; what it missed is late. */
static void wait_console(uint64_t bits, uint64_t deadline)
{
	uint64_t got;

	if (sys_timer(START_SLOT_NOTIFICATION, TIMER_BIT, deadline) ||
		sys_wait(START_SLOT_NOTIFICATION, bits | TIMER_BIT, &got))
		rt_panic("the kernel refuses to wait");
	guest.vcpu.armed = CLOCK_NEVER - 1; /* not what the kernel has now */
	guest.machine.changed = true;
}

static void on_signal(void *ctx, uint64_t bits)
{
	struct guest *g = ctx;

	if (bits & g->console.own_bit)
		machine_input(&g->machine);
}

/* Waiting for the console takes its signal, so input is looked for once more. */
static void on_idle(void *ctx)
{
	struct guest *g = ctx;

	console_flush(&g->console);
	if (console_pending(&g->console))
		machine_input(&g->machine);
}

NORETURN static void report(enum guest_end end, uint64_t code)
{
	struct ipc_words words = {{INIT_ENDED, end, code}};
	uint64_t bits;

	if (ipc_call(START_SLOT_INIT, 0, &words))
		rt_panic("init does not listen");
	for (;;)
		if (sys_wait(START_SLOT_NOTIFICATION, TIMER_BIT, &bits))
			rt_panic("the kernel refuses to wait");
}

/* What was odd, for people. */
static void log_counts(const struct guest *g)
{
	const struct bus *ports = &g->machine.ports, *mmio = &g->machine.mmio;

	if (ports->unassigned_reads | ports->unassigned_writes | mmio->unassigned_reads |
		mmio->unassigned_writes)
		rt_log("accesses without a device: ports %lu read %lu written, memory %lu read "
		       "%lu written",
			(unsigned long)ports->unassigned_reads,
			(unsigned long)ports->unassigned_writes,
			(unsigned long)mmio->unassigned_reads,
			(unsigned long)mmio->unassigned_writes);
	if (g->vcpu.msrs.unknown_reads | g->vcpu.msrs.unknown_writes)
		rt_log("unknown MSRs: %lu read %lu written",
			(unsigned long)g->vcpu.msrs.unknown_reads,
			(unsigned long)g->vcpu.msrs.unknown_writes);
	if (g->console.dropped)
		rt_log("console: %lu bytes lost", (unsigned long)g->console.dropped);
}

/* How often the guest left, by kind, in one line. */
static void log_exits(const struct vcpu *vcpu)
{
	char text[LOG_LINE];
	size_t used = 0;

	for (unsigned i = 0; i < KIND_COUNT && used < sizeof(text); i++)
		if (vcpu->exits[i])
			used += (size_t)rt_snprintf(text + used, sizeof(text) - used, "%s%s %lu",
				used ? ", " : "", exit_kind_name((enum exit_kind)i),
				(unsigned long)vcpu->exits[i]);
	if (used)
		rt_log("exits: %s", text);
}

void component_main(const void *info)
{
	enum guest_kill kill;

	log_open(info);
	console_open(&guest.console, info, wait_console);
	kill = build_guest(&guest, info);
	if (kill != KILL_NONE)
		report(GUEST_KILLED, kill);
	guest.vcpu.timer_bit = TIMER_BIT;
	guest.vcpu.signalled = on_signal;
	guest.vcpu.idle = on_idle;
	guest.vcpu.ctx = &guest;
	vcpu_run(&guest.vcpu);
	log_counts(&guest);
	log_exits(&guest.vcpu);
	report(guest.vcpu.end, guest.vcpu.end_code);
}
