/* SPDX-License-Identifier: MIT */
/* The [net NAME] blocks of a configuration, and the nets that guests join. */
#ifndef CARREL_CONFIG_NET_H
#define CARREL_CONFIG_NET_H

#include "config_set.h"
#include "ini.h"

/* Begins the block [net name] on `line`: parse->net is its net. */
void config_net_begin(struct config_parse *parse, unsigned line, const char *name);

/* Takes in `key = value` of the block. */
void config_net_pair(struct config_parse *parse, const struct ini_item *item);

/* Takes in `net = value` of a guest. */
void config_net_take(struct config_parse *parse, unsigned line, const char *value);

/* The block is complete: how its keys go together. */
void config_net_end(struct config_parse *parse);

/* The file is complete: finds the net of each port, and gives it its address; no card is
 * the uplink of two nets. */
void config_net_resolve(struct config *config, struct diag *diag);

/* Puts into `warnings` what has been allowed. */
void config_net_warn(const struct config *config, struct diag *warnings);

#endif
