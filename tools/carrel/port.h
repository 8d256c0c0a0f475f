/* SPDX-License-Identifier: MIT */
/*
 * The machine's serial ports and its screen as seen from this program: each is
 * a pseudo-terminal, whose slave the emulator opens by name. So the emulator
 * needs no network port and no file, and bytes come as they are written.
 */
#ifndef CARREL_PORT_H
#define CARREL_PORT_H

#include "abi/status.h"
#include "lib/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct port {
	int master; /* this side, does not block; -1: closed */
	int slave;  /* held open so that the other side may come and go */
	char name[64];
};

/* Opens a port that passes all bytes unchanged. STATUS_NO_FEATURE with errno set. */
enum status port_open(struct port *port) MUST_CHECK;

/* Reads what is there: the number of bytes, 0 if there is none. */
size_t port_read(struct port *port, void *data, size_t size);

/* Writes what the port takes now: the number of bytes, maybe 0. */
size_t port_write(struct port *port, const void *data, size_t size);

void port_close(struct port *port);

#endif
