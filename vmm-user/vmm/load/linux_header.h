/* SPDX-License-Identifier: MIT */
/*
 * The setup header of a Linux bzImage, and what both ways of entering one have in
 * common: at its 32-bit or 64-bit entry point (linux.c) or in real mode (linux_real.c).
 *
 * Source: Linux, Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header".
 */
#ifndef VMM_LOAD_LINUX_HEADER_H
#define VMM_LOAD_LINUX_HEADER_H

#include "vmm/load/layout.h"
#include "vmm/load/loader.h"

/* Offsets in the file and in boot_params alike. */
enum setup_field {
	SETUP_SECTS = 0x1f1, /* the header starts here */
	SETUP_SYSSIZE = 0x1f4,
	SETUP_VID_MODE = 0x1fa,
	SETUP_BOOT_FLAG = 0x1fe,
	SETUP_JUMP = 0x200,
	SETUP_MAGIC = 0x202,
	SETUP_VERSION = 0x206,
	SETUP_TYPE_OF_LOADER = 0x210,
	SETUP_LOADFLAGS = 0x211,
	SETUP_CODE32_START = 0x214,
	SETUP_RAMDISK_IMAGE = 0x218,
	SETUP_RAMDISK_SIZE = 0x21c,
	SETUP_HEAP_END_PTR = 0x224,
	SETUP_CMD_LINE_PTR = 0x228,
	SETUP_INITRD_ADDR_MAX = 0x22c,
	SETUP_KERNEL_ALIGNMENT = 0x230,
	SETUP_RELOCATABLE = 0x234,
	SETUP_XLOADFLAGS = 0x236,
	SETUP_CMDLINE_SIZE = 0x238,
	SETUP_PAYLOAD_OFFSET = 0x248,
	SETUP_PAYLOAD_LENGTH = 0x24c,
	SETUP_SETUP_DATA = 0x250,
	SETUP_PREF_ADDRESS = 0x258,
	SETUP_INIT_SIZE = 0x260,
	SETUP_END_2_10 = 0x264,
	SETUP_END_MAX = 0x290 /* boot_params keeps other things from here on */
};

#define LINUX_SECTOR 512u
#define LINUX_LOADED_HIGH 0x01u
#define LINUX_CAN_USE_HEAP 0x80u
#define LINUX_LOADER 0xffu /* of no type that has a number */
#define LINUX_VID_MODE 0xffffu

#define LINUX_VERSION_MIN 0x202u  /* the first that takes a command line anywhere */
#define LINUX_VERSION_HIGH 0x20au /* the first that says where and how large it will be */

/* The protocol's version: major, minor in the low byte. The file has two sectors. */
unsigned linux_version(const struct load_file *kernel);

/* Whether the file has a whole header, of a version known here, of a kernel that
 * loads above 1 MiB. */
enum load_error linux_header_check(const struct load_file *kernel) MUST_CHECK;

/* The setup code's size, and the code behind it. */
uint64_t linux_setup_size(const struct load_file *kernel);
enum load_error linux_code_find(
	const struct load_file *kernel, const uint8_t **code, uint64_t *size) MUST_CHECK;

/* Takes LAYOUT_TEXT for the command line, `max` characters at most. */
enum load_error linux_cmdline_take(
	struct layout *l, const struct load_file *kernel, uint32_t max) MUST_CHECK;

/* Takes a place for the initrd whose last byte is at or below `max`; *start is 0
 * without one. */
enum load_error linux_initrd_take(
	struct layout *l, const struct load_file *initrd, uint64_t max, uint64_t *start) MUST_CHECK;

#endif
