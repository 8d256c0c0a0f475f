/* SPDX-License-Identifier: MIT */
/* init's times; see alarm.h. */
#include "init/alarm.h"
#include "init/init.h"
#include "rt/syscall.h"

static uint64_t deadlines[ALARM_COUNT];

enum status alarm_again(void)
{
	uint64_t first = 0;

	for (uint32_t i = 0; i < ALARM_COUNT; i++)
		if (deadlines[i] != 0 && (first == 0 || deadlines[i] < first))
			first = deadlines[i];
	return sys_timer(INIT_SLOT_NOTIFICATION, INIT_BIT_TIMER, first);
}

enum status alarm_set(uint32_t who, uint64_t deadline)
{
	deadlines[who] = deadline;
	return alarm_again();
}

bool alarm_due(uint32_t who)
{
	if (deadlines[who] == 0 || tsc_read() < deadlines[who])
		return false;
	deadlines[who] = 0;
	return true;
}
