/* SPDX-License-Identifier: MIT */
/* LINK: tools/carrel/bochs.c tools/carrel/qemu.c tools/carrel/words.c tools/carrel/files.c */
/* LINK: tools/carrel/facts.c tools/carrel/alloc.c */
/* What is given to the emulators, and what is read out of their logs. */
#include "carrel/emulator.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "carrel/alloc.h"
#include "carrel/files.h"

static struct emulator_report examine(const struct emulator *emulator, const char *log, int result)
{
	struct emulator_report report = {0};

	emulator->examine(log, strlen(log), result, &report);
	return report;
}

static void bochs_log_tells_how_it_ended(void **state)
{
	static const struct {
		const char *log;
		bool off, has_ticks;
		uint64_t ticks;
		const char *reason;
	} rows[] = {
		{"", false, false, 0, ""},
		{"00392060089p[UNMAP ] >>PANIC<< Shutdown port: shutdown requested\n", true, true,
			392060089, ""},
		{"123456789012p[UNMAP ] >>PANIC<< Shutdown port: shutdown requested\n", true, true,
			123456789012, ""},
		{"00000000012e[MEM0  ] something\n00000000500p[ACPI  ] >>PANIC<< ACPI control: "
		 "soft "
		 "power off\n",
			true, true, 500, ""},
		{"00569331141e[CPU0  ] interrupt(): x\n00569331141p[CPU0  ] >>PANIC<< exception(): "
		 "3rd "
		 "(13) exception with no resolution\n",
			false, true, 569331141,
			"exception(): 3rd (13) exception with no resolution"},
		{"=====\nBochs is exiting\n12 lines\n", false, false, 0, ""},
		{"00000000077i[CPU0  ] no end of line", false, true, 77, ""},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct emulator_report report = examine(&emulator_bochs, rows[i].log, 256);
		assert_int_equal(report.switched_off, rows[i].off);
		assert_int_equal(report.has_ticks, rows[i].has_ticks);
		assert_int_equal(report.ticks, rows[i].ticks);
		assert_string_equal(report.reason, rows[i].reason);
	}
}

static void qemu_status_and_log_tell_how_it_ended(void **state)
{
	(void)state;
	assert_true(examine(&emulator_qemu, "CPU Reset (CPU 0)\n", 0).switched_off);
	assert_false(examine(&emulator_qemu, "", 1 << 8).switched_off); /* exit 1 */
	assert_false(examine(&emulator_qemu, "", 9).switched_off);      /* killed */
	assert_false(examine(&emulator_qemu, "x\nTriple fault\n", 0).switched_off);
	assert_string_equal(examine(&emulator_qemu, "x\nTriple fault\n", 0).reason, "triple fault");
	assert_false(examine(&emulator_qemu, "", 0).has_ticks);
}

/* Prepares and returns the command line as one text, to be freed. */
static char *prepare(const struct emulator *emulator, const struct machine *machine)
{
	struct words words = {0};
	char *line = alloc_text("%s", "");

	assert_int_equal(emulator->prepare(machine, &words), STATUS_OK);
	assert_string_equal(words.word[0], emulator->program);
	for (unsigned i = 0; i < words.count; i++) {
		char *longer = alloc_text("%s%s ", line, words.word[i]);
		free(line);
		line = longer;
	}
	words_free(&words);
	return line;
}

static void bochs_is_told_all(void **state)
{
	static const char *const want[] = {"model=corei7_skylake_x, count=2,",
		"memory: guest=448, host=448\n", "clock: sync=slowdown\n",
		"reset_on_triple_fault=0", "com1: enabled=1, mode=term, dev=/dev/pts/7\n",
		"com2: enabled=1, mode=term, dev=/dev/pts/8\n",
		"com3: enabled=1, mode=term, dev=/dev/pts/9\n", "path=carrel.iso,",
		"display_library: term\n", "panic: action=fatal\n"};
	char directory[] = "/tmp/carrel-test-XXXXXX", *text;
	size_t size;

	(void)state;
	assert_non_null(mkdtemp(directory));
	struct machine machine = {.scratch = directory,
		.port = {"/dev/pts/7", "/dev/pts/8", "/dev/pts/9"},
		.memory = 448u << 20,
		.cpus = 2,
		.real_time = true};
	char *line = prepare(&emulator_bochs, &machine);
	assert_string_equal(line, "bochs -q -f bochsrc -rc go ");
	free(line);
	char *path = alloc_text("%s/bochsrc", directory);
	assert_int_equal(file_read(path, 1 << 16, &text, &size), STATUS_OK);
	for (unsigned i = 0; i < ARRAY_SIZE(want); i++)
		if (!strstr(text, want[i]))
			fail_msg("not in bochsrc: %s", want[i]);
	assert_null(strstr(text, "e1000"));
	free(text);
	machine.real_time = false;
	machine.net[0] = machine.net[1] = "e1000";
	machine.cpu = "corei7_haswell_4770";
	machine.memory = 3ull << 30;
	free(prepare(&emulator_bochs, &machine));
	assert_int_equal(file_read(path, 1 << 16, &text, &size), STATUS_OK);
	assert_non_null(strstr(text, "model=corei7_haswell_4770,"));
	assert_non_null(strstr(text, "memory: guest=3072, host=2048\n"));
	assert_non_null(strstr(text, "clock: sync=none\n"));
	assert_non_null(
		strstr(text, "\npci: enabled=1, chipset=i440fx, slot1=e1000, slot2=e1000\n"));
	assert_non_null(
		strstr(text, "\ne1000: card=0, enabled=1, mac=52:54:00:ca:99:00, ethmod=slirp, "));
	assert_non_null(
		strstr(text, "\ne1000: card=1, enabled=1, mac=52:54:00:ca:99:01, ethmod=slirp, "));
	free(text);
	free(path);
	file_remove_directory(directory);
}

