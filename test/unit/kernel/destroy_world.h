/* SPDX-License-Identifier: MIT */
/*
 * The world of the tests of destruction: domains D and E, each of which has
 * threads that need the other, and C inside D, with an object of each type in
 * each state it can be in.
 */
#ifndef DESTROY_WORLD_H
#define DESTROY_WORLD_H
#include "user.h"

#include "notification.h"
#include "vcpu.h"

enum { D = 20, E, C }; /* C is inside D */
enum { NW = 25, NC, NP, NP2, NWAIT, NWAIT2, NV, NT, NI, N_END };
enum { P = 40, PS1, PS2, PP, PP2, PI, P_END };
enum { I1 = 50, I2, I3, I_END };
enum { V = 55, V2, V3, G };
/* Threads; their contexts are named one more. */
enum {
	CALLER = 60,   /* has called SERVER */
	HELPER = 62,   /* helps SERVER */
	SERVER = 64,   /* serves CALLER, waits for NW */
	A1 = 66,       /* has called S1 */
	S1 = 68,       /* serves A1, has called S2 */
	S2 = 70,       /* serves S1, waits for NC */
	FAULTER = 72,  /* its fault is served by PAGER, which waits for NP */
	PAGER = 74,    /* */
	FAULTER2 = 76, /* the same with PAGER2, NP2 and the domains exchanged */
	PAGER2 = 78,   /* */
	WAITER = 80,   /* waits for NWAIT, which the other domain pays for */
	WAITER2 = 82,  /* the same with NWAIT2 and the domains exchanged */
	GUEST = 84,    /* in the guest of V, to which NV is bound */
	GUEST2 = 86,   /* in the guest of V2, which the other domain pays for */
	INNER = 88,    /* waits for NT, whose timer is armed, in C */
	STOPPED = 90,  /* a fault that nobody served */
	READY = 92,    /* has never come to the CPU */
	LIMITED = 94,  /* its budget is used up */
	IDLE = 96,     /* a server nobody has called */
};

static inline void create(
	uint64_t payer, unsigned type, uint64_t slot, uint64_t a, uint64_t b, uint64_t c)
{
	assert_int_equal(CREATE(root, payer, type, slot, a, b, c), STATUS_OK);
}

/* The domain in whose list `slot` is. */
static inline uint64_t domain_of(uint64_t slot)
{
	for (unsigned d = D; d <= C; d++)
		if (object_at(slot)->owner == domain_at(d))
			return d;
	return ROOT_DOMAIN;
}

static inline void make_portal_of(uint64_t slot, uint64_t server)
{
	create(domain_of(server), OBJECT_PORTAL, slot, server, USER_ENTRY, slot);
}

/* A thread with a fault portal, or none, and a context of its own. */
static inline struct thread *make_client(uint64_t domain, uint64_t slot, uint64_t fault_portal)
{
	static uint64_t utcb = 0x28000000;

	utcb += PAGE_SIZE;
	assert_int_equal(CREATE(root, domain, OBJECT_THREAD, slot, CREATE_PAIR(0, fault_portal),
				 utcb, USER_START, USER_STACK),
		STATUS_OK);
	create(domain, OBJECT_SC, slot + 1, slot, TOP, 0);
	return thread_at(slot);
}

/* Everybody has every right to everything, so that anyone may destroy it. */
static inline void share(void)
{
	for (unsigned d = D; d <= C; d++)
		EXPECT(STATUS_OK, root, SYS_DELEGATE, DELEGATE_CAP, ROOT_DOMAIN,
			DELEGATE_RIGHTS(d, RIGHT_ALL), D, D, IDLE + 1 - D);
}

static inline void make_domains(void)
{
	static const unsigned payer[N_END - NW] = {E, D, E, E, E, D, D, C, D};

	create(ROOT_DOMAIN, OBJECT_DOMAIN, D, 250, 64, 0);
	create(ROOT_DOMAIN, OBJECT_DOMAIN, E, 150, 64, 0);
	create(D, OBJECT_DOMAIN, C, 50, 64, 0);
	for (unsigned n = NW; n < N_END; n++)
		create(payer[n - NW], OBJECT_NOTIFICATION, n, 0, 0, 0);
	for (unsigned slot = SERVER; slot <= IDLE; slot++)
		if (slot == SERVER || slot == S1 || slot == PAGER2 || slot == IDLE)
			make_server(D, slot);
		else if (slot == S2 || slot == PAGER)
			make_server(E, slot);
	make_portal_of(P, SERVER);
	make_portal_of(PS1, S1);
	make_portal_of(PS2, S2);
	make_portal_of(PP, PAGER);
	make_portal_of(PP2, PAGER2);
	make_portal_of(PI, IDLE);
	share();
}

