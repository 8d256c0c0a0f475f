/* SPDX-License-Identifier: MIT */
/*
 * The CPUs together, as smp.h promises them: smp_run() is done at once, on each CPU
 * in turn; smp_send() is kept until the test lets the CPU take its interrupts. The
 * rules of smp.h are checked.
 */
#include "fake.h"

#include "cpu.h"
#include "smp.h"
#include "upcall.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

uint32_t fake_online, fake_sent;
unsigned fake_graces;
void (*fake_meanwhile)(void);
static bool lock_held, run_active;

void fake_smp_reset(void)
{
	fake_online = 1;
	fake_sent = 0;
	fake_graces = 0;
	fake_meanwhile = NULL;
	lock_held = false;
	run_active = false;
}

uint32_t smp_cpus(void)
{
	return fake_online;
}

void smp_lock(void)
{
	assert_false(lock_held);
	lock_held = true;
}

void smp_unlock(void)
{
	assert_true(lock_held);
	lock_held = false;
}

void smp_run(uint32_t mask, void (*run)(void *), void *argument)
{
	uint32_t here = percpu()->id;

	assert_false(run_active); /* a second request would wait for the first for ever */
	run_active = true;
	for (unsigned id = 0; id < FAKE_CPUS; id++) {
		if (id == here || !(mask & fake_online & BIT(id)))
			continue;
		assert_true(lock_held);
		fake_cpu_select(id);
		if (fake_meanwhile)
			fake_meanwhile();
		run(argument);
		fake_cpu_select(here);
		fake_sent |= (uint32_t)BIT(id); /* and then looks who is to run */
	}
	run_active = false;
	if (mask & BIT(here))
		run(argument);
}

/* smp_run() has already been served. */
void smp_serve(void) {}

void smp_grace(void)
{
	assert_false(run_active);
	fake_graces++;
}

void smp_send(uint32_t id)
{
	assert_true(fake_online & BIT(id));
	fake_sent |= (uint32_t)BIT(id);
}

/* Apart: the compiler takes percpu() for the same within a function. */
static __attribute__((noinline)) void message_here(void)
{
	percpu()->regs = kernel_message(percpu()->regs);
}

void fake_messages(void)
{
	uint32_t here = percpu()->id;

	while (fake_sent) {
		uint32_t id = (uint32_t)__builtin_ctz(fake_sent);

		fake_sent &= fake_sent - 1;
		fake_cpu_select(id);
		message_here();
		fake_cpu_select(here);
	}
}
