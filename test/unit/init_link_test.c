/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/init/link_order.c */
/* Which ends of channels drive a device that reaches the channel's memory. */
#include "init/link.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "init/init.h"

static void a_device_reaches_the_memory_of_some_channels(void **state)
{
	static const struct {
		uint32_t kind;
		uint16_t flags;
		bool client, server;
	} rows[] = {
		{CHANNEL_BLOCK, 0, false, true},
		{CHANNEL_NET, 0, false, false},
		{CHANNEL_NET, FRAME_PORT_ISOLATED, false, false},
		{CHANNEL_NET, FRAME_PORT_UPLINK, true, false},
		{CHANNEL_CONSOLE, FRAME_PORT_UPLINK, false, false},
		{CHANNEL_CONTROL, 0, false, false},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct plan_channel one = {
			.kind = rows[i].kind, .port = {.flags = rows[i].flags}};

		assert_int_equal(link_has_device(&one, false), rows[i].client);
		assert_int_equal(link_has_device(&one, true), rows[i].server);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_reaches_the_memory_of_some_channels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
