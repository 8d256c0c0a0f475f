/* SPDX-License-Identifier: MIT */
/* A plan of three components in which nothing is wrong, for tests of the reader. */
#ifndef TEST_UNIT_INIT_PLAN_FIXTURE_H
#define TEST_UNIT_INIT_PLAN_FIXTURE_H

#include "init/plan.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <zlib.h>
#include "abi/start.h"
#include "abi/syscall.h"

#define TEXT_SIZE 64u

struct blob {
	struct plan_header header;
	struct plan_component component[3]; /* serial, web, vault */
	struct plan_module module[4];       /* serial, vmm, vmlinuz, extra */
	struct plan_channel channel[4];
	struct plan_right right[3];
	char text[TEXT_SIZE];
};

static inline void blob_seal(struct blob *blob)
{
	blob->header.crc = (uint32_t)crc32(
		0, (const Bytef *)(&blob->header + 1), blob->header.size - sizeof(blob->header));
}

static inline struct plan_component vm(const char *name)
{
	struct plan_component component = {
		.kind = PLAN_VM,
		.flags = PLAN_RESTART | PLAN_DEBUG_EXIT,
		.image = 1,
		.priority = 20,
		.budget_us = 1000,
		.period_us = 2000,
		.account_pages = 100,
		.heap_pages = 10,
		.guest_pages = 4096,
		.vcpus = 1,
		.kernel = 2,
		.initrd = PLAN_NO_MODULE,
		.first_module = 3,
		.modules = 1,
		.cmdline = 1,
		.disk = {{.module = 3, .name = 34, .flags = PLAN_DISK_OVERLAY}},
		.disks = 1,
	};

	strcpy(component.name, name);
	return component;
}

static inline void blob_make(struct blob *blob)
{
	static const char text[TEXT_SIZE] = "\0console=ttyS0\0serial\0vmm\0vmlinuz\0extra";

	memset(blob, 0, sizeof(*blob));
	blob->header = (struct plan_header){
		.magic = PLAN_MAGIC,
		.version = PLAN_VERSION,
		.size = sizeof(*blob),
		.components = 3,
		.component_offset = offsetof(struct blob, component),
		.modules = 4,
		.module_offset = offsetof(struct blob, module),
		.channels = 4,
		.channel_offset = offsetof(struct blob, channel),
		.rights = 3,
		.right_offset = offsetof(struct blob, right),
		.text_offset = offsetof(struct blob, text),
		.text_size = TEXT_SIZE,
		.flags = PLAN_WHEN_DONE_POWEROFF,
	};
	memcpy(blob->text, text, TEXT_SIZE);
	blob->component[0] = (struct plan_component){
		.name = "serial",
		.kind = PLAN_DRIVER,
		.flags = PLAN_LOG,
		.priority = 40,
		.account_pages = 64,
		.kernel = PLAN_NO_MODULE,
		.initrd = PLAN_NO_MODULE,
		.rights = 3,
	};
	blob->component[1] = vm("web");
	blob->component[2] = vm("vault");
	blob->module[0] = (struct plan_module){.name = 15, .size = 1000};
	blob->module[1] = (struct plan_module){.name = 22, .size = 2000};
	blob->module[2] = (struct plan_module){.name = 26, .size = 3000};
	blob->module[3] = (struct plan_module){.name = 34, .cmdline = 1, .size = 4000};
	blob->channel[0] = (struct plan_channel){
		.client = 1, .server = 0, .kind = CHANNEL_CONSOLE, .pages = 4};
	blob->channel[1] =
		(struct plan_channel){.client = 2, .server = 0, .kind = CHANNEL_DIAG, .pages = 2};
	blob->channel[2] = (struct plan_channel){
		.client = PLAN_INIT, .server = 0, .kind = CHANNEL_CONTROL, .pages = 2};
	blob->channel[3] = (struct plan_channel){.client = 1,
		.server = 0,
		.kind = CHANNEL_NET,
		.pages = FRAME_CHANNEL_PAGES,
		.port = {.mac = {2, 0, 0, 0, 0, 1}, .bytes = 1000}};
	blob->right[0] = (struct plan_right){PLAN_RIGHT_PORT, 0, 0x3f8, 8};
	blob->right[1] = (struct plan_right){PLAN_RIGHT_IRQ, IRQ_LEVEL, 4, 1};
	blob->right[2] = (struct plan_right){PLAN_RIGHT_MEMORY, MEM_R | MEM_W | MEM_UC, 0xfee00, 1};
	blob_seal(blob);
}

#endif
