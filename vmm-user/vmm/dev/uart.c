/* SPDX-License-Identifier: MIT */
/* A 16550A serial port; see uart.h. No locks: one vCPU thread uses it. */
#include "vmm/dev/uart.h"

/* Offsets; the first two are the divisor latch while LCR bit 7 is set. */
enum {
	UART_DATA = 0, /* RBR, THR; DLL */
	UART_IER = 1,  /* DLM */
	UART_IIR = 2,  /* FCR */
	UART_LCR = 3,
	UART_MCR = 4,
	UART_LSR = 5,
	UART_MSR = 6,
	UART_SCR = 7
};

#define IER_DATA 0x01u
#define IER_THRE 0x02u
#define IER_LINE 0x04u
#define IER_MODEM 0x08u
#define IER_ALL 0x0fu

#define IIR_NONE 0x01u
#define IIR_MODEM 0x00u
#define IIR_THRE 0x02u
#define IIR_DATA 0x04u
#define IIR_LINE 0x06u
#define IIR_FIFOS 0xc0u

#define FCR_ENABLE 0x01u
#define FCR_CLEAR_RX 0x02u

#define LCR_DLAB 0x80u

#define MCR_DTR 0x01u
#define MCR_RTS 0x02u
#define MCR_OUT1 0x04u
#define MCR_OUT2 0x08u
#define MCR_LOOP 0x10u
#define MCR_ALL 0x1fu

#define LSR_DATA 0x01u
#define LSR_OVERRUN 0x02u
#define LSR_EMPTY 0x60u /* THRE and TEMT */

#define MSR_CTS 0x10u
#define MSR_DSR 0x20u
#define MSR_RI 0x40u
#define MSR_DCD 0x80u

void uart_init(struct uart *u, void (*send)(void *context, uint8_t byte), void *context)
{
	*u = (struct uart){
		.send = send,
		.context = context,
		.msr_lines = MSR_CTS | MSR_DSR | MSR_DCD,
	};
}

static unsigned fifo_size(const struct uart *u)
{
	return u->fcr & FCR_ENABLE ? UART_FIFO : 1;
}

static void fifo_clear(struct uart *u)
{
	u->head = u->count = 0;
}

/* A full FIFO keeps what it has; the single holding register is overwritten. */
static bool fifo_put(struct uart *u, uint8_t byte)
{
	bool room = u->count < fifo_size(u);

	if (!room)
		u->lsr_errors |= LSR_OVERRUN;
	if (!room && (u->fcr & FCR_ENABLE))
		return false;
	if (!room)
		fifo_clear(u);
	u->fifo[(u->head + u->count) % UART_FIFO] = byte;
	u->count++;
	return room;
}

static uint8_t fifo_take(struct uart *u)
{
	uint8_t byte = u->fifo[u->head];
	if (u->count) {
		u->head = (uint8_t)((u->head + 1) % UART_FIFO);
		u->count--;
	}
	return byte;
}

bool uart_receive(struct uart *u, uint8_t byte)
{
	if (u->mcr & MCR_LOOP)
		return false;
	return fifo_put(u, byte);
}

unsigned uart_room(const struct uart *u)
{
	return u->mcr & MCR_LOOP ? 0 : fifo_size(u) - u->count;
}

/* The modem inputs: the other end's lines, or in loopback our own outputs. */
static uint8_t modem_lines(const struct uart *u)
{
	if (!(u->mcr & MCR_LOOP))
		return u->msr_lines;
	return (u->mcr & MCR_RTS ? MSR_CTS : 0) | (u->mcr & MCR_DTR ? MSR_DSR : 0) |
	       (u->mcr & MCR_OUT1 ? MSR_RI : 0) | (u->mcr & MCR_OUT2 ? MSR_DCD : 0);
}

static uint8_t lsr_value(const struct uart *u)
{
	return LSR_EMPTY | u->lsr_errors | (u->count ? LSR_DATA : 0);
}

/* The most urgent enabled interrupt; data sheet table IV "Interrupt Control
 * Functions". */
static uint8_t interrupt_id(const struct uart *u)
{
	if ((u->ier & IER_LINE) && u->lsr_errors)
		return IIR_LINE;
	if ((u->ier & IER_DATA) && u->count)
		return IIR_DATA;
	if ((u->ier & IER_THRE) && u->thre_pending)
		return IIR_THRE;
	if ((u->ier & IER_MODEM) && u->msr_delta)
		return IIR_MODEM;
	return IIR_NONE;
}

