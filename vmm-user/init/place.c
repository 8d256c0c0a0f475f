/* SPDX-License-Identifier: MIT */
/* Which component runs on which CPU. Pure; no state. */
#include "init/place.h"
#include <stdbool.h>
#include "init/plan.h"
#include "rt/format.h"

#define LOAD_FULL 1000u /* of a virtual CPU without a budget */

/* What is planned for each CPU so far. */
struct load {
	uint32_t cpus;
	uint64_t cpu[PLAN_CPUS];
};

uint32_t place_cpus(uint32_t cpus)
{
	if (cpus == 0)
		return 1;
	return cpus < PLAN_CPUS ? cpus : PLAN_CPUS;
}

/* All CPUs that a machine with `cpus` of them has. */
static uint64_t machine_mask(uint32_t cpus)
{
	return (1ull << cpus) - 1;
}

static bool is_listed(const struct plan_component *component)
{
	return component->cpus != 0 && (component->cpus & PLAN_CPUS_OPEN) == 0;
}

static uint64_t load_of(const struct plan_component *component)
{
	if (component->kind != PLAN_VM)
		return 0;
	if (component->budget_us == 0)
		return LOAD_FULL;
	return (uint64_t)component->budget_us * LOAD_FULL / component->period_us;
}

/* A driver has one thread, which is placed as a guest's first virtual CPU is. */
static uint32_t vcpus_of(const struct plan_component *component)
{
	return component->kind == PLAN_VM ? component->vcpus : 1;
}

static uint32_t lowest(uint64_t mask)
{
	return (uint32_t)__builtin_ctzll(mask);
}

static void place_on(struct place *place, struct load *load, uint32_t cpu, uint64_t weight)
{
	place->cpu[place->vcpus++] = (uint8_t)cpu;
	load->cpu[cpu] += weight;
}

/* `allowed` is not 0. */
static void place_in_turn(const struct plan_component *component, uint64_t allowed,
	struct load *load, struct place *place)
{
	uint64_t left = allowed;

	for (uint32_t i = 0; i < vcpus_of(component); i++) {
		place_on(place, load, lowest(left), load_of(component));
		left &= left - 1;
		left = left != 0 ? left : allowed;
	}
}

static uint32_t own_on(const struct place *place, uint32_t cpu)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < place->vcpus; i++)
		count += place->cpu[i] == cpu;
	return count;
}

/* Whether `cpu` comes before `best` for the next virtual CPU of `place`. */
static bool is_better(
	const struct load *load, const struct place *place, uint32_t cpu, uint32_t best)
{
	if (load->cpu[cpu] != load->cpu[best])
		return load->cpu[cpu] < load->cpu[best];
	return own_on(place, cpu) < own_on(place, best);
}

static void place_spread(const struct plan_component *component, uint64_t allowed,
	struct load *load, struct place *place)
{
	for (uint32_t i = 0; i < vcpus_of(component); i++) {
		uint32_t best = lowest(allowed);

		for (uint32_t cpu = best + 1; cpu < load->cpus; cpu++)
			if ((allowed >> cpu & 1) != 0 && is_better(load, place, cpu, best))
				best = cpu;
		place_on(place, load, best, load_of(component));
	}
}

static void place_listed(
	const struct plan_component *component, struct load *load, struct place *place)
{
	uint64_t there = component->cpus & machine_mask(load->cpus);

	place->missing = component->cpus & ~there;
	if (there != 0)
		place_in_turn(component, there, load, place);
}

static void place_open(
	const struct plan_component *component, struct load *load, struct place *place)
{
	uint64_t there = machine_mask(load->cpus);

	if (component->cpus != 0)
		there &= component->cpus;
	if (there == 0)
		place->missing = machine_mask(PLAN_CPUS) & component->cpus;
	else if (component->kind == PLAN_VM)
		place_spread(component, there, load, place);
	else
		place_on(place, load, lowest(there), 0);
}

void place_all(const struct plan *plan, uint32_t cpus, struct place *place)
{
	struct load load = {.cpus = cpus};

	for (uint32_t i = 0; i < plan->header->components; i++) {
		place[i] = (struct place){0};
		if (is_listed(&plan->component[i]))
			place_listed(&plan->component[i], &load, &place[i]);
	}
	for (uint32_t i = 0; i < plan->header->components; i++)
		if (!is_listed(&plan->component[i]))
			place_open(&plan->component[i], &load, &place[i]);
}

uint64_t place_mask(const struct place *place)
{
	uint64_t mask = 0;

	for (uint32_t i = 0; i < place->vcpus; i++)
		mask |= 1ull << place->cpu[i];
	return mask;
}

void place_text(char to[PLACE_TEXT], uint64_t mask)
{
	uint32_t used = 0;

	to[0] = 0;
	mask &= machine_mask(PLAN_CPUS);
	while (mask != 0) {
		uint32_t first = lowest(mask), last = first;

		while ((mask >> (last + 1) & 1) != 0)
			last++;
		used += (uint32_t)rt_snprintf(to + used, PLACE_TEXT - used,
			first == last ? "%s%u" : "%s%u-%u", used != 0 ? "," : "", first, last);
		mask &= ~((2ull << last) - 1);
	}
}

_Static_assert(PLAN_CPUS < 64, "a machine's CPUs are a mask, and one bit is above them");
