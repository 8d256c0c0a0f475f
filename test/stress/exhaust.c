/* SPDX-License-Identifier: MIT */
/*
 * A domain that creates objects of one type until it is refused, while another of
 * the same priority works with its own account: that one must never be refused.
 * Once per type.
 */
#include "stress.h"

#define ACCOUNT_PAGES 48u
#define PATIENCE_MS 1000u
#define ROUNDS_MORE 20u /* of the other, after the first is full */

/* Slots of both domains. */
enum { X_DOMAIN = 1, X_DONE, X_IRQ_CONTROL, X_HELPER, X_MORE = 16 };

enum role { GLUTTON, OTHER, ROLES };

static struct exhaust {
	volatile uint64_t type, virt;
	volatile uint64_t created, last;  /* the glutton's: how many, and why no more */
	volatile uint64_t rounds, failed; /* the other's */
} exhaust ALIGNED(PAGE_SIZE);

static uint8_t stack[ROLES][PAGE_SIZE] ALIGNED(PAGE_SIZE);

static const struct {
	uint8_t type;
	const char *name;
	uint8_t last; /* the status that ends it */
} types[] = {
	{OBJECT_DOMAIN, "domain", STATUS_NO_MEMORY}, {OBJECT_THREAD, "thread", STATUS_NO_MEMORY},
	{OBJECT_SC, "sc", STATUS_NO_MEMORY}, {OBJECT_PORTAL, "portal", STATUS_NO_MEMORY},
	{OBJECT_NOTIFICATION, "notification", STATUS_NO_MEMORY},
	{OBJECT_GSPACE, "gspace", STATUS_NO_MEMORY}, {OBJECT_VCPU, "vcpu", STATUS_NO_MEMORY},
	{OBJECT_IRQ, "irq", STATUS_BAD_ARG}, /* there are no more lines */
};

static uint64_t shared_address(uint64_t n)
{
	return ACT_FREE + n * PAGE_SIZE;
}

static enum status create_thread(uint64_t slot, uint64_t n)
{
	return sys_create_thread(X_DOMAIN, slot, 0, 0, shared_address(n), IMAGE_ENTRY, IMAGE_ENTRY);
}

/* Creates the n-th object of the type in `slot`, and what it needs in slot + 1. */
static enum status create(uint64_t type, uint64_t slot, uint64_t n)
{
	enum status status;

	switch (type) {
	case OBJECT_DOMAIN:
		return sys_create_domain(X_DOMAIN, slot, 2, 0);
	case OBJECT_THREAD:
		return create_thread(slot, n);
	case OBJECT_SC:
		status = create_thread(slot + 1, n);
		return status ? status : sys_create_sc(X_DOMAIN, slot, slot + 1, 0, 0, 0);
	case OBJECT_PORTAL:
		return sys_create_portal(X_DOMAIN, slot, X_HELPER, IMAGE_ENTRY, n);
	case OBJECT_NOTIFICATION:
		return sys_create_notification(X_DOMAIN, slot, 0);
	case OBJECT_GSPACE:
		return sys_create_gspace(X_DOMAIN, slot);
	case OBJECT_VCPU:
		return sys_create_vcpu(X_DOMAIN, slot, X_HELPER, 0, 0, shared_address(n));
	default:
		return sys_create_irq(X_DOMAIN, slot, X_IRQ_CONTROL, n, 0);
	}
}

/* What the objects of the type hang on. */
static enum status create_helper(uint64_t type)
{
	if (type == OBJECT_PORTAL)
		return create_thread(X_HELPER, 0x1000);
	return type == OBJECT_VCPU ? sys_create_gspace(X_DOMAIN, X_HELPER) : STATUS_OK;
}

/* In the domain that wants all. */
NORETURN static void glutton_main(void)
{
	struct exhaust *x = (struct exhaust *)ACT_SHARED;
	uint64_t n = 0;
	enum status status = create_helper(x->type);

	while (status == STATUS_OK) {
		status = create(x->type, X_MORE + 2 * n, n);
		n++;
		x->created = n;
	}
	x->last = status;
	(void)!sys_signal(X_DONE, DONE_ACT(0));
	for (;;)
		__builtin_ia32_pause();
}

