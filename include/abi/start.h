/* SPDX-License-Identifier: MIT */
/*
 * What init tells a component it starts: one read-only page at START_INFO_ADDR,
 * and the layout of the component's address space and capability table.
 *
 *   0x010000  start info          0x020000  UTCB of the main thread
 *   0x030000  stack (16 pages up to 0x040000, unmapped page below)
 *   0x400000  image (text, read-only data, data and bss, each on its own pages)
 *   HEAP      private memory, read-write
 *   CHANNELS  shared rings, one after the other
 *   MODULES   read-only module files
 *   GUEST     the guest's memory (VMM only), read-write, guest-physical 0 first
 */
#ifndef ABI_START_H
#define ABI_START_H

#include <stdint.h>
#include "abi/frame.h"

#define START_INFO_ADDR 0x10000ull
#define START_UTCB_ADDR 0x20000ull
#define START_STACK_TOP 0x40000ull
#define START_STACK_PAGES 15u
#define START_IMAGE_ADDR 0x400000ull
#define START_HEAP_ADDR 0x10000000ull
#define START_CHANNEL_ADDR 0x20000000ull
#define START_MODULE_ADDR 0x100000000ull /* 4 GiB */
#define START_GUEST_ADDR 0x1000000000ull /* 64 GiB */
#define START_FREE_ADDR 0x30000000ull    /* to START_MODULE_ADDR: for the component's own use */
#define START_DMA_ADDR 0x38000000ull     /* driver: memory for devices, start_info.dma_* */
#define START_GRANT_ADDR 0x40000000ull   /* driver: device memory that it asked for, ... */
#define START_GRANT_SIZE 0x4000000ull    /* ... this far apart, see INIT_GRANT */

/* Slots of a component's capability table. */
enum start_slot {
	START_SLOT_DOMAIN = 1,   /* its own domain: create in, take from, map into */
	START_SLOT_THREAD,       /* its main thread */
	START_SLOT_NOTIFICATION, /* its notification (wait, signal) */
	START_SLOT_INIT,         /* portal to init, enum init_request in word 1; as the next
				  * for threads on the main thread's CPU */
	START_SLOT_FAULT,        /* portal that threads it creates give as fault portal */
	START_SLOT_LOG,          /* kernel log; drivers only */
	START_SLOT_IRQ = 16,     /* + index of the irq record in the plan's order */
	START_SLOT_PEER = 32,    /* + index of the channel: the peer's notification */
	START_SLOT_GRANT = 96,   /* + number of the INIT_GRANT that asked for an interrupt */
	START_SLOT_FREE = 128    /* from here on the component's own */
};

/* Requests to init through START_SLOT_INIT: word 1 the request, 2.. arguments. */
enum init_request {
	INIT_ENDED = 1, /* VMM: the guest ended; word 2 enum guest_end, word 3 code */
	INIT_READY,     /* driver: has started */
	INIT_VCPU,      /* VMM: start the thread of vCPU word 2 (1 to vcpus - 1), on the CPU
			 * that start_info.vcpu_cpu[] names: UTCB address, instruction
			 * pointer and stack pointer in words 3 to 5 -> enum status in word 1.
			 * Each once: STATUS_IN_USE after that, even if it failed */
	INIT_GRANT,     /* driver: a part of a right that the plan gives on request. Word 2: number,
			 * 1 to START_GRANTS - 1, each once; word 3: enum plan_right_kind and
			 * GRANT_FLAGS(IRQ_* or MEM_*); words 4 and 5: first and count as in the
			 * plan -> enum status in word 1. Memory appears at START_GRANT_ADDR +
			 * number * START_GRANT_SIZE, an interrupt in START_SLOT_GRANT + number */
	INIT_REQUEST_COUNT
};

#define START_GRANTS 32u
#define GRANT_FLAGS(flags) ((uint64_t)(flags) << 32)

enum guest_end {
	GUEST_RUNNING = 0,
	GUEST_POWEROFF,
	GUEST_REBOOT,     /* the guest asked for a reset */
	GUEST_DEBUG_EXIT, /* code: the byte written to port 0xf4 */
	GUEST_TRIPLE_FAULT,
	GUEST_KILLED, /* code: enum guest_kill */
	GUEST_END_COUNT
};

