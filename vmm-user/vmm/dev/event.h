/* SPDX-License-Identifier: MIT */
/*
 * What a device can ask of the whole machine. A device records the event as
 * state; the machine polls X_event() after each access and acts on it.
 */
#ifndef VMM_DEV_EVENT_H
#define VMM_DEV_EVENT_H

enum machine_event {
	MACHINE_NONE = 0,
	MACHINE_POWEROFF,
	MACHINE_RESET,
	MACHINE_DEBUG_EXIT, /* code: debugexit_code() */
	MACHINE_CRASH       /* a test wants to see the monitor itself fail */
};

#endif
