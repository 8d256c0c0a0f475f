/* SPDX-License-Identifier: MIT */
/* How a PC is switched off and reset. Pure; no state. Source: see power.h. */
#include "power.h"
#include "lib/compiler.h"

#define BOCHS_PORT 0x8900u
#define RST_CNT 0xcf9u

#define SLP_TYP(type) ((uint16_t)((type) << 10))
#define SLP_TYP_MASK SLP_TYP(7)
#define SLP_EN 0x2000u

static const char bochs_word[] = "Shutdown";

/*
 * SLP_TYP of S5 where nobody told us: 0 in QEMU and Bochs, 7 in Intel's chip
 * sets, 5 in AMD's. 7 comes before 5, which means S3 on Intel's.
 */
static const uint16_t s5_types[] = {0, 7, 5};

static uint32_t pm1_add(struct power_step *step, uint16_t port, uint16_t type)
{
	uint16_t keep = (uint16_t) ~(SLP_TYP_MASK | SLP_EN);

	if (port == 0)
		return 0;
	step[0] =
		(struct power_step){.port = port, .size = 2, .keep = keep, .value = SLP_TYP(type)};
	step[1] = step[0];
	step[1].value |= SLP_EN;
	return 2;
}

/* One attempt: both registers, as ACPI wants them one after the other. */
static uint32_t s5_add(
	struct power_step *step, const struct start_info *info, uint16_t type_a, uint16_t type_b)
{
	uint32_t count = pm1_add(step, info->pm1a_control, type_a);

	count += pm1_add(step + count, info->pm1b_control, type_b);
	if (count > 0)
		step[count - 1].settle = 1;
	return count;
}

uint32_t power_off_steps(const struct start_info *info, struct power_step step[POWER_STEPS])
{
	uint32_t count = 0;

	for (uint32_t i = 0; bochs_word[i] != 0; i++)
		step[count++] = (struct power_step){
			.port = BOCHS_PORT, .size = 1, .value = (uint8_t)bochs_word[i]};
	if (info->s5_type_a != 0 || info->s5_type_b != 0)
		return count + s5_add(step + count, info, info->s5_type_a, info->s5_type_b);
	for (uint32_t i = 0; i < ARRAY_SIZE(s5_types); i++)
		count += s5_add(step + count, info, s5_types[i], s5_types[i]);
	return count;
}

uint32_t power_reset_steps(struct power_step step[POWER_STEPS])
{
	step[0] = (struct power_step){.port = RST_CNT, .size = 1, .value = 0x02};
	step[1] = (struct power_step){.port = RST_CNT, .size = 1, .value = 0x06, .settle = 1};
	return 2;
}

_Static_assert(sizeof(bochs_word) - 1 + ARRAY_SIZE(s5_types) * 4 <= POWER_STEPS, "steps fit");
