/* SPDX-License-Identifier: MIT */
/*
 * One of two guests that run at the same time with different patterns in the
 * x87, SSE, AVX and AVX-512 registers: neither may ever see the other's, nor
 * the monitor's. (fpu_soak.c in the library does the work.)
 * Source: Intel SDM vol. 3, 13.4 "Designing OS Facilities for Saving x87 FPU,
 * SSE and Extended States on Task or Context Switches".
 */
#include "fpu.h"
#include "test.h"

const char test_name[] = "fpu_a";

void test_main(void)
{
	fpu_soak(0xa0a00000);
}
