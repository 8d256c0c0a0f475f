/* SPDX-License-Identifier: MIT */
/*
 * The monitor of one guest: builds it, runs it, says how it ended.
 *
 * Its rights: its own domain with the guest's memory in it, a notification, two
 * channels. State: all static, one guest per process.
 */
#include "vmm/crew.h"

#include "rt/format.h"
#include "rt/log.h"
#include "rt/start.h"
#include "rt/syscall.h"

static struct guest guest;

NORETURN static void report(enum guest_end end, uint64_t code)
{
	struct ipc_words words = {{INIT_ENDED, end, code}};
	uint64_t bits;

	if (ipc_call(START_SLOT_INIT, 0, &words))
		rt_panic("init does not listen");
	for (;;)
		if (sys_wait(START_SLOT_NOTIFICATION, 0, &bits))
			rt_panic("the kernel refuses to wait");
}

/* What was odd, for people: of all processors together. */
struct counts {
	uint64_t port_reads, port_writes, mmio_reads, mmio_writes;
	uint64_t msr_reads, msr_writes;
	uint64_t exits[KIND_COUNT];
};

static void count(struct counts *sum, const struct vcpu *v)
{
	sum->port_reads += v->own->ports.unassigned_reads;
	sum->port_writes += v->own->ports.unassigned_writes;
	sum->mmio_reads += v->own->mmio.unassigned_reads;
	sum->mmio_writes += v->own->mmio.unassigned_writes;
	sum->msr_reads += v->msrs.unknown_reads;
	sum->msr_writes += v->msrs.unknown_writes;
	for (unsigned i = 0; i < KIND_COUNT; i++)
		sum->exits[i] += v->shown->exits[i];
}

/* How often the guest left, by kind, in one line. */
static void log_exits(const struct counts *sum)
{
	char text[LOG_LINE];
	size_t used = 0;

	for (unsigned i = 0; i < KIND_COUNT && used < sizeof(text); i++)
		if (sum->exits[i])
			used += (size_t)rt_snprintf(text + used, sizeof(text) - used, "%s%s %lu",
				used ? ", " : "", exit_kind_name((enum exit_kind)i),
				(unsigned long)sum->exits[i]);
	if (used)
		rt_log("exits: %s", text);
}

static void log_counts(const struct guest *g)
{
	struct counts sum = {0};

	for (unsigned i = 0; i < g->vcpus; i++)
		count(&sum, g->vcpu[i]);
	if (sum.port_reads | sum.port_writes | sum.mmio_reads | sum.mmio_writes)
		rt_log("accesses without a device: ports %lu read %lu written, memory %lu read "
		       "%lu written",
			(unsigned long)sum.port_reads, (unsigned long)sum.port_writes,
			(unsigned long)sum.mmio_reads, (unsigned long)sum.mmio_writes);
	if (sum.msr_reads | sum.msr_writes)
		rt_log("unknown MSRs: %lu read %lu written", (unsigned long)sum.msr_reads,
			(unsigned long)sum.msr_writes);
	if (g->console.dropped)
		rt_log("console: %lu bytes lost", (unsigned long)g->console.dropped);
	ports_log(&g->ports);
	log_exits(&sum);
}

void component_main(const void *info)
{
	const struct vcpu *last;
	enum guest_kill kill;

	log_open(info);
	console_open(&guest.console, info);
	kill = build_guest(&guest, info);
	if (kill == KILL_NONE)
		kill = crew_start(&guest);
	if (kill != KILL_NONE)
		report(GUEST_KILLED, kill);
	console_show(&guest.console, ACTIVITY_RUNNING, guest.vcpus);
	crew_run(&guest);
	console_show(&guest.console, ACTIVITY_ENDED, guest.vcpus);
	log_counts(&guest);
	last = guest.vcpu[guest.ended_by - 1];
	report(last->end, last->end_code);
}
