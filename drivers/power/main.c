/* SPDX-License-Identifier: MIT */
/*
 * Power driver: waits for init's order, then switches the machine off (bit 0) or
 * resets it (bit 1). State: none. Its ports come from the plan, and the PM1
 * control registers from init.
 */
#include "abi/start.h"
#include "power.h"
#include "rt/log.h"
#include "rt/port.h"
#include "rt/start.h"
#include "rt/syscall.h"

#define BIT_OFF 1ull
#define BIT_RESET 2ull
#define BIT_TIMER (1ull << 63)
#define SETTLE_MS 100u

static void settle(const struct start_info *info)
{
	uint64_t bits, deadline = tsc_read() + SETTLE_MS * info->tsc_khz;

	if (sys_timer(START_SLOT_NOTIFICATION, BIT_TIMER, deadline) == STATUS_OK &&
		sys_wait(START_SLOT_NOTIFICATION, BIT_TIMER, &bits) == STATUS_OK)
		return;
	rt_log("cannot wait");
}

static void step_run(const struct power_step *step)
{
	uint16_t value = step->value;

	if (step->keep != 0)
		value |= port_in16(step->port) & step->keep;
	if (step->size == 2)
		port_out16(step->port, value);
	else
		port_out8(step->port, (uint8_t)value);
}

static void steps_run(const struct start_info *info, const struct power_step *step, uint32_t count,
	const char *what)
{
	for (uint32_t i = 0; i < count; i++) {
		step_run(&step[i]);
		if (step[i].settle)
			settle(info);
	}
	rt_log("no known way to %s this machine worked", what);
}

void component_main(const void *start)
{
	const struct start_info *info = start;
	struct power_step step[POWER_STEPS];
	uint64_t bits;

	log_open(info);
	while (sys_wait(START_SLOT_NOTIFICATION, BIT_OFF | BIT_RESET, &bits) == STATUS_OK) {
		if ((bits & BIT_OFF) != 0)
			steps_run(info, step, power_off_steps(info, step), "switch off");
		if ((bits & BIT_RESET) != 0)
			steps_run(info, step, power_reset_steps(step), "reset");
	}
	rt_panic("cannot wait");
}
