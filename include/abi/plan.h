/* SPDX-License-Identifier: MIT */
/*
 * The compiled plan: what init starts, and with which rights. Made by the host
 * tool `carrel`, passed by GRUB as the module named PLAN_MODULE.
 *
 *   struct plan_header
 *   struct plan_component [components]
 *   struct plan_module    [modules]
 *   struct plan_channel   [channels]
 *   struct plan_right     [rights]
 *   text: NUL-terminated strings, offset 0 is ""
 *
 * All offsets are in bytes from the start of the plan. The checksum is CRC-32
 * (IEEE 802.3, as in zlib) over everything after the header.
 */
#ifndef ABI_PLAN_H
#define ABI_PLAN_H

#include <stdint.h>
#include "abi/frame.h"

#define PLAN_MAGIC 0x4e4c5043u /* "CPLN" */
#define PLAN_VERSION 6u
#define PLAN_MODULE "plan"
#define INIT_MODULE "init" /* the root task; the first module */
#define PLAN_NAME 32u
#define PLAN_COMPONENTS 32u
#define PLAN_MODULES 36u
#define PLAN_CHANNELS 144u
#define PLAN_RIGHTS 128u
#define PLAN_DISKS 4u             /* of one guest */
#define PLAN_NETS 4u              /* of one guest */
#define PLAN_CPUS 32u             /* CPUs that a plan can name: 0 to 31 */
#define PLAN_GUEST_PRIORITIES 32u /* a guest's priority is below; those of drivers are not */

struct plan_header {
	uint32_t magic, version;
	uint32_t size; /* bytes, header included */
	uint32_t crc;
	uint32_t components, component_offset;
	uint32_t modules, module_offset;
	uint32_t channels, channel_offset;
	uint32_t rights, right_offset;
	uint32_t text_offset, text_size;
	uint32_t flags; /* PLAN_WHEN_DONE_* */
	uint32_t pad;
};

#define PLAN_WHEN_DONE_POWEROFF 1u /* switch the machine off when every guest ended */
#define PLAN_WHEN_DONE_LINGER 2u   /* but a minute later if one was killed: people read slowly */

enum plan_kind { PLAN_DRIVER = 0, PLAN_VM };

/* plan_component.flags and start_info.flags */
#define PLAN_DEBUG_EXIT 1u /* port 0xf4 ends the guest */
#define PLAN_RESTART 2u    /* on-crash = restart */
#define PLAN_LOG 4u        /* may write to the kernel log */
#define PLAN_POWER 8u      /* init's power driver: signal bit 0 off, bit 1 reset */

/*
 * plan_component.cpus: 0: any. Else bit n: may use CPU n. All bits from PLAN_CPUS
 * on are equal: clear, the list is what somebody wrote down, and vCPU i has the
 * i-th CPU of it, in turn; set (PLAN_CPUS_OPEN), it is all CPUs but some, and
 * init chooses among them, as it does for "any".
 */
#define PLAN_CPUS_OPEN (~0ull << PLAN_CPUS)

#define PLAN_NO_MODULE 0xffffffffu

/* A disk of a guest: a module, held in memory, or one that the disk driver serves. */
struct plan_disk {
	uint32_t module;      /* PLAN_NO_MODULE: the driver's, by ... */
	uint32_t name;        /* text offset */
	uint32_t flags;       /* PLAN_DISK_* */
	uint32_t channel;     /* ... this one of the plan's channels; the rest says which it is: */
	uint32_t device;      /* the n-th that the driver finds, or PLAN_ANY_DEVICE: */
	uint32_t serial;      /* text offset: what it says of itself */
	uint32_t partition;   /* text offset: number, label or UUID; "": the whole disk */
	uint32_t debug_crash; /* the driver fails after so many requests; 0: it does not */
};

#define PLAN_DISK_OVERLAY 1u  /* it can be written; that is gone with the monitor */
#define PLAN_DISK_READONLY 2u /* of a driver's: it cannot be written */
#define PLAN_ANY_DEVICE 0xffffffffu

struct plan_component {
	char name[PLAN_NAME];
	uint32_t kind; /* enum plan_kind */
	uint32_t flags;
	uint32_t image;                /* index of the module that holds its program (ELF) */
	uint32_t priority;             /* of all its scheduling contexts, one per vCPU */
	uint32_t budget_us, period_us; /* of each; 0, 0: no limit */
	uint32_t account_pages;        /* kernel memory */
	uint32_t heap_pages;           /* private memory */
	uint64_t guest_pages;          /* VM: guest memory */
	uint32_t vcpus;
	uint32_t kernel, initrd;        /* VM: module indices or PLAN_NO_MODULE */
	uint32_t first_module, modules; /* VM: multiboot modules, consecutive plan modules */
	uint32_t cmdline;               /* VM: offset of the guest's command line in text */
	uint32_t first_right, rights;
	uint64_t cpus;                     /* see above */
	struct plan_disk disk[PLAN_DISKS]; /* VM */
	uint32_t disks, pad;
};

struct plan_module {
	uint32_t name;    /* text offset: the name GRUB passes */
	uint32_t cmdline; /* text offset: multiboot modules */
	uint64_t size;    /* bytes */
	uint32_t crc;     /* CRC-32 of the file */
	uint32_t pad;
};

struct plan_channel {
	uint32_t client, server; /* component indices; PLAN_INIT is init itself */
	uint32_t kind;           /* enum channel_kind */
	uint32_t pages;          /* both rings together, and what is behind them; even */
	struct frame_port port;  /* CHANNEL_NET: the client's */
};
#define PLAN_INIT 0xffffffffu

enum plan_right_kind {
	PLAN_RIGHT_PORT = 0,
	PLAN_RIGHT_IRQ,
	PLAN_RIGHT_MEMORY,
	PLAN_RIGHT_DMA, /* memory for devices, one per component, which keeps it for good */
	PLAN_RIGHT_COUNT
};

struct plan_right {
	uint32_t kind;  /* enum plan_right_kind */
	uint32_t flags; /* IRQ: IRQ_*; MEMORY: MEM_*; PLAN_RIGHT_ON_REQUEST */
	uint64_t first; /* port; global system interrupt; frame; DMA: 0 */
	uint64_t count; /* ports; 1; frames */
};

/* Not given at the start. The component asks for the parts that it turns out to need
 * (INIT_GRANT), and each is given if nobody else has it. An interrupt right then counts
 * lines; its flags, and those of memory, are what may be asked for. */
#define PLAN_RIGHT_ON_REQUEST 0x80000000u

#endif
