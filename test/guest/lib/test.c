/* SPDX-License-Identifier: MIT */
/*
 * Checks, results, and the way out. States: counts of checks.
 */
#include "test.h"

#include "boot.h"
#include "cpu.h"
#include "legacy.h"

#define PORT_DEBUG_EXIT 0xf4
#define PORT_BOCHS_SHUTDOWN 0x8900

static unsigned checks, failures;

void guest_start(void);

static void check_print(const char *verdict, const char *name, va_list args)
{
	print("%s", verdict);
	vprint(name, args);
}

static bool check_count(bool ok)
{
	checks++;
	failures += !ok;
	return ok;
}

bool check(bool ok, const char *name, ...)
{
	va_list args;

	va_start(args, name);
	check_print(ok ? "ok " : "not ok ", name, args);
	va_end(args);
	print(ok ? "\n" : ": expected true got false\n");
	return check_count(ok);
}

bool check_eq(uint64_t want, uint64_t got, const char *name, ...)
{
	va_list args;

	va_start(args, name);
	check_print(want == got ? "ok " : "not ok ", name, args);
	va_end(args);
	if (want != got)
		print(": expected 0x%lx got 0x%lx", want, got);
	print("\n");
	return check_count(want == got);
}

bool check_range(uint64_t low, uint64_t high, uint64_t got, const char *name, ...)
{
	bool ok = got >= low && got <= high;
	va_list args;

	va_start(args, name);
	check_print(ok ? "ok " : "not ok ", name, args);
	va_end(args);
	if (!ok)
		print(": expected %lu to %lu got %lu", low, high, got);
	print("\n");
	return check_count(ok);
}

bool check_trap(int want, const struct trap *got, const char *name, ...)
{
	bool ok = want == got->vector;
	va_list args;

	va_start(args, name);
	check_print(ok ? "ok " : "not ok ", name, args);
	va_end(args);
	if (!ok)
		print(": expected vector %d got %d error 0x%lx rip 0x%lx", want, got->vector,
			got->error, got->rip);
	print("\n");
	return check_count(ok);
}

void check_skip(const char *name, const char *reason)
{
	print("skip %s: %s\n", name, reason);
}

__attribute__((noreturn)) static void test_leave(uint8_t code)
{
	cpu_cli();
	serial_drain();
	outb(PORT_DEBUG_EXIT, code);
	if (boot_word("bare"))
		for (const char *s = "Shutdown"; *s; s++)
			outb(PORT_BOCHS_SHUTDOWN, *s);
	for (;;)
		__asm__ volatile("cli; hlt");
}

void test_end(void)
{
	if (!checks)
		test_error("no checks were made");
	print("RESULT %s %s\n", test_name, failures ? "FAILURE" : "SUCCESS");
	test_leave(failures ? TEST_FAILURE : TEST_SUCCESS);
}

void test_skip(const char *reason)
{
	print("RESULT %s SKIP %s\n", test_name, reason);
	test_leave(TEST_SKIP);
}

void test_error(const char *reason)
{
	print("RESULT %s ERROR %s\n", test_name, reason);
	test_leave(TEST_ERROR);
}

void test_crash(const struct trap_frame *f)
{
	serial_init();
	print("\nvector %lu error 0x%lx rip 0x%lx cs 0x%lx rflags 0x%lx rsp 0x%lx cr2 0x%lx\n",
		f->vector, f->error, f->rip, f->cs, f->rflags, f->rsp, read_cr2());
	print("RESULT %s CRASH vector %lu rip 0x%lx error 0x%lx\n", test_name, f->vector, f->rip,
		f->error);
	test_leave(TEST_CRASH);
}

void test_expect(const char *end)
{
	print("EXPECT %s\n", end);
	serial_drain();
	checks++;
}

/* The local APIC withdrew an interrupt: no EOI, and no concern of any test. */
static bool spurious_hook(struct trap_frame *f)
{
	(void)f;
	return true;
}

/* The first C that runs, with interrupts off, on the boot stack. */
void guest_start(void)
{
	serial_init();
	boot_init();
	trap_init();
	pic_init();
	trap_hook(0xff, spurious_hook);
	print("TEST %s \"%s\"\n", test_name, boot_command_line);
	test_main();
	test_end();
}
