/* SPDX-License-Identifier: MIT */
#include "smp.h"

#include "cpu.h"
#include "lapic.h"
#include "lock.h"
#include "vectors.h"

static struct lock kernel_lock = {.rank = LOCK_KERNEL};

static uint32_t online;

/* Written by the holder of the kernel lock, before it sets bits of `called`. */
static struct {
	void (*run)(void *);
	void *argument;
	uint32_t called; /* CPUs that have not run it yet; each clears its own bit */
} request;

uint32_t smp_cpus(void)
{
	return __atomic_load_n(&online, __ATOMIC_ACQUIRE);
}

void smp_enter(void)
{
	__atomic_or_fetch(&online, percpu()->bit, __ATOMIC_RELEASE);
}

void smp_lock(void)
{
	lock_take(&kernel_lock, smp_serve);
}

void smp_unlock(void)
{
	lock_give(&kernel_lock);
}

void smp_run(uint32_t mask, void (*run)(void *), void *argument)
{
	uint32_t here = mask & percpu()->bit, others = mask & smp_cpus() & ~here;

	if (others) {
		request.run = run;
		request.argument = argument;
		__atomic_store_n(&request.called, others, __ATOMIC_RELEASE);
		for (uint32_t left = others; left; left &= left - 1)
			smp_send((uint32_t)__builtin_ctz(left));
		while (__atomic_load_n(&request.called, __ATOMIC_ACQUIRE))
			__builtin_ia32_pause();
	}
	if (here)
		run(argument);
}

static void smp_nothing(void *unused)
{
	(void)unused;
}

void smp_grace(void)
{
	smp_run(~percpu()->bit, smp_nothing, NULL);
}

void smp_serve(void)
{
	uint32_t bit = percpu()->bit;

	if (!(__atomic_load_n(&request.called, __ATOMIC_ACQUIRE) & bit))
		return;
	request.run(request.argument);
	__atomic_and_fetch(&request.called, ~bit, __ATOMIC_RELEASE);
}

void smp_send(uint32_t id)
{
	lapic_send(cpu_window(id)->apic_id, LAPIC_SEND_FIXED | VECTOR_MESSAGE);
}

void smp_halt_others(void)
{
	for (uint32_t left = smp_cpus(); left; left &= left - 1) {
		uint32_t id = (uint32_t)__builtin_ctz(left);

		if (cpu_window(id) != percpu())
			lapic_send(cpu_window(id)->apic_id, LAPIC_SEND_NMI);
	}
}
