/* SPDX-License-Identifier: MIT */
#include "time.h"

#include "cpuid.h"
#include "io.h"
#include "lapic.h"
#include "msr.h"
#include "percpu.h"
#include "timer.h"
#include "vectors.h"

/* 8254, channel 2, and its gate in port 0x61: Intel 82371AB (PIIX4) datasheet,
 * section 4.2.3 "Timer/Counter Registers" and 4.2.6.1 "NMI Status and Control". */
#define PIT_HZ 1193182u
#define PIT_CHANNEL2 0x42u
#define PIT_COMMAND 0x43u
#define PIT_CHANNEL2_MODE0 0xb0u
#define PIT_GATE_PORT 0x61u
#define PIT_GATE2 1u
#define PIT_OUT2 0x20u
#define CALIBRATION_MS 10u
#define CALIBRATIONS 5u

/* A clock below this is taken for a PIT that does not count. */
#define PLAUSIBLE_KHZ 1000u
#define FALLBACK_KHZ 1000000u

static struct {
	uint64_t tsc_khz;
	uint64_t lapic_khz; /* of the timer, divided by 1; 0: TSC deadline mode */
} clock;

/* TSC ticks, and in *lapic ticks of a running local APIC timer, of 10 ms. */
static uint64_t time_measure(uint32_t *lapic)
{
	uint16_t count = PIT_HZ * CALIBRATION_MS / 1000;
	uint64_t start, limit;
	uint32_t lapic_start;

	outb(PIT_GATE_PORT, (uint8_t)((inb(PIT_GATE_PORT) & ~2u) | PIT_GATE2));
	outb(PIT_COMMAND, PIT_CHANNEL2_MODE0);
	outb(PIT_CHANNEL2, (uint8_t)count);
	outb(PIT_CHANNEL2, (uint8_t)(count >> 8));
	start = time_now();
	lapic_start = lapic_read(LAPIC_TIMER_CURRENT);
	/* 2^32 ticks are a second at 4 GHz: then there is no PIT. */
	limit = start + BIT(32);
	while (!(inb(PIT_GATE_PORT) & PIT_OUT2) && time_now() < limit)
		;
	*lapic = lapic_start - lapic_read(LAPIC_TIMER_CURRENT);
	return time_now() - start;
}

/* CPUID leaf 15H "Time Stamp Counter and Nominal Core Crystal Clock Information",
 * or 0 if the CPU does not say. */
static uint64_t time_cpuid_khz(void)
{
	struct cpuid r;

	if (cpuid_read(0, 0).reg[CPUID_EAX] < 0x15)
		return 0;
	r = cpuid_read(0x15, 0);
	if (!r.reg[CPUID_EAX] || !r.reg[CPUID_EBX] || !r.reg[CPUID_ECX])
		return 0;
	return (uint64_t)r.reg[CPUID_ECX] * r.reg[CPUID_EBX] / r.reg[CPUID_EAX] / 1000;
}

void time_init(void)
{
	uint32_t lapic_ticks = 0, lapic_now;
	uint64_t ticks = UINT64_MAX, now;

	lapic_write(LAPIC_TIMER_DIVIDE, TIMER_DIVIDE_1);
	/* The shortest: an SMI, or what an emulator's host does meanwhile, makes it longer. */
	for (unsigned i = 0; i < CALIBRATIONS && (i == 0 || ticks < BIT(32)); i++) {
		lapic_write(LAPIC_TIMER_INITIAL, UINT32_MAX);
		now = time_measure(&lapic_now);
		if (now < ticks) {
			ticks = now;
			lapic_ticks = lapic_now;
		}
	}
	lapic_write(LAPIC_TIMER_INITIAL, 0);
	clock.tsc_khz = ticks < BIT(32) ? ticks / CALIBRATION_MS : 0;
	if (clock.tsc_khz < PLAUSIBLE_KHZ)
		clock.tsc_khz = time_cpuid_khz();
	if (clock.tsc_khz < PLAUSIBLE_KHZ)
		clock.tsc_khz = FALLBACK_KHZ;
	/* Without a PIT, too: both counted for as long. 0 would mean deadline mode. */
	clock.lapic_khz = lapic_ticks * clock.tsc_khz / ticks | 1;
}

uint64_t time_khz(void)
{
	return clock.tsc_khz;
}

uint64_t time_from_us(uint64_t us)
{
	unsigned __int128 ticks = (unsigned __int128)us * clock.tsc_khz;

	/* One division by a constant less than 2^32 at a time. */
	if (ticks >> 63)
		return BIT(63);
	return (uint64_t)ticks / 1000;
}

bool timer_init(void)
{
	bool deadline = cpuid_has(FEATURE_TSC_DEADLINE);

	percpu()->timer_armed = UINT64_MAX;
	if (deadline)
		clock.lapic_khz = 0;
	lapic_write(LAPIC_TIMER_DIVIDE, TIMER_DIVIDE_1);
	lapic_write(LAPIC_LVT_TIMER, VECTOR_TIMER | (deadline ? LVT_TSC_DEADLINE : 0));
	return deadline;
}

/* Local APIC ticks until `deadline`, at least 1, cut to 32 bits. A cut one fires
 * early; whoever armed it then arms the rest. */
static uint32_t timer_lapic_ticks(uint64_t deadline)
{
	uint64_t now = time_now();
	unsigned __int128 ticks;

	if (deadline <= now)
		return 1;
	ticks = (unsigned __int128)(deadline - now) * clock.lapic_khz;
	if (ticks >> 63)
		return UINT32_MAX;
	ticks = (uint64_t)ticks / clock.tsc_khz + 1;
	return ticks > UINT32_MAX ? UINT32_MAX : (uint32_t)ticks;
}

void timer_arm(uint64_t deadline)
{
	if (deadline == percpu()->timer_armed)
		return;
	percpu()->timer_armed = deadline;
	if (!clock.lapic_khz)
		wrmsr(MSR_TSC_DEADLINE, deadline == UINT64_MAX ? 0 : deadline | !deadline);
	else
		lapic_write(LAPIC_TIMER_INITIAL,
			deadline == UINT64_MAX ? 0 : timer_lapic_ticks(deadline));
}

void timer_fired(void)
{
	percpu()->timer_armed = UINT64_MAX;
}