static void expect(const struct machine *machine, const char *const *want, unsigned count)
{
	char *line = prepare(&emulator_qemu, machine);

	for (unsigned i = 0; i < count; i++)
		if (!strstr(line, want[i]))
			fail_msg("not in the command line: %s\n%s", want[i], line);
	assert_null(strstr(line, "-bios"));
	free(line);
}

static void qemu_is_told_all(void **state)
{
	static const char *const emulated[] = {"-machine q35 ", "-accel tcg,thread=multi ",
		"-cpu EPYC ", "-smp 4 ", "-m 512M ", "-cdrom carrel.iso ", "-no-reboot ",
		"-display none ", "-serial /dev/pts/7 -serial /dev/pts/8 -serial /dev/pts/9 "};
	static const char *const alone[] = {"-accel tcg,thread=single ", "-cpu max ", "-smp 1 "};
	static const char *const hardware[] = {"-accel kvm ", "-cpu host "};
	static const char *const nets[] = {"-nic user,model=e1000,mac=52:54:00:ca:99:00 "
					   "-nic user,model=e1000e,mac=52:54:00:ca:99:01 -serial"};
	struct machine machine = {.scratch = "/tmp",
		.port = {"/dev/pts/7", "/dev/pts/8", "/dev/pts/9"},
		.memory = 512u << 20,
		.cpus = 4,
		.cpu = "EPYC"};

	(void)state;
	expect(&machine, emulated, ARRAY_SIZE(emulated));
	machine.cpu = NULL;
	machine.cpus = 1;
	expect(&machine, alone, ARRAY_SIZE(alone));
	machine.kvm = true;
	expect(&machine, hardware, ARRAY_SIZE(hardware));
	machine.net[0] = "e1000";
	machine.net[1] = "e1000e";
	expect(&machine, nets, ARRAY_SIZE(nets));
}

/* The ISO is at the third port of the SATA controller. */
static void qemu_has_disks_of_all_kinds(void **state)
{
	static const struct {
		enum disk_kind kind[OPTION_DISKS];
		const char *device[OPTION_DISKS];
	} rows[] = {
		{{DISK_AHCI, DISK_AHCI, DISK_AHCI},
			{"ide-hd,drive=disk0,bus=ide.0,serial=CARREL0 ",
				"ide-hd,drive=disk1,bus=ide.1,serial=CARREL1 ",
				"ide-hd,drive=disk2,bus=ide.3,serial=CARREL2 "}},
		{{DISK_NVME, DISK_AHCI, DISK_VIRTIO},
			{"nvme,drive=disk0,serial=CARREL0 ",
				"ide-hd,drive=disk1,bus=ide.0,serial=CARREL1 ",
				"virtio-blk-pci,disable-legacy=on,drive=disk2,serial=CARREL2 "}},
	};
	struct machine machine = {.scratch = "/tmp",
		.port = {"/dev/pts/7", "/dev/pts/8", "/dev/pts/9"},
		.memory = 512u << 20,
		.cpus = 1,
		.disk = {"/a", "/b", "/c,d"}};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		memcpy(machine.disk_kind, rows[i].kind, sizeof(machine.disk_kind));
		expect(&machine, rows[i].device, OPTION_DISKS);
		expect(&machine,
			(const char *[]){"discard=unmap,file=/c,,d -device", "-boot d "}, 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bochs_log_tells_how_it_ended),
		cmocka_unit_test(qemu_status_and_log_tell_how_it_ended),
		cmocka_unit_test(bochs_is_told_all),
		cmocka_unit_test(qemu_is_told_all),
		cmocka_unit_test(qemu_has_disks_of_all_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
