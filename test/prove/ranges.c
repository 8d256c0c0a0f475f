/* SPDX-License-Identifier: MIT */
/* Arithmetic on the memory map: any set, any arguments. */
/* EVA: -eva-precision 1 */
#include "arch/x86_64/ranges.c"

#include "__fc_builtin.h"

static uint64_t any(void)
{
	return Frama_C_unsigned_long_interval(0, UINT64_MAX);
}

int main(void)
{
	struct ranges ranges;
	uint64_t base = 0;

	/*@ widen_hints global:"all", 95, 96; */
	Frama_C_make_unknown((char *)&ranges, sizeof(ranges));
	ranges.overflow = Frama_C_interval(0, 1);
	ranges.count = Frama_C_unsigned_int_interval(0, RANGES_MAX);
	ranges_add(&ranges, any(), any());
	ranges_remove(&ranges, any(), any());
	(void)ranges_find(
		&ranges, any(), 1ull << Frama_C_unsigned_int_interval(0, 63), any(), &base);
	return ranges_total(&ranges) > 0;
}
