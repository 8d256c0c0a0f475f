/* SPDX-License-Identifier: MIT */
/*
 * Serial driver: the first serial port for people, the second for the tap.
 *
 * State: struct driver, one thread. The ports' interrupts and one timer wake it;
 * a port whose interrupt never came is looked after by the timer alone. Rights
 * that it expects: ports 0x3f8..0x3ff and 0x2f8..0x2ff, IRQ records in the
 * plan's order: the first port's, then the second's (may be missing).
 */
#include "abi/start.h"
#include "frame.h"
#include "guests.h"
#include "lib/compiler.h"
#include "mux.h"
#include "rt/log.h"
#include "rt/start.h"
#include "rt/syscall.h"
#include "uart.h"

#define COM1 0x3f8u
#define COM2 0x2f8u
#define BIT_IRQ(n) (1ull << (40 + (n)))
#define BIT_TIMER (1ull << 42)
#define TYPED_PER_TURN 64u

#define BUSY_MS 1u    /* output is waiting and no interrupt will say when */
#define SAFETY_MS 20u /* the same, but the interrupt is known to come */
#define POLL_MS 10u   /* is there input? without interrupts */
#define TICK_MS 30u   /* of mux_tick() */

struct port {
	struct uart uart;
	bool bound, seen; /* its interrupt: bound to BIT_IRQ, and has come */
};

static struct driver {
	uint64_t tsc_khz, next_tick;
	bool drained, timer_on;
	uint32_t asked; /* bytes so far of a frame of the host tool */
	struct port port[2]; /* the terminal, the tap */
	struct mux mux;
} driver;

static struct fifo *port_output(uint32_t index)
{
	return index == 0 ? &driver.mux.screen.out : &driver.mux.tap;
}

static void port_open(uint32_t index, uint16_t base)
{
	struct port *port = &driver.port[index];

	uart_open(&port->uart, base);
	port->bound = sys_irq_bind(START_SLOT_IRQ + index, START_SLOT_NOTIFICATION,
			      BIT_IRQ(index)) == STATUS_OK;
}

/* Typed bytes, a bounded number, so that a stuck line cannot keep us here. */
static bool input_turn(void)
{
	uint32_t count = 0;

	for (; count < TYPED_PER_TURN; count++) {
		int byte = uart_receive(&driver.port[0].uart), guest;
		uint8_t out;

		if (byte < 0)
			break;
		guest = mux_key(&driver.mux, (uint8_t)byte, &out);
		if (guest >= 0)
			guests_type((uint32_t)guest, out);
	}
	return count > 0;
}

/* The same for the second port, where the host tool asks. */
static bool ask_turn(void)
{
	uint32_t count = 0;

	for (; count < TYPED_PER_TURN; count++) {
		int byte = uart_receive(&driver.port[1].uart);

		if (byte < 0)
			break;
		if (frame_asked(&driver.asked, (uint8_t)byte))
			mux_ask(&driver.mux);
	}
	return count > 0;
}

static void tick_turn(void)
{
	uint64_t now = tsc_read();

	if (now < driver.next_tick)
		return;
	driver.next_tick = now + TICK_MS * driver.tsc_khz;
	mux_tick(&driver.mux);
}

static bool driver_turn(void)
{
	bool moved = input_turn();

	moved |= ask_turn();
	moved |= guests_show(&driver.mux, driver.tsc_khz);
	moved |= guests_turn(&driver.mux);
	tick_turn();
	for (uint32_t i = 0; i < ARRAY_SIZE(driver.port); i++)
		moved |= uart_send(&driver.port[i].uart, port_output(i)) > 0;
	return moved;
}

static bool is_drained(void)
{
	for (uint32_t i = 0; i < ARRAY_SIZE(driver.port); i++)
		if (fifo_used(port_output(i)) > 0 || !uart_idle(&driver.port[i].uart))
			return false;
	return driver.mux.done;
}

static void sooner(uint32_t *wait_ms, uint32_t ms)
{
	if (*wait_ms == 0 || ms < *wait_ms)
		*wait_ms = ms;
}

/* How long the driver may sleep at most; 0: until something happens. */
static uint32_t sleep_ms(void)
{
	uint32_t wait = 0;

	for (uint32_t i = 0; i < ARRAY_SIZE(driver.port); i++)
		if (fifo_used(port_output(i)) > 0)
			sooner(&wait, driver.port[i].seen ? SAFETY_MS : BUSY_MS);
	for (uint32_t i = 0; i < ARRAY_SIZE(driver.port); i++)
		if (driver.port[i].uart.present && !driver.port[i].seen)
			sooner(&wait, POLL_MS);
	if (mux_waiting(&driver.mux))
		sooner(&wait, TICK_MS);
	if (driver.mux.done && !driver.drained)
		sooner(&wait, BUSY_MS);
	return wait;
}

static void timer_set(uint32_t ms)
{
	uint64_t deadline = ms > 0 ? tsc_read() + ms * driver.tsc_khz : 0;

	if (ms == 0 && !driver.timer_on)
		return;
	driver.timer_on = ms > 0;
	if (sys_timer(START_SLOT_NOTIFICATION, BIT_TIMER, deadline) != STATUS_OK)
		rt_panic("no timer");
}

/* The lines are edge triggered: see uart_interrupts(). */
static void interrupts_arm(uint64_t bits)
{
	for (uint32_t i = 0; i < ARRAY_SIZE(driver.port); i++) {
		struct port *port = &driver.port[i];

		if (!port->bound || !port->uart.present)
			continue;
		if ((bits & BIT_IRQ(i)) != 0) {
			port->seen = true;
			if (sys_irq_ack(START_SLOT_IRQ + i) != STATUS_OK)
				port->bound = port->seen = false;
		}
		uart_interrupts(&port->uart, true, fifo_used(port_output(i)) > 0);
	}
}

static uint64_t driver_sleep(void)
{
	uint64_t bits;

	timer_set(sleep_ms());
	if (sys_wait(START_SLOT_NOTIFICATION, ~0ull, &bits) != STATUS_OK)
		rt_panic("cannot wait");
	return bits;
}

/* Tells init that the driver runs. It runs on if init does not care. */
static void ready_report(void)
{
	struct ipc_words words = {{INIT_READY}};

	if (ipc_call(START_SLOT_INIT, 0, &words) != STATUS_OK)
		rt_log("init does not answer");
}

void component_main(const void *start)
{
	const struct start_info *info = start;
	uint64_t bits = 0;

	log_open(info);
	driver.tsc_khz = info->tsc_khz;
	mux_open(&driver.mux, uart_probe(COM2));
	port_open(0, COM1);
	if (driver.mux.tap_on)
		port_open(1, COM2);
	guests_open(&driver.mux, info);
	mux_banner(&driver.mux);
	ready_report();
	for (;;) {
		while (driver_turn())
			;
		if (is_drained() && !driver.drained) {
			driver.drained = true;
			guests_report_drained();
		}
		interrupts_arm(bits);
		bits = driver_sleep();
	}
}