static const uint8_t others[] = {OBJECT_DOMAIN, OBJECT_THREAD, OBJECT_PORTAL, OBJECT_NOTIFICATION,
	OBJECT_GSPACE, OBJECT_VCPU};

/* In the other: one of each, and away with it, again and again. */
NORETURN static void other_main(void)
{
	struct exhaust *x = (struct exhaust *)ACT_SHARED;

	for (;; x->rounds++)
		for (unsigned i = 0; i < ARRAY_SIZE(others); i++) {
			uint64_t type = others[i];

			if (!x->virt && (type == OBJECT_GSPACE || type == OBJECT_VCPU))
				continue;
			x->failed += create_helper(type) != STATUS_OK;
			x->failed += create(type, X_MORE, 0) != STATUS_OK;
			x->failed += sys_destroy(X_MORE) != STATUS_OK;
			if (type == OBJECT_PORTAL || type == OBJECT_VCPU)
				x->failed += sys_destroy(X_HELPER) != STATUS_OK;
		}
}

static void start(enum role role, uint64_t domain, uint64_t ip)
{
	uint64_t thread = STRESS_CPU(0, PER_ACT) + role * PER_COUNT;

	stress_need(sys_create_domain(ROOT_DOMAIN, domain, ACCOUNT_PAGES, PRIORITY_ACT), "domain");
	stress_map(domain, &exhaust);
	stress_need(stress_map_page(domain, stack[role], ACT_STACK(0), MEM_R | MEM_W), "stack");
	stress_grant(domain, domain, X_DOMAIN, RIGHT_ALL);
	stress_grant(domain, STRESS_DONE, X_DONE, RIGHT_USE);
	stress_grant(domain, ROOT_IRQ_CONTROL, X_IRQ_CONTROL, RIGHT_USE);
	stress_need(sys_create_thread(domain, thread, 0, 0, ACT_UTCB(0), ip, ACT_STACK_TOP(0)),
		"thread");
	stress_need(sys_create_sc(domain, thread + 1, thread, PRIORITY_ACT, 0, 0), "context");
}

static void exhaust_type(unsigned i)
{
	uint64_t type = types[i].type, full, bits;

	exhaust = (struct exhaust){.type = type, .virt = stress_virt};
	start(OTHER, STRESS_OTHER, (uint64_t)other_main);
	start(GLUTTON, STRESS_DOMAIN, (uint64_t)glutton_main);
	bits = stress_wait(DONE_ACT(0), stress_tsc_khz * PATIENCE_MS);
	stress_check(bits & DONE_ACT(0), "creation without end did not end");
	full = exhaust.rounds;
	for (unsigned ms = 0; ms < PATIENCE_MS && exhaust.rounds < full + ROUNDS_MORE; ms++)
		(void)stress_wait(0, stress_tsc_khz);
	stress_print("stress: exhaust: %s: created=%llu status=%llu other=%llu\n", types[i].name,
		(unsigned long long)exhaust.created - 1, (unsigned long long)exhaust.last,
		(unsigned long long)exhaust.rounds);
	stress_check(exhaust.last == types[i].last, "it was refused for another reason");
	stress_check(exhaust.created > 1, "it could not create even one");
	stress_check(exhaust.rounds >= full + ROUNDS_MORE, "the other stood still");
	stress_check(exhaust.failed == 0, "the other was refused something");
	stress_need(sys_destroy(STRESS_DOMAIN), "end of the one");
	stress_need(sys_destroy(STRESS_OTHER), "end of the other");
}

void exhaust_run(void)
{
	struct sys_account before = {0};

	for (unsigned i = 0; i < ARRAY_SIZE(types); i++) {
		bool guests = types[i].type == OBJECT_GSPACE || types[i].type == OBJECT_VCPU;

		if (guests && !stress_virt)
			continue;
		exhaust_type(i);
		if (i == 0)
			before = stress_account();
		stress_same_account(&before, "something of the domains is left");
	}
}
