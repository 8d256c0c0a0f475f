/* SPDX-License-Identifier: MIT */
/*
 * What a file is that a guest is to be given; see files.h. No state.
 *
 * Source: Linux, Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header";
 * System V ABI, "ELF Header".
 */
#include "files.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BOOT_SIGNATURE 0x1feu
#define BOOT_MAGIC 0x202u
#define BOOT_PROTOCOL 0x206u
#define BOOT_LOADFLAGS 0x211u
#define BOOT_XLOADFLAGS 0x236u
#define BOOT_INIT_SIZE 0x260u
#define BOOT_HEADER_END 0x264u
#define PROTOCOL_MIN 0x202u
#define PROTOCOL_HIGH 0x20au /* 2.10: older ones are entered in real mode */
#define LOADED_HIGH 1u
#define XLF_KERNEL_64 1u

enum status file_look(const char *path, struct file_facts *facts, const char **problem)
{
	struct stat info;

	if (stat(path, &info) != 0 || access(path, R_OK) != 0) {
		*problem = strerror(errno);
		return STATUS_BAD_ARG;
	}
	*problem = S_ISDIR(info.st_mode)    ? "it is a directory"
		   : !S_ISREG(info.st_mode) ? "it is no regular file"
		   : info.st_size == 0      ? "it is empty"
					    : NULL;
	*facts = (struct file_facts){
		.size = (uint64_t)info.st_size, .device = info.st_dev, .inode = info.st_ino};
	return *problem ? STATUS_BAD_ARG : STATUS_OK;
}

static uint32_t read_le(const unsigned char *at, unsigned bytes)
{
	uint32_t value = 0;

	while (bytes--)
		value = value << 8 | at[bytes];
	return value;
}

/* Files that people name by mistake, by their first bytes. */
static const struct {
	const char *magic;
	unsigned length;
	const char *is;
} others[] = {
	{"\x1f\x8b", 2, "it is a gzip file; unpack it first"},
	{"\xfd\x37zXZ", 5, "it is an xz file; unpack it first"},
	{"\x28\xb5\x2f\xfd", 4, "it is a zstd file; unpack it first"},
	{"070701", 6, "it is a cpio archive; is it the initrd?"},
	{"!<arch>", 7, "it is an archive or a Debian package; unpack it first"},
	{"#!", 2, "it is a script"},
	{"MZ", 2, "it is an EFI program without the Linux boot header"},
};

static struct file_kernel look_at_linux(const unsigned char *head)
{
	uint64_t protocol = read_le(head + BOOT_PROTOCOL, 2);

	if (protocol < PROTOCOL_MIN)
		return (struct file_kernel){
			.problem = "its Linux boot protocol is older than 2.02"};
	if (protocol < PROTOCOL_HIGH && !(head[BOOT_LOADFLAGS] & LOADED_HIGH))
		return (struct file_kernel){.problem = "it is a zImage; bzImages can be loaded"};
	if (protocol < PROTOCOL_HIGH)
		return (struct file_kernel){.needs = 0};
	if (!(read_le(head + BOOT_XLOADFLAGS, 2) & XLF_KERNEL_64))
		return (struct file_kernel){
			.problem = "it is a 32-bit Linux kernel; 64-bit ones can be loaded"};
	return (struct file_kernel){.needs = read_le(head + BOOT_INIT_SIZE, 4)};
}

static struct file_kernel look_at_elf(const unsigned char *head)
{
	uint32_t type = read_le(head + 16, 2), machine = read_le(head + 18, 2);

	if (machine != EM_386 && machine != EM_X86_64)
		return (struct file_kernel){.problem = "it is an ELF file for another kind of CPU"};
	if (type != ET_EXEC && type != ET_DYN)
		return (struct file_kernel){
			.problem = "it is an ELF file, but not a linked program"};
	return (struct file_kernel){0};
}

struct file_kernel file_kernel(const void *start, size_t size)
{
	const unsigned char *head = start;

	if (size >= BOOT_HEADER_END && read_le(head + BOOT_SIGNATURE, 2) == 0xaa55 &&
		memcmp(head + BOOT_MAGIC, "HdrS", 4) == 0)
		return look_at_linux(head);
	if (size >= sizeof(Elf32_Ehdr) && memcmp(head, ELFMAG, SELFMAG) == 0)
		return look_at_elf(head);
	for (unsigned i = 0; i < ARRAY_SIZE(others); i++)
		if (size >= others[i].length &&
			memcmp(head, others[i].magic, others[i].length) == 0)
			return (struct file_kernel){.problem = others[i].is};
	return (struct file_kernel){
		.problem = "it has neither the Linux boot header nor an ELF header"};
}

struct file_kernel file_kernel_at(const char *path)
{
	unsigned char head[FILE_KERNEL_HEAD];
	FILE *in = fopen(path, "rb");

	if (!in)
		return (struct file_kernel){.problem = strerror(errno)};
	size_t size = fread(head, 1, sizeof(head), in);
	fclose(in);
	return file_kernel(head, size);
}