/* OUT2 gates the interrupt on a PC; its pin is inactive in loopback. */
bool uart_irq(const struct uart *u)
{
	return interrupt_id(u) != IIR_NONE && (u->mcr & MCR_OUT2) && !(u->mcr & MCR_LOOP);
}

static uint8_t iir_read(struct uart *u)
{
	uint8_t id = interrupt_id(u);
	if (id == IIR_THRE)
		u->thre_pending = false;
	return id | (u->fcr & FCR_ENABLE ? IIR_FIFOS : 0);
}

static uint8_t lsr_read(struct uart *u)
{
	uint8_t value = lsr_value(u);
	u->lsr_errors = 0;
	return value;
}

static uint8_t msr_read(struct uart *u)
{
	uint8_t value = modem_lines(u) | u->msr_delta;
	u->msr_delta = 0;
	return value;
}

static uint8_t register_read(struct uart *u, uint64_t offset)
{
	bool latch = u->lcr & LCR_DLAB;

	switch (offset) {
	case UART_DATA:
		return latch ? u->dll : fifo_take(u);
	case UART_IER:
		return latch ? u->dlm : u->ier;
	case UART_IIR:
		return iir_read(u);
	case UART_LCR:
		return u->lcr;
	case UART_MCR:
		return u->mcr;
	case UART_LSR:
		return lsr_read(u);
	case UART_MSR:
		return msr_read(u);
	case UART_SCR:
		return u->scr;
	default:
		return 0xff;
	}
}

/* The byte is gone at once, so the transmitter is empty again at once. */
static void data_write(struct uart *u, uint8_t byte)
{
	u->thre_pending = true;
	if (u->mcr & MCR_LOOP)
		fifo_put(u, byte);
	else
		u->send(u->context, byte);
}

/* Enabling the interrupt of an empty transmitter raises it; drivers rely on it. */
static void ier_write(struct uart *u, uint8_t value)
{
	if ((value & IER_THRE) && !(u->ier & IER_THRE))
		u->thre_pending = true;
	u->ier = value & IER_ALL;
}

static void fcr_write(struct uart *u, uint8_t value)
{
	bool toggled = (value ^ u->fcr) & FCR_ENABLE;
	if (toggled || ((value & FCR_ENABLE) && (value & FCR_CLEAR_RX)))
		fifo_clear(u);
	u->fcr = value & FCR_ENABLE;
}

/* A delta bit is a change of its line; of RI only the end counts. */
static void mcr_write(struct uart *u, uint8_t value)
{
	uint8_t before = modem_lines(u), after, changed;

	u->mcr = value & MCR_ALL;
	after = modem_lines(u);
	changed = (before ^ after) & (MSR_CTS | MSR_DSR | MSR_DCD);
	changed |= before & ~after & MSR_RI;
	u->msr_delta |= changed >> 4;
}

static void register_write(struct uart *u, uint64_t offset, uint8_t value)
{
	bool latch = u->lcr & LCR_DLAB;

	switch (offset) {
	case UART_DATA:
		if (latch)
			u->dll = value;
		else
			data_write(u, value);
		break;
	case UART_IER:
		if (latch)
			u->dlm = value;
		else
			ier_write(u, value);
		break;
	case UART_IIR:
		fcr_write(u, value);
		break;
	case UART_LCR:
		u->lcr = value;
		break;
	case UART_MCR:
		mcr_write(u, value);
		break;
	case UART_SCR:
		u->scr = value;
		break;
	default: /* LSR and MSR are read-only here */
		break;
	}
}

uint64_t uart_read(struct uart *u, uint64_t offset, unsigned bytes)
{
	uint64_t value = 0;
	for (unsigned i = 0; i < bytes && i < 8; i++)
		value |= (uint64_t)register_read(u, offset + i) << 8 * i;
	return value;
}

void uart_write(struct uart *u, uint64_t offset, unsigned bytes, uint64_t value)
{
	for (unsigned i = 0; i < bytes && i < 8; i++)
		register_write(u, offset + i, (uint8_t)(value >> 8 * i));
}
