/* SPDX-License-Identifier: MIT */
/* A plan while it is compiled; only for the files that do so. */
#ifndef CARREL_PLAN_BUILD_H
#define CARREL_PLAN_BUILD_H

#include "drivers.h"
#include "plan.h"

struct build {
	struct plan *plan;
	struct diag *diag;
	struct plan_component component[PLAN_COMPONENTS];
	struct plan_module module[PLAN_MODULES];
	struct file_facts facts[PLAN_MODULES]; /* beside module */
	struct plan_channel channel[PLAN_CHANNELS];
	struct plan_right right[PLAN_RIGHTS];
	unsigned components, channels, rights;
	const struct config *config;
	uint32_t net[CONFIG_NETS]; /* the component of each net that somebody is on */
	uint32_t disk_driver;      /* component index, if there is one */
	char *text;
	uint32_t text_size;
};

#define PAGES(bytes) (((bytes) + 4095) / 4096)
#define DRIVER_CPUS 1ull /* where init is, and the interrupts arrive */
/* For each port: tables for the rings, at both ends; the card in the monitor's heap. */
#define PORT_ACCOUNT_PAGES 2u
#define PORT_HEAP_PAGES 10u

/* Whether any guest is on a net, on one with an uplink; if so, the switch of each net that
 * one is on, and the driver of its uplink, with the programs in module `image`; then the
 * port of the guest that is component `client`. */
bool plan_has_ports(const struct config *config);
bool plan_has_uplinks(const struct config *config);
void plan_add_nets(struct build *build, uint32_t image);
void plan_add_uplinks(struct build *build, uint32_t image);
void plan_add_port(struct build *build, uint32_t client, const struct config_vm_net *port);

/* Whether any guest has a disk of the machine, so that its driver is needed; the disks of
 * a guest, with the memory that they, and its nets, take in the monitor. */
bool plan_has_devices(const struct config *config);
void plan_add_cards(
	struct build *build, const struct config_vm *vm, struct plan_component *component);

/* A driver's rights; one more string, channel, or file (which may be there already): its offset or
 * index. */
void plan_add_rights(
	struct build *build, struct plan_component *component, const struct driver *driver);
uint32_t plan_add_text(struct build *build, const char *text);
uint32_t plan_add_channel(
	struct build *build, uint32_t client, uint32_t server, uint32_t kind, uint32_t pages);
uint32_t plan_share_module(struct build *build, const struct config_file *file);

#endif