/* Why a guest was killed; text for people is made by the host tool and init. */
enum guest_kill {
	KILL_NONE = 0,
	KILL_VMM_FAULT,    /* the monitor itself faulted */
	KILL_BAD_KERNEL,   /* the kernel file is not one we can load */
	KILL_BAD_INITRD,   /* the initrd does not fit */
	KILL_BAD_MODULE,   /* a module does not fit */
	KILL_NO_MEMORY,    /* not enough memory on the machine or in the account */
	KILL_NO_MODULE,    /* a file named in the plan was not loaded by GRUB */
	KILL_ENTRY_FAILED, /* the CPU refused the guest's state */
	KILL_EMULATION,    /* an access that the monitor cannot emulate */
	KILL_NO_VIRT,      /* the CPU cannot run guests */
	KILL_NO_CPU,       /* the machine has none of the CPUs that the plan names */
	KILL_NO_DISK,      /* the machine has not the disk that the plan names */
	KILL_COUNT
};

#define START_INFO_MAGIC 0x54524154534c5243ull
#define START_NAME 32u
#define START_CHANNELS 32u
#define START_MODULES 16u
#define START_CMDLINE 1536u
#define START_DISKS 4u
#define START_VCPUS 32u

enum channel_kind {
	CHANNEL_NONE = 0,
	CHANNEL_CONSOLE, /* a guest's first serial port; struct activity behind the rings */
	CHANNEL_DIAG,    /* lines a VMM says about its guest */
	CHANNEL_CONTROL, /* init to the serial driver: struct tap records, abi/tap.h */
	CHANNEL_NET,     /* a guest's network card, or the driver of one of the machine, to
			  * the switch of its net, abi/frame.h */
	CHANNEL_BLOCK,   /* a guest's disk, to the disk driver: abi/block.h */
	CHANNEL_KINDS
};

/* CHANNEL_BLOCK, at its server: which disk it is, as in struct plan_disk. */
struct start_block {
	uint32_t device, flags;
	uint32_t serial, partition; /* offsets in text */
	uint32_t debug_crash, pad;
};

/* The first member of a channel is the client, the second the server: ring 0 of
 * the shared memory carries client to server, ring 1 server to client. */
struct start_channel {
	char peer[START_NAME];
	uint32_t kind;
	uint32_t is_server;
	uint64_t address, size; /* bytes; both rings, and what is behind them */
	uint64_t signal_bit;    /* bit to signal at the peer (slot START_SLOT_PEER + index) */
	uint64_t own_bit;       /* bit that the peer signals here */
	/* Where the memory is for devices, at the end that drives one: CHANNEL_BLOCK's server, an
	 * uplink's client. It is in one piece, below 4 GiB, and begins at a multiple of 64 KiB. */
	uint64_t physical;
	struct frame_port port;   /* CHANNEL_NET */
	struct start_block block; /* CHANNEL_BLOCK */
};

struct start_module {
	uint64_t address, size;
	uint64_t cmdline; /* offset of its text in start_info.text, 0 if none */
};

struct start_disk {
	uint32_t module;  /* index into module[], or PLAN_NO_MODULE: ... */
	uint32_t name;    /* offset in text */
	uint32_t flags;   /* PLAN_DISK_* of abi/plan.h */
	uint32_t channel; /* ... index into channel[] */
};

struct start_info {
	uint64_t magic;
	uint32_t size; /* sizeof this struct */
	uint32_t virt; /* enum boot_virt */
	char name[START_NAME];
	uint64_t tsc_khz;
	uint64_t heap_address, heap_size;
	uint64_t guest_address, guest_size; /* VMM; bytes, all of it RAM */
	uint32_t vcpus, flags;              /* PLAN_* flags of abi/plan.h */
	uint8_t vcpu_cpu[START_VCPUS];      /* the CPU of each vCPU; the main thread is that of 0 */
	uint32_t channels, modules;
	int32_t kernel_module, initrd_module; /* index into module[], -1 if none */
	uint32_t first_extra_module;          /* of the multiboot modules ... */
	uint32_t extra_modules;               /* ... and how many they are */
	uint32_t cmdline;                     /* offset in text */
	uint32_t disks;
	struct start_disk disk[START_DISKS];
	uint64_t dma_physical, dma_size; /* driver: at START_DMA_ADDR, in one piece below 4 GiB */
	uint16_t pm1a_control, pm1b_control; /* power driver; 0 if unknown */
	uint16_t s5_type_a, s5_type_b;
	struct start_module module[START_MODULES];
	struct start_channel channel[START_CHANNELS];
	char text[START_CMDLINE]; /* NUL-terminated strings; offset 0 is "" */
};

_Static_assert(sizeof(struct start_info) <= 2 * 4096, "the start info is two pages");

#endif