static inline void make_calls(void)
{
	EXPECT(PENDING, make_client(E, CALLER, 0), SYS_CALL, 0, P);
	EXPECT(PENDING, thread_at(SERVER), SYS_WAIT, 0, NW, 1);
	EXPECT(PENDING, make_client(E, HELPER, 0), SYS_CALL, 0, P);
	EXPECT(PENDING, make_client(E, A1, 0), SYS_CALL, 0, PS1);
	EXPECT(PENDING, thread_at(S1), SYS_CALL, 0, PS2);
	EXPECT(PENDING, thread_at(S2), SYS_WAIT, 0, NC, 1);
	fault(make_client(D, FAULTER, PP), 14, 0, 0);
	EXPECT(PENDING, thread_at(PAGER), SYS_WAIT, 0, NP, 1);
	fault(make_client(E, FAULTER2, PP2), 14, 0, 0);
	EXPECT(PENDING, thread_at(PAGER2), SYS_WAIT, 0, NP2, 1);
}

static inline void make_guests(void)
{
	create(E, OBJECT_GSPACE, G, 0, 0, 0);
	create(D, OBJECT_VCPU, V, G, CREATE_PAIR(0, NV), 0x30000000);
	create(D, OBJECT_VCPU, V2, G, 0, 0x30001000);
	create(E, OBJECT_VCPU, V3, G, 0, 0x30002000);
	share();
	EXPECT(IN_GUEST, make_client(D, GUEST, 0), SYS_VCPU_RUN, 0, V);
	EXPECT(IN_GUEST, make_client(E, GUEST2, 0), SYS_VCPU_RUN, 0, V2);
	EXPECT(STATUS_OK, root, SYS_VCPU_POKE, 0, V3);
}

static inline void make_world(void)
{
	make_domains();
	make_calls();
	make_guests();
	EXPECT(PENDING, make_client(D, WAITER, 0), SYS_WAIT, 0, NWAIT, 1);
	EXPECT(PENDING, make_client(E, WAITER2, 0), SYS_WAIT, 0, NWAIT2, 1);
	EXPECT(PENDING, make_client(C, INNER, 0), SYS_WAIT, 0, NT, 1);
	EXPECT(STATUS_OK, root, SYS_TIMER, 0, NT, 1, fake_now + 100000000);
	fault(make_client(D, STOPPED, 0), 14, 0, 0);
	for (unsigned i = I1; i < I_END; i++)
		create(D, OBJECT_IRQ, i, ROOT_IRQ_CONTROL, i - I1, 0);
	EXPECT(STATUS_OK, root, SYS_IRQ_BIND, 0, I1, NI, 1);
	EXPECT(STATUS_OK, root, SYS_IRQ_BIND, 0, I3, NI, 1);
	assert_true(raise_irq(I3 - I1));
	make_server(D, READY);
	create(D, OBJECT_SC, READY + 1, READY, 1, 0);
	make_server(D, LIMITED);
	assert_int_equal(
		CREATE(root, D, OBJECT_SC, LIMITED + 1, LIMITED, TOP, 100, 2000000), STATUS_OK);
	run(thread_at(LIMITED));
	clock_to(fake_now + 100);
	assert_int_equal(thread_at(LIMITED)->sc->state, SC_THROTTLED);
	share();
	check_all();
}

/* Those that serve reply as soon as they run, the others spin. */
static inline void drive(unsigned turns)
{
	while (turns-- > 0) {
		struct thread *thread = running();

		if (thread && !thread->sc)
			(void)SYS(thread, SYS_REPLY, 0, 0);
		else
			clock_to(fake_armed);
	}
}

/* What the thread that is to act waits for. */
static inline unsigned wakes(unsigned slot)
{
	switch (slot) {
	case SERVER:
		return NW;
	case S2:
		return NC;
	case PAGER:
		return NP;
	case WAITER:
		return NWAIT;
	case WAITER2:
		return NWAIT2;
	default:
		return NT;
	}
}

#endif
