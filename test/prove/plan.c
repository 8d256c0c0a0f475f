/* SPDX-License-Identifier: MIT */
/*
 * The reader of the plan, in two parts. Full: every table where the host tool puts
 * it, with any number of entries. Anywhere: one table, or the text, at any offset and
 * with any number of entries in SMALL bytes; the other tables are empty. An access
 * reaches into one table, and whether it stays there depends on no other's place.
 */
/* EVA: -eva-precision 0 -eva-split-return full */
/* EVA: -eva-slevel-function plan_read:100,header_check:50,tables_check:50 */
/* EVA: -eva-slevel-function table_fits:10,tables_read:20 */
/* UNREACHED: right_check 1 the end, after a switch whose cases all return */
#include "vmm-user/init/crc.c"
#include "vmm-user/init/plan.c"

#include "__fc_builtin.h"

#define SMALL 200u
#define TEXT 300u

static struct {
	struct plan_header header;
	struct plan_component component[PLAN_COMPONENTS];
	struct plan_module module[PLAN_MODULES];
	struct plan_channel channel[PLAN_CHANNELS];
	struct plan_right right[PLAN_RIGHTS];
	char text[TEXT];
} full;

static union {
	struct plan_header header;
	uint8_t byte[SMALL];
} small;

static void read_full(void)
{
	struct plan plan;

	Frama_C_make_unknown((char *)&full, sizeof(full));
	full.header.component_offset = offsetof(typeof(full), component);
	full.header.module_offset = offsetof(typeof(full), module);
	full.header.channel_offset = offsetof(typeof(full), channel);
	full.header.right_offset = offsetof(typeof(full), right);
	full.header.text_offset = offsetof(typeof(full), text);
	(void)plan_read(&full, sizeof(full), &plan);
}

/* Numbers up to a limit are taken one by one, all above it together. */
static uint32_t up(uint32_t number, uint32_t limit, uint32_t unit)
{
	if (number <= limit)
		return number * unit;
	return Frama_C_unsigned_int_interval(limit + 1, UINT32_MAX / unit) * unit;
}

#define PLACES (SMALL / 8)
/* Of the smallest entries. */
#define MOST ((SMALL - sizeof(struct plan_header)) / sizeof(struct plan_module))

static void read_anywhere(uint32_t *count, uint32_t *offset)
{
	uint32_t place = Frama_C_unsigned_int_interval(0, PLACES + 1);
	uint32_t entries = Frama_C_unsigned_int_interval(0, MOST + 1);
	uint32_t odd = Frama_C_unsigned_int_interval(0, 7);
	struct plan plan;

	Frama_C_make_unknown((char *)&small, sizeof(small));
	small.header.components = small.header.modules = 0;
	small.header.channels = small.header.rights = 0;
	small.header.component_offset = small.header.module_offset = sizeof(small.header);
	small.header.channel_offset = small.header.right_offset = sizeof(small.header);
	small.header.text_offset = sizeof(small.header);
	/*@ split odd; */
	if (odd == 0 || !count) {
		/*@ split place; */
		*offset = up(place, PLACES, 8) + odd;
	} else {
		*offset = up(PLACES + 1, 0, 8) + odd;
	}
	if (count && odd == 0) {
		/*@ split entries; */
		*count = up(entries, MOST, 1);
	} else if (count) {
		*count = up(1, 0, 1);
	}
	(void)plan_read(&small, SMALL, &plan);
}

int main(void)
{
	struct plan_header *h = &small.header;
	struct plan plan;

	/*@ widen_hints global:"all", 23, 24, 31, 32, 35, 36, 63, 64, 127, 128; */
	switch (Frama_C_interval(0, 6)) {
	case 0:
		return (int)plan_read(&small, Frama_C_interval(0, sizeof(*h) - 1), &plan);
	case 1:
		read_anywhere(&h->components, &h->component_offset);
		break;
	case 2:
		read_anywhere(&h->modules, &h->module_offset);
		break;
	case 3:
		read_anywhere(&h->channels, &h->channel_offset);
		break;
	case 4:
		read_anywhere(&h->rights, &h->right_offset);
		break;
	case 5:
		read_anywhere(NULL, &h->text_offset);
		break;
	default:
		read_full();
	}
	return 0;
}
