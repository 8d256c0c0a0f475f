/* SPDX-License-Identifier: MIT */
/*
 * Faults and requests of components. State and threads: see event.h. A server
 * thread may be stopped at any instruction by the main thread, and may go on
 * with the call of a component that has meanwhile been destroyed and started
 * again; the generation in the portal's id tells these calls apart.
 */
#include "init/event.h"
#include "abi/plan.h"
#include "abi/start.h"
#include "init/grant.h"
#include "init/init.h"
#include "lib/addr.h"
#include "rt/server.h"
#include "rt/syscall.h"

#define ANSWERED 1ull /* bit of a server's notification */

/* Id of a portal: component, portal kind, CPU, virtual CPU, generation. */
enum portal_kind { PORTAL_INIT = 0, PORTAL_FAULT };
#define ID_COMPONENT(id) ((uint32_t)((id)&0xff))
#define ID_KIND(id) ((enum portal_kind)((id) >> 8 & 0xff))
#define ID_CPU(id) ((uint32_t)((id) >> 16 & 0xff))
#define ID_VCPU(id) ((uint32_t)((id) >> 24 & 0xff))
#define ID_GENERATION(id) ((uint32_t)((id) >> 32))

struct server {
	uint32_t pending; /* atomic: the request is the main thread's */
	enum status answer;
	uint32_t generation; /* of the component that asks */
	struct request request;
};

static struct note notes[PLAN_COMPONENTS];
static struct server servers[PLAN_CPUS];

static enum status server_open(uint32_t cpu, const struct memory_region *stacks)
{
	/* The page below is not mapped. */
	uint64_t stack = WINDOW_STACKS + (2 * cpu + 1) * PAGE_SIZE;
	enum status status =
		grant_region(ROOT_DOMAIN, stacks, cpu * PAGE_SIZE, PAGE_SIZE, stack, MEM_R | MEM_W);

	if (status == STATUS_OK)
		status = sys_create_notification(
			ROOT_DOMAIN, server_slot(cpu, SERVER_NOTIFICATION), cpu);
	if (status == STATUS_OK)
		status = sys_create_thread(ROOT_DOMAIN, server_slot(cpu, SERVER_THREAD), cpu, 0,
			WINDOW_UTCB + cpu * PAGE_SIZE, (uint64_t)(uintptr_t)server_entry,
			stack + PAGE_SIZE);
	return status;
}

enum status event_open(uint32_t cpus, const struct memory_region *stacks)
{
	enum status status = STATUS_OK;

	for (uint32_t cpu = 0; cpu < cpus && status == STATUS_OK; cpu++)
		status = server_open(cpu, stacks);
	return status;
}

static enum status portal_create(
	uint32_t index, enum portal_kind kind, uint32_t cpu, uint32_t vcpu, uint64_t slot)
{
	uint64_t id = index | (uint64_t)kind << 8 | (uint64_t)cpu << 16 | (uint64_t)vcpu << 24 |
		      (uint64_t)note_generation(&notes[index]) << 32;

	return sys_create_portal(component_slot(index, SLOT_DOMAIN), slot,
		server_slot(cpu, SERVER_THREAD), (uint64_t)(uintptr_t)server_entry, id);
}

enum status event_create_portals(uint32_t index, uint32_t cpu)
{
	enum status status =
		portal_create(index, PORTAL_INIT, cpu, 0, component_slot(index, SLOT_INIT_PORTAL));

	if (status != STATUS_OK)
		return status;
	return portal_create(index, PORTAL_FAULT, cpu, 0, component_slot(index, SLOT_FAULT_PORTAL));
}

enum status event_create_fault_portal(uint32_t index, uint32_t cpu, uint32_t vcpu, uint64_t slot)
{
	return portal_create(index, PORTAL_FAULT, cpu, vcpu, slot);
}

bool event_get(uint32_t index, struct event *event)
{
	return note_get(&notes[index], event);
}

void event_forget(uint32_t index)
{
	note_forget(&notes[index]);
}

bool event_request(uint32_t cpu, struct request *request)
{
	struct server *server = &servers[cpu];

	if (__atomic_load_n(&server->pending, __ATOMIC_ACQUIRE) == 0)
		return false;
	*request = server->request;
	if (server->generation == note_generation(&notes[request->component]))
		return true;
	event_answer(cpu, STATUS_ABORTED);
	return false;
}

void event_answer(uint32_t cpu, enum status status)
{
	servers[cpu].answer = status;
	__atomic_store_n(&servers[cpu].pending, 0, __ATOMIC_RELEASE);
	/* The server's notification lives as long as init does. */
	if (sys_signal(server_slot(cpu, SERVER_NOTIFICATION), ANSWERED) != STATUS_OK)
		return;
}

/* Notes the first event of a component and tells the main thread. */
static void event_note(uint64_t id, enum event_kind kind, const uint64_t *word, uint32_t words)
{
	struct event event = {.kind = kind, .vcpu = ID_VCPU(id)};

	for (uint32_t i = 0; i < words; i++)
		event.word[i] = word[i];
	if (!note_put(&notes[ID_COMPONENT(id)], ID_GENERATION(id), &event))
		return;
	/* The main thread's own notification lives as long as init does. */
	if (sys_signal(INIT_SLOT_NOTIFICATION, 1ull << ID_COMPONENT(id)) != STATUS_OK)
		return;
}

/* Has the main thread do it, and waits on the caller's time. */
static enum status request_pass(uint64_t id, const uint64_t all[5])
{
	const uint64_t *word = all + 1;
	struct server *server = &servers[ID_CPU(id)];
	enum status status = note_ask(&notes[ID_COMPONENT(id)], ID_GENERATION(id), word[0]);
	uint64_t bits;

	if (status != STATUS_OK)
		return status;
	server->generation = ID_GENERATION(id);
	server->request = (struct request){
		ID_COMPONENT(id), (uint32_t)all[0], (uint32_t)word[0], {word[1], word[2], word[3]}};
	__atomic_store_n(&server->pending, 1, __ATOMIC_RELEASE);
	status = sys_signal(INIT_SLOT_NOTIFICATION, INIT_BIT_REQUEST);
	while (status == STATUS_OK && __atomic_load_n(&server->pending, __ATOMIC_ACQUIRE) != 0)
		status = sys_wait(server_slot(ID_CPU(id), SERVER_NOTIFICATION), ANSWERED, &bits);
	return status == STATUS_OK ? server->answer : status;
}

static enum status request_answer(uint64_t id, const struct ipc_words *words)
{
	switch (words->word[0]) {
	case INIT_ENDED:
		event_note(id, EVENT_ENDED, &words->word[1], 2);
		return STATUS_OK;
	case INIT_READY:
		return STATUS_OK;
	case INIT_VCPU:
	case INIT_GRANT:
		return request_pass(id, words->word);
	default:
		return STATUS_BAD_CALL;
	}
}

uint64_t server_handle(uint64_t id, struct ipc_words *words)
{
	if (ID_KIND(id) == PORTAL_FAULT) {
		event_note(id, EVENT_FAULT, words->word, 5);
		return REPLY_STOP;
	}
	*words = (struct ipc_words){{request_answer(id, words)}};
	return 0;
}

_Static_assert(PLAN_COMPONENTS <= 256, "a component's index fits the portal's id");
_Static_assert(PLAN_CPUS <= 256 && START_VCPUS <= 256, "CPUs fit the portal's id");
