/* SPDX-License-Identifier: MIT */
/*
 * The address that an e1000 was given in its factory. Pure but for the card's registers;
 * no state.
 * Source: 317453-006 (e1000_regs.h), section 13.5.2 "Receive Address Low", 13.5.3 "Receive
 * Address High", 13.4.4 "EEPROM Read Register", 5.6.1 "Ethernet Address (Words 00h-02h)";
 * 82574 datasheet, section 10.2.2.4 "EEPROM Read Register".
 */
#ifndef NET_E1000_MAC_H
#define NET_E1000_MAC_H

#include "e1000.h"

/* Reads it from where the card's reset puts it, or else from its EEPROM. False: it has none
 * that is an address, and `mac` is zero. */
bool e1000_mac_read(const struct nic_io *io, enum e1000_kind kind, uint8_t mac[6]);

#endif
