/* SPDX-License-Identifier: MIT */
/* LINK: arch/x86_64/console_options.c */
/* console= and log= on the kernel's command line, one row each. */
#include "console.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#define COM1 0x3f8
#define COM2 0x2f8
#define COM3 0x3e8
#define COM4 0x2e8

static const struct {
	const char *cmdline;
	unsigned ports;
	uint16_t port[CONSOLE_PORTS];
	bool screen, bad;
} rows[] = {
	{NULL, 1, {COM1}, true, false},
	{"", 1, {COM1}, true, false},
	{"quiet something=else", 1, {COM1}, true, false},
	{"console=com1", 1, {COM1}, false, false},
	{"console=com2", 1, {COM2}, false, false},
	{"console=com3", 1, {COM3}, false, false},
	{"console=com4", 1, {COM4}, false, false},
	{"console=0x3f8", 1, {COM1}, false, false},
	{"console=0xE010", 1, {0xe010}, false, false},
	{"console=0xfff8", 1, {0xfff8}, false, false},
	{"console=screen", 0, {0}, true, false},
	{"console=none", 0, {0}, false, false},
	{"console=none,com2", 1, {COM2}, false, false},
	{"console=com1,screen,com2", 2, {COM1, COM2}, true, false},
	{"console=com1,com1,0x3f8", 1, {COM1}, false, false},
	{"console=com1 console=com2", 1, {COM2}, false, false}, /* the last one holds */
	{"  a  console=screen  b ", 0, {0}, true, false},
	{"xconsole=com2 consol=com3 console", 1, {COM1}, true, false},
	{"log=com3", 2, {COM1, COM3}, true, false},
	{"log=com3 console=none", 1, {COM3}, false, false},
	{"console=com2 log=0x4000", 2, {COM2, 0x4000}, false, false},
	{"log=com1", 1, {COM1}, true, false},
	{"log=com2 log=com3", 2, {COM1, COM3}, true, false},
	/* not understood: the rest holds, or, if there is none, the defaults */
	{"console=", 1, {COM1}, true, true},
	{"console=,", 1, {COM1}, true, true},
	{"console=com5", 1, {COM1}, true, true},
	{"console=COM2", 1, {COM1}, true, true},
	{"console=com2x", 1, {COM1}, true, true},
	{"console=com", 1, {COM1}, true, true},
	{"console=3f8", 1, {COM1}, true, true},
	{"console=0x", 1, {COM1}, true, true},
	{"console=0x0", 1, {COM1}, true, true},
	{"console=0x3g8", 1, {COM1}, true, true},
	{"console=0x13f80", 1, {COM1}, true, true},
	{"console=0xfff9", 1, {COM1}, true, true},
	{"console=com5,com2", 1, {COM2}, false, true},
	{"console=com2,nothing,screen", 1, {COM2}, true, true},
	{"console=what console=com2", 1, {COM2}, false, true},
	{"log=screen", 1, {COM1}, true, true},
	{"log=", 1, {COM1}, true, true},
	{"console=com1,com2,com3,com4,0x10,0x20,0x30", 6, {COM1, COM2, COM3, COM4, 0x10, 0x20},
		false, true},
};

static void each_command_line(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct console_options out;
		memset(&out, 0xff, sizeof(out));
		console_parse(rows[i].cmdline, &out);
		if (out.ports != rows[i].ports || out.screen != rows[i].screen ||
			out.bad != rows[i].bad ||
			memcmp(out.port, rows[i].port, out.ports * sizeof(out.port[0])) != 0)
			fail_msg("\"%s\"", rows[i].cmdline);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_command_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
