/* SPDX-License-Identifier: MIT */
/*
 * Faults and requests of components. State and threads: see event.h. The server
 * thread may be stopped at any instruction by the main thread, and may go on
 * with the call of a component that has meanwhile been destroyed and started
 * again; the generation in the portal's id tells these calls apart.
 */
#include "init/event.h"
#include "abi/plan.h"
#include "abi/start.h"
#include "init/init.h"
#include "rt/server.h"
#include "rt/syscall.h"

#define SERVER_STACK_BYTES 8192u
#define SERVER_CPU 0u

/* Id of a portal: component, portal kind, generation. */
enum portal_kind { PORTAL_INIT = 0, PORTAL_FAULT };
#define ID_COMPONENT(id) ((uint32_t)((id)&0xff))
#define ID_KIND(id) ((enum portal_kind)((id) >> 8 & 0xff))
#define ID_GENERATION(id) ((uint32_t)((id) >> 16))

struct note {
	uint32_t kind;       /* enum event_kind, published last */
	uint32_t generation; /* written by the main thread only */
	uint64_t word[5];
};

static struct note notes[PLAN_COMPONENTS];
static uint8_t server_stack[SERVER_STACK_BYTES] ALIGNED(16);

static uint64_t portal_id(uint32_t index, enum portal_kind kind)
{
	return index | (uint64_t)kind << 8 | (uint64_t)notes[index].generation << 16;
}

enum status event_open(void)
{
	return sys_create_thread(ROOT_DOMAIN, INIT_SLOT_SERVER, SERVER_CPU, 0, WINDOW_UTCB,
		(uint64_t)(uintptr_t)server_entry,
		(uint64_t)(uintptr_t)(server_stack + SERVER_STACK_BYTES));
}

enum status event_create_portals(uint32_t index)
{
	uint64_t domain = component_slot(index, SLOT_DOMAIN);
	uint64_t entry = (uint64_t)(uintptr_t)server_entry;
	enum status status = sys_create_portal(domain, component_slot(index, SLOT_INIT_PORTAL),
		INIT_SLOT_SERVER, entry, portal_id(index, PORTAL_INIT));

	if (status != STATUS_OK)
		return status;
	return sys_create_portal(domain, component_slot(index, SLOT_FAULT_PORTAL), INIT_SLOT_SERVER,
		entry, portal_id(index, PORTAL_FAULT));
}

bool event_get(uint32_t index, struct event *event)
{
	const struct note *note = &notes[index];

	event->kind = (enum event_kind)__atomic_load_n(&note->kind, __ATOMIC_ACQUIRE);
	for (uint32_t i = 0; i < 5; i++)
		event->word[i] = note->word[i];
	return event->kind != EVENT_NONE;
}

void event_forget(uint32_t index)
{
	__atomic_store_n(&notes[index].generation, notes[index].generation + 1, __ATOMIC_SEQ_CST);
	__atomic_store_n(&notes[index].kind, EVENT_NONE, __ATOMIC_SEQ_CST);
}

/* Notes the first event of a component and tells the main thread. */
static void event_note(uint64_t id, enum event_kind kind, const uint64_t *word, uint32_t words)
{
	struct note *note = &notes[ID_COMPONENT(id)];

	if (__atomic_load_n(&note->kind, __ATOMIC_ACQUIRE) != EVENT_NONE ||
		__atomic_load_n(&note->generation, __ATOMIC_ACQUIRE) != ID_GENERATION(id))
		return;
	for (uint32_t i = 0; i < 5; i++)
		note->word[i] = i < words ? word[i] : 0;
	__atomic_store_n(&note->kind, kind, __ATOMIC_RELEASE);
	/* The main thread's own notification lives as long as init does. */
	if (sys_signal(INIT_SLOT_NOTIFICATION, 1ull << ID_COMPONENT(id)) != STATUS_OK)
		return;
}

static enum status request_answer(uint64_t id, const struct ipc_words *words)
{
	switch (words->word[0]) {
	case INIT_ENDED:
		event_note(id, EVENT_ENDED, &words->word[1], 2);
		return STATUS_OK;
	case INIT_READY:
		return STATUS_OK;
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
