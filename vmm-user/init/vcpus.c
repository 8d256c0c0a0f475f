/* SPDX-License-Identifier: MIT */
/* Requests of components: threads of further virtual CPUs are started here. No state; main
 * thread only. */
#include "init/vcpus.h"
#include "abi/start.h"
#include "init/ask.h"
#include "init/event.h"
#include "init/grant.h"
#include "init/init.h"
#include "rt/log.h"
#include "rt/syscall.h"

/* Where the names are while a thread is built. */
static const uint64_t slots[] = {INIT_SLOT_VCPU_PORTAL, INIT_SLOT_VCPU_THREAD, INIT_SLOT_VCPU_SC};

/* Takes the names away; what they named stays, or is destroyed if it shall not. */
static void names_drop(bool destroy)
{
	for (uint32_t i = 0; i < ARRAY_SIZE(slots); i++) {
		enum status status = destroy ? sys_destroy(slots[i]) : STATUS_OK;

		/* BAD_CAP: it was not created. */
		if (status != STATUS_OK && status != STATUS_BAD_CAP)
			rt_log("init: object %u of a virtual CPU is left (status %u)", i, status);
		if (grant_cap(ROOT_DOMAIN, slots[i], slots[i], 0) != STATUS_OK)
			rt_log("init: name %u of a virtual CPU is left", i);
	}
}

static enum status thread_build(const struct init *init, const struct request *request)
{
	const struct plan_component *plan = &init->plan.component[request->component];
	uint64_t domain = component_slot(request->component, SLOT_DOMAIN);
	uint32_t cpu = init->component[request->component].place.cpu[request->number];
	enum status status = event_create_fault_portal(
		request->component, cpu, request->number, INIT_SLOT_VCPU_PORTAL);

	if (status == STATUS_OK)
		status =
			sys_create_thread(domain, INIT_SLOT_VCPU_THREAD, cpu, INIT_SLOT_VCPU_PORTAL,
				request->word[0], request->word[1], request->word[2]);
	if (status == STATUS_OK)
		status = sys_create_sc(domain, INIT_SLOT_VCPU_SC, INIT_SLOT_VCPU_THREAD,
			plan->priority, plan->budget_us, plan->period_us);
	return status;
}

static enum status vcpu_start(const struct init *init, const struct request *request)
{
	enum status status;

	if (!component_running(init, request->component) ||
		!component_is_vm(init, request->component))
		return STATUS_BAD_STATE;
	if (request->number == 0 ||
		request->number >= init->component[request->component].place.vcpus)
		return STATUS_BAD_ARG;
	status = thread_build(init, request);
	names_drop(status != STATUS_OK);
	return status;
}

void vcpus_handle(const struct init *init)
{
	struct request request;

	for (uint32_t cpu = 0; cpu < init->cpus; cpu++)
		if (event_request(cpu, &request))
			event_answer(cpu, request.kind == INIT_GRANT ? ask_grant(init, &request)
								     : vcpu_start(init, &request));
}
