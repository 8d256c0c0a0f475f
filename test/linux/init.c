/* SPDX-License-Identifier: MIT */
/*
 * The /init of the Linux boot benchmark, in both of its machines. Its first
 * instruction is where user space begins: tools/bench_linux.sh links it to an
 * address of its own and has the emulator say when it is reached. What follows is
 * no longer measured: it prints how long the kernel was idle until then, and
 * switches the machine off.
 */
#include <stdint.h>

/* Numbers of Linux' system calls on x86-64. */
#define SYSTEM_READ 0
#define SYSTEM_WRITE 1
#define SYSTEM_OPEN 2
#define SYSTEM_IOCTL 16
#define SYSTEM_MOUNT 165
#define SYSTEM_REBOOT 169

#define TCSBRK 0x5409 /* with argument 1: waits until all is sent */

#define REBOOT_MAGIC1 0xfee1dead
#define REBOOT_MAGIC2 672274793
#define REBOOT_POWER_OFF 0x4321fedc

static long call(long number, long a, long b, long c, long d)
{
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = 0;
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return result;
}

/* Uptime and idle time, in seconds. */
static void print_idle(void)
{
	static const char mark[] = "bench-linux: uptime ";
	static char text[64];
	long file, size;

	(void)call(SYSTEM_MOUNT, (long)"proc", (long)"/proc", (long)"proc", 0);
	file = call(SYSTEM_OPEN, (long)"/proc/uptime", 0, 0, 0);
	size = call(SYSTEM_READ, file, (long)text, sizeof(text), 0);
	(void)call(SYSTEM_WRITE, 1, (long)mark, sizeof(mark) - 1, 0);
	(void)call(SYSTEM_WRITE, 1, (long)text, size, 0);
	(void)call(SYSTEM_IOCTL, 1, TCSBRK, 1, 0);
}

__attribute__((section(".text.start"), used)) void _start(void)
{
	print_idle();
	(void)call(SYSTEM_REBOOT, REBOOT_MAGIC1, REBOOT_MAGIC2, REBOOT_POWER_OFF, 0);
	for (;;)
		__asm__ volatile("pause");
}
