/* SPDX-License-Identifier: MIT */
/*
 * Rights that a driver asks for when it knows which: what firmware decided (the address
 * of a device's registers, its ports, its interrupt line) no plan can name.
 */
#ifndef INIT_ASK_H
#define INIT_ASK_H

#include "abi/status.h"
#include "init/event.h"
#include "lib/compiler.h"

struct init;

/*
 * INIT_GRANT of a running driver. STATUS_NO_RIGHT: no right of its plan that is given on
 * request contains it, or it is RAM, a module, or a port that init or another component
 * has. An interrupt that another one has is STATUS_IN_USE. Main thread only.
 */
MUST_CHECK enum status ask_grant(const struct init *init, const struct request *request);

#endif
