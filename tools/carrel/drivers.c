/* SPDX-License-Identifier: MIT */
/* The drivers that a plan can have; see drivers.h. */
#include "drivers.h"
#include "abi/syscall.h"
#include "lib/compiler.h"

static const struct plan_right serial_rights[] = {
	{PLAN_RIGHT_PORT, 0, 0x3f8, 8}, /* COM1: the person */
	{PLAN_RIGHT_PORT, 0, 0x2f8, 8}, /* COM2: the tap */
	{PLAN_RIGHT_IRQ, 0, 4, 1},      /* COM1; ISA lines are edge triggered, active high */
};

/* init adds the ports that the machine's FADT names. */
static const struct plan_right power_rights[] = {
	{PLAN_RIGHT_PORT, 0, 0x8900, 1}, /* Bochs and old QEMU: "Shutdown" */
	{PLAN_RIGHT_PORT, 0, 0x604, 2},  /* QEMU q35: PM1a control */
	{PLAN_RIGHT_PORT, 0, 0xcf9, 1},  /* PC chipsets: reset control */
};

/* The driver finds its controllers itself, by the PCI configuration ports; what those turn
 * out to have it asks of init. Not below the ports of ISA devices but two of IDE, not
 * above 4 GiB, and not the interrupt controllers. */
static const struct plan_right disk_rights[] = {
	{PLAN_RIGHT_PORT, 0, 0xcf8, 8}, /* address and data of PCI configuration */
	{PLAN_RIGHT_PORT, PLAN_RIGHT_ON_REQUEST, 0x170, 8},
	{PLAN_RIGHT_PORT, PLAN_RIGHT_ON_REQUEST, 0x376, 1},
	{PLAN_RIGHT_PORT, PLAN_RIGHT_ON_REQUEST, 0x1f0, 8},
	{PLAN_RIGHT_PORT, PLAN_RIGHT_ON_REQUEST, 0x3f6, 1},
	{PLAN_RIGHT_PORT, PLAN_RIGHT_ON_REQUEST, 0x1000, 0xf000},
	{PLAN_RIGHT_IRQ, PLAN_RIGHT_ON_REQUEST | IRQ_LEVEL | IRQ_ACTIVE_LOW, 5, 19},
	{PLAN_RIGHT_MEMORY, PLAN_RIGHT_ON_REQUEST | MEM_R | MEM_W | MEM_UC, 0x1000, 0xfdc00},
	{PLAN_RIGHT_DMA, 0, 0, 48},
};

static const struct plan_right nic_rights[] = {
	{PLAN_RIGHT_DMA, 0, 0, 2},      /* rings of descriptors */
	{PLAN_RIGHT_PORT, 0, 0xcf8, 8}, /* as above */
	{PLAN_RIGHT_IRQ, PLAN_RIGHT_ON_REQUEST | IRQ_LEVEL | IRQ_ACTIVE_LOW, 5, 19},
	{PLAN_RIGHT_MEMORY, PLAN_RIGHT_ON_REQUEST | MEM_R | MEM_W | MEM_UC, 0x1000, 0xfdc00},
};

const struct driver driver_serial = {
	"serial", PLAN_LOG, 128, 64, serial_rights, ARRAY_SIZE(serial_rights)};

const struct driver driver_power = {
	"power", PLAN_POWER | PLAN_LOG, 96, 16, power_rights, ARRAY_SIZE(power_rights)};

const struct driver driver_disk = {
	"disk", PLAN_LOG | PLAN_RESTART, 256, 16, disk_rights, ARRAY_SIZE(disk_rights)};

const struct driver driver_nic = {
	"nic", PLAN_LOG | PLAN_RESTART, 128, 4, nic_rights, ARRAY_SIZE(nic_rights)};
