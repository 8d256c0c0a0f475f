/* SPDX-License-Identifier: MIT */
/* Serial ports as pseudo-terminals; see port.h. */
#include "port.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum status port_open(struct port *port)
{
	struct termios raw;

	port->slave = -1;
	port->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (port->master < 0)
		return STATUS_NO_FEATURE;
	if (grantpt(port->master) == 0 && unlockpt(port->master) == 0 &&
		ptsname_r(port->master, port->name, sizeof(port->name)) == 0)
		port->slave = open(port->name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (port->slave < 0 || tcgetattr(port->slave, &raw) != 0) {
		port_close(port);
		return STATUS_NO_FEATURE;
	}
	cfmakeraw(&raw);
	tcsetattr(port->slave, TCSANOW, &raw);
	return STATUS_OK;
}

size_t port_read(struct port *port, void *data, size_t size)
{
	ssize_t count = port->master < 0 ? 0 : read(port->master, data, size);

	return count > 0 ? (size_t)count : 0;
}

size_t port_write(struct port *port, const void *data, size_t size)
{
	ssize_t count = port->master < 0 ? 0 : write(port->master, data, size);

	return count > 0 ? (size_t)count : 0;
}

void port_close(struct port *port)
{
	if (port->slave >= 0)
		close(port->slave);
	if (port->master >= 0)
		close(port->master);
	port->slave = port->master = -1;
}
