/* SPDX-License-Identifier: MIT */
/*
 * What another CPU still writes to after the call has returned that took the
 * page from it. A writer on CPU 1 counts up a word, in a domain or in a guest,
 * while CPU 0 puts one page after the other under it. The page that was taken
 * away must stand still at once.
 */
#include "smp.h"

#include "../lib/tiny_guest.h"

#define ROUNDS 200u
#define STILL_TICKS 3000u
#define PAGES_HERE 0x60000000ull    /* both pages, seen from here */
#define TARGET_DOMAIN 0x70000000ull /* where the writer of a domain sees one */
#define TARGET_GUEST 0x2000ull
#define GUEST_CODE 0x1000ull
#define STATE_ADDRESS 0x80000000ull

/* STI: Bochs takes no interrupt out of an AMD-V guest that is entered with IF clear. */
static const uint8_t guest_loop[] = {
	0xfb,                         /*    sti */
	0x66, 0xff, 0x06, 0x00, 0x20, /* 1: incl 0x2000 */
	0xeb, 0xf9,                   /*    jmp 1b */
};

static uint8_t guest_page[PAGE_SIZE] ALIGNED(PAGE_SIZE);
static volatile uint64_t left; /* exits because nothing was mapped */
static uint64_t reason_memory;

static volatile uint64_t *word(unsigned page)
{
	return (volatile uint64_t *)(PAGES_HERE + page * PAGE_SIZE);
}

static void map_here(uint64_t rights)
{
	need(sys_delegate(DELEGATE_MEMORY, ROOT_MEMORY, ROOT_DOMAIN, rights, ram_frame,
		     PAGES_HERE >> PAGE_SHIFT, 2),
		"the two pages");
}

static void put(uint64_t space, uint64_t target, unsigned page, uint64_t rights)
{
	need(sys_delegate(DELEGATE_MEMORY, ROOT_MEMORY, space, rights, ram_frame + page,
		     target >> PAGE_SHIFT, 1),
		"changing the page");
}

static void stands_still(unsigned page, unsigned round)
{
	uint64_t before = *word(page);

	spin(STILL_TICKS);
	if (*word(page) != before)
		fail("page %u is still written in round %u", page, round);
}

/* Pages 0 and 1 in turn at `target` of `space`. */
static void replace(uint64_t space, uint64_t target)
{
	*word(0) = *word(1) = 0;
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned page = round & 1;

		put(space, target, page, MEM_R | MEM_W);
		stands_still(!page, round);
		wait_change(word(page), *word(page), "the writer");
	}
}

static void writer_main(uint64_t cpu)
{
	(void)cpu;
	for (;;)
		++*(volatile uint64_t *)TARGET_DOMAIN;
}

void test_replace_in_domain(void)
{
	map_here(MEM_R | MEM_W);
	put(ROOT_DOMAIN, TARGET_DOMAIN, 1, MEM_R | MEM_W);
	start_thread(1, writer_main);
	replace(ROOT_DOMAIN, TARGET_DOMAIN);
	stop_thread(1);
	put(ROOT_DOMAIN, TARGET_DOMAIN, 0, 0);
	map_here(0);
}

static struct vcpu_state *state(void)
{
	return (struct vcpu_state *)STATE_ADDRESS;
}

/* Enters again and again; an access to nothing is tried again. */
static void guest_main(uint64_t cpu)
{
	uint64_t reason, bits;

	for (;;) {
		need(sys_vcpu_run(slot_of((uint32_t)cpu, CPU_VCPU), &reason, &bits), "vcpu_run");
		if (reason != reason_memory)
			fail("exit %lu of the guest", reason);
		left++;
	}
}

static void guest_start(void)
{
	uint64_t gspace = slot_of(1, CPU_GSPACE);

	map_here(MEM_R | MEM_W);
	need(sys_create_gspace(ROOT_DOMAIN, gspace), "gspace");
	need(sys_create_vcpu(ROOT_DOMAIN, slot_of(1, CPU_VCPU), gspace, 1, 0, STATE_ADDRESS),
		"vcpu");
	need(sys_delegate(DELEGATE_MEMORY, ROOT_DOMAIN, gspace, MEM_R | MEM_W | MEM_X,
		     (uint64_t)guest_page >> PAGE_SHIFT, GUEST_CODE >> PAGE_SHIFT, 1),
		"guest memory");
	memcpy(guest_page, guest_loop, sizeof(guest_loop));
	tiny_guest_reset(state(), GUEST_CODE);
	reason_memory = tiny_reasons(guests_on).memory;
	start_thread(1, guest_main);
}

static void guest_stop(void)
{
	stop_thread(1);
	need(sys_destroy(slot_of(1, CPU_VCPU)), "end of a vcpu");
	need(sys_destroy(slot_of(1, CPU_GSPACE)), "end of a gspace");
	map_here(0);
}

void test_replace_in_guest(void)
{
	guest_start();
	replace(slot_of(1, CPU_GSPACE), TARGET_GUEST);
	guest_stop();
}

void test_revoke_in_guest(void)
{
	uint64_t gspace = slot_of(1, CPU_GSPACE);

	guest_start();
	for (unsigned round = 0; round < ROUNDS; round++) {
		put(gspace, TARGET_GUEST, 0, MEM_R | MEM_W);
		wait_change(word(0), *word(0), "the guest");
		put(gspace, TARGET_GUEST, 0, 0);
		stands_still(0, round);
		wait_change(&left, left, "the monitor");
	}
	guest_stop();
}
