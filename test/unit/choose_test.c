/* SPDX-License-Identifier: MIT */
/* LINK: tools/carrel/choose.c tools/carrel/kvm.c tools/carrel/bochs.c tools/carrel/qemu.c */
/* LINK: tools/carrel/words.c tools/carrel/files.c tools/carrel/facts.c tools/carrel/alloc.c */
/* Which machine a run gets, what it says of it, and when KVM is one for Carrel. */
#include "carrel/choose.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#define CONTROLS 0xffu /* EPT, VPID, unrestricted guest among them */

static const struct kvm_facts nested_vmx = {.cpu = true,
	.answers = true,
	.makes_machine = true,
	.vmx = true,
	.has_vmx_controls = true,
	.vmx_controls = CONTROLS};
static const struct kvm_facts nested_svm = {
	.cpu = true, .answers = true, .makes_machine = true, .svm = true, .npt = true};

static void kvm_is_one_for_carrel_or_not(void **state)
{
	static const struct {
		struct kvm_facts facts;
		const char *problem;
	} rows[] = {
		{{.cpu = true, .open_error = EACCES},
			"/dev/kvm may not be opened; its group is `kvm`"},
		{{.cpu = true, .open_error = EPERM},
			"/dev/kvm may not be opened; its group is `kvm`"},
		{{.cpu = true, .open_error = ENOENT}, "there is no usable /dev/kvm"},
		{{.cpu = true}, "/dev/kvm does not answer"},
		{{.cpu = true, .answers = true}, "KVM cannot make a virtual machine"},
		{{.cpu = true, .answers = true, .makes_machine = true},
			"KVM offers no nested VT-x or AMD-V"},
		{{.cpu = true, .answers = true, .makes_machine = true, .svm = true},
			"KVM offers AMD-V without nested paging"},
	};
	struct kvm_facts facts = nested_vmx;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(kvm_problem(&rows[i].facts), rows[i].problem);
	assert_null(kvm_problem(&nested_vmx));
	assert_null(kvm_problem(&nested_svm));
	for (unsigned bit = 0; bit < 8; bit++) {
		bool needed = bit == 1 || bit == 5 || bit == 7;
		facts.vmx_controls = CONTROLS & ~(1u << bit);
		assert_int_equal(kvm_problem(&facts) != NULL, needed);
	}
	facts.has_vmx_controls = false; /* an old KVM does not tell */
	assert_null(kvm_problem(&facts));
}

/* A node that opens and makes machines proves nothing without the CPU's flag. */
static void kvm_without_the_cpus_flag_is_none(void **state)
{
	struct kvm_facts facts = nested_vmx;

	(void)state;
	facts.cpu = false;
	assert_string_equal(kvm_problem(&facts), "this CPU shows neither VT-x nor AMD-V");
}

static void each_wish_gets_its_machine(void **state)
{
	static const struct kvm_facts none = {.cpu = true, .open_error = ENOENT};
	static const struct {
		struct options options;
		struct choose_facts facts;
		const struct emulator *emulator;
		bool kvm;
		const char *text;
	} rows[] = {
		{{0}, {true, true, nested_vmx}, &emulator_qemu, true,
			"QEMU with KVM, which offers VT-x"},
		{{0}, {true, false, nested_svm}, &emulator_qemu, true,
			"QEMU with KVM, which offers AMD-V"},
		{{0}, {true, true, none}, &emulator_qemu, false,
			"QEMU, which emulates AMD-V (without KVM: there is no usable /dev/kvm)"},
		{{0}, {false, true, nested_vmx}, &emulator_bochs, false,
			"Bochs, which emulates VT-x (QEMU is not installed)"},
		{{0}, {false, false, none}, NULL, false,
			"qemu-system-x86_64 is not installed; `apt-get install qemu-system-x86` "
			"installs it"},
		{{.emulator = EMULATOR_BOCHS}, {true, true, nested_vmx}, &emulator_bochs, false,
			"Bochs, which emulates VT-x"},
		{{.emulator = EMULATOR_BOCHS}, {true, false, none}, NULL, false,
			"bochs is not installed; `apt-get install bochs bochs-term bochsbios "
			"vgabios` installs it"},
		{{.emulator = EMULATOR_QEMU}, {false, true, none}, NULL, false,
			"qemu-system-x86_64 is not installed; `apt-get install qemu-system-x86` "
			"installs it"},
		{{.emulator = EMULATOR_QEMU}, {true, true, nested_svm}, &emulator_qemu, true,
			"QEMU with KVM, which offers AMD-V"},
		{{.uefi = true}, {false, true, none}, NULL, false,
			"qemu-system-x86_64 is not installed; `apt-get install qemu-system-x86` "
			"installs it"},
		{{.disks = 2, .disk_kind = {DISK_AHCI, DISK_NVME}}, {false, true, none}, NULL,
			false,
			"qemu-system-x86_64 is not installed; `apt-get install qemu-system-x86` "
			"installs it"},
		{{.disks = 2}, {false, true, none}, &emulator_bochs, false,
			"Bochs, which emulates VT-x (QEMU is not installed)"},
		{{.cpu = "EPYC"}, {false, true, none}, NULL, false,
			"qemu-system-x86_64 is not installed; `apt-get install qemu-system-x86` "
			"installs it"},
		{{.cpu = "EPYC"}, {true, true, nested_vmx}, &emulator_qemu, false,
			"QEMU, which emulates the CPU EPYC"},
		{{.cpu = "ryzen", .emulator = EMULATOR_BOCHS}, {true, true, none}, &emulator_bochs,
			false, "Bochs, which emulates the CPU ryzen"},
	};
	struct choice choice;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		choose_machine(&rows[i].options, &rows[i].facts, &choice);
		assert_ptr_equal(choice.emulator, rows[i].emulator);
		assert_int_equal(choice.kvm, rows[i].kvm);
		assert_string_equal(choice.text, rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kvm_is_one_for_carrel_or_not),
		cmocka_unit_test(kvm_without_the_cpus_flag_is_none),
		cmocka_unit_test(each_wish_gets_its_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
