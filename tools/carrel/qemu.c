/* SPDX-License-Identifier: MIT */
/* QEMU; see emulator.h. With KVM, or by TCG, which emulates AMD-V and has no VT-x. */
#include "emulator.h"
#include "alloc.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define OVMF "/usr/share/ovmf/OVMF.fd"

static enum status check_firmware(const struct machine *machine)
{
	if (!machine->uefi || access(OVMF, R_OK) == 0)
		return STATUS_OK;
	fprintf(stderr, "carrel: %s is missing; `apt-get install ovmf` installs it\n", OVMF);
	return STATUS_BAD_STATE;
}

/* A thread of the host for each of several CPUs; for one, threads would only cost. */
static void add_processor(const struct machine *machine, struct words *words)
{
	words_add(words, "-accel");
	words_add(words, "%s",
		machine->kvm        ? "kvm"
		: machine->cpus > 1 ? "tcg,thread=multi"
				    : "tcg,thread=single");
	words_add(words, "-cpu");
	words_add(words, "%s", machine->cpu ? machine->cpu : machine->kvm ? "host" : "max");
}

/* At the ports of the AHCI controller that q35 has, but the third, where the ISO is. */
static unsigned ahci_port(const struct machine *machine, unsigned index)
{
	unsigned port = 0;

	for (unsigned i = 0; i < index; i++)
		port += machine->disk_kind[i] == DISK_AHCI;
	return port < 2 ? port : port + 1;
}

/* A comma in a path is written twice. */
static void add_disk(const struct machine *machine, unsigned index, struct words *words)
{
	const char *path = machine->disk[index];
	char *doubled = alloc_zero(2 * strlen(path) + 1, 1), *to = doubled;

	for (const char *from = path; *from; from++) {
		*to++ = *from;
		if (*from == ',')
			*to++ = ',';
	}
	words_add(words, "-drive");
	words_add(words, "if=none,id=disk%u,format=raw,discard=unmap,file=%s", index, doubled);
	words_add(words, "-device");
	if (machine->disk_kind[index] == DISK_NVME)
		words_add(words, "nvme,drive=disk%u,serial=CARREL%u", index, index);
	else if (machine->disk_kind[index] == DISK_VIRTIO)
		words_add(words, "virtio-blk-pci,disable-legacy=on,drive=disk%u,serial=CARREL%u",
			index, index);
	else
		words_add(words, "ide-hd,drive=disk%u,bus=ide.%u,serial=CARREL%u", index,
			ahci_port(machine, index), index);
	free(doubled);
}

/* Numbers its cards as it is told of them, each with an address that stays the same. */
static void add_net(const char *model, unsigned index, struct words *words)
{
	words_add(words, "-nic");
	words_add(words, "user,model=%s,mac=52:54:00:ca:99:%02x", model, index);
}

static enum status prepare(const struct machine *machine, struct words *words)
{
	words_add(words, "qemu-system-x86_64");
	words_add(words, "-nodefaults");
	words_add(words, "-machine");
	words_add(words, "q35");
	add_processor(machine, words);
	words_add(words, "-smp");
	words_add(words, "%u", machine->cpus);
	words_add(words, "-m");
	words_add(words, "%" PRIu64 "M", machine->memory >> 20);
	words_add(words, "-display");
	words_add(words, "none");
	words_add(words, "-vga");
	words_add(words, "std");
	words_add(words, "-no-reboot");
	/* So that a triple fault, which also ends it with status 0, is seen. */
	words_add(words, "-d");
	words_add(words, "cpu_reset");
	words_add(words, "-D");
	words_add(words, "%s", EMULATOR_LOG);
	if (machine->uefi) {
		words_add(words, "-bios");
		words_add(words, "%s", OVMF);
	}
	words_add(words, "-cdrom");
	words_add(words, "%s", EMULATOR_ISO);
	for (unsigned i = 0; i < OPTION_DISKS && machine->disk[i]; i++)
		add_disk(machine, i, words);
	if (machine->disk[0]) {
		words_add(words, "-boot");
		words_add(words, "d");
	}
	for (unsigned i = 0; i < OPTION_NETS && machine->net[i]; i++)
		add_net(machine->net[i], i, words);
	for (unsigned i = 0; i < EMULATOR_PORTS; i++) {
		words_add(words, "-serial");
		words_add(words, "%s", machine->port[i]);
	}
	return check_firmware(machine);
}

static void examine(const char *log, size_t size, int result, struct emulator_report *report)
{
	bool fault = strstr(log, "Triple fault");

	(void)size;
	report->switched_off = WIFEXITED(result) && WEXITSTATUS(result) == 0 && !fault;
	if (fault)
		snprintf(report->reason, sizeof(report->reason), "triple fault");
}

const struct emulator emulator_qemu = {
	.name = "qemu",
	.program = "qemu-system-x86_64",
	.packages = "qemu-system-x86",
	.prepare = prepare,
	.examine = examine,
};
