/* SPDX-License-Identifier: MIT */
/*
 * How a PC is switched off and reset, as lists of port writes. Pure.
 *
 * Model:   ACPI soft-off by the PM1 control registers; the port of Bochs; the
 *          reset register of PC chip sets.
 * Missing: reading _S5_ from the DSDT: without it the usual values are tried.
 * Source:  ACPI 6.5 section 4.8.3.2.1 "PM1 Control Registers"; Intel 8 Series
 *          Chipset datasheet section 12.7.5 "RST_CNT - Reset Control Register";
 *          Bochs user manual, "unmapped" device: port 8900h "Shutdown".
 */
#ifndef POWER_POWER_H
#define POWER_POWER_H

#include <stdint.h>
#include "abi/start.h"

#define POWER_STEPS 24u

struct power_step {
	uint16_t port;
	uint8_t size;   /* bytes of the access: 1 or 2 */
	uint8_t settle; /* 1: wait a little before the next step */
	uint16_t keep;  /* bits of the register's present value that stay */
	uint16_t value; /* ORed in */
};

/* Fills `step` with what switches the machine off. Returns how many steps. */
uint32_t power_off_steps(const struct start_info *info, struct power_step step[POWER_STEPS]);

/* Fills `step` with what resets the machine. Returns how many steps. */
uint32_t power_reset_steps(struct power_step step[POWER_STEPS]);

#endif
