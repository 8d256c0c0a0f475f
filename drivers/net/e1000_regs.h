/* SPDX-License-Identifier: MIT */
/*
 * Registers of Intel's 8254x and 82574 Ethernet controllers, those that are used.
 *
 * Source: [S] PCI/PCI-X Family of Gigabit Ethernet Controllers Software Developer's Manual,
 * 317453-006, revision 4.0, section 13.4 "Main Register Descriptions" and 13.7 "Statistics
 * Registers"; [D] Intel 82574 GbE Controller Family Datasheet, section 10.2 "Driver Visible
 * Register Descriptions". Where they differ, the name ends in the controller's number.
 */
#ifndef NET_E1000_REGS_H
#define NET_E1000_REGS_H

enum e1000_register {
	E1000_CTRL = 0x0000, /* [S] 13.4.1 "Device Control Register" */
	E1000_STATUS = 0x0008,
	E1000_EECD = 0x0010,
	E1000_EERD = 0x0014, /* [S] 13.4.4 "EEPROM Read Register" */
	E1000_CTRL_EXT = 0x0018,
	E1000_ICR = 0x00c0, /* [S] 13.4.17 "Interrupt Cause Read Register" */
	E1000_ITR = 0x00c4, /* [S] 13.4.18 "Interrupt Throttling Register" */
	E1000_IMS = 0x00d0,
	E1000_IMC = 0x00d8,
	E1000_RCTL = 0x0100, /* [S] 13.4.22 "Receive Control Register" */
	E1000_TCTL = 0x0400, /* [S] 13.4.33 "Transmit Control Register" */
	E1000_TIPG = 0x0410, /* [S] 13.4.34 "Transmit IPG Register" */
	E1000_RDBAL = 0x2800,
	E1000_RDBAH = 0x2804,
	E1000_RDLEN = 0x2808,
	E1000_RDH = 0x2810,
	E1000_RDT = 0x2818,
	E1000_RDTR = 0x2820,
	E1000_RADV = 0x282c,
	E1000_TDBAL = 0x3800,
	E1000_TDBAH = 0x3804,
	E1000_TDLEN = 0x3808,
	E1000_TDH = 0x3810,
	E1000_TDT = 0x3818,
	E1000_TXDCTL = 0x3828,
	E1000_CRCERRS = 0x4000, /* statistics: cleared by reading */
	E1000_RXERRC = 0x400c,
	E1000_MPC = 0x4010,
	E1000_RLEC = 0x4040,
	E1000_RXCSUM = 0x5000,
	E1000_RFCTL_82574 = 0x5008,
	E1000_RAL = 0x5400,
	E1000_RAH = 0x5404,
	E1000_MRQC_82574 = 0x5818,
	E1000_REGISTERS = 0x6000 /* bytes of them that have to be reached */
};

#define E1000_CTRL_MASTER_DISABLE_82574 0x00000004u
#define E1000_CTRL_LINK 0x00000040u /* SLU: lets the PHY decide on the link */
#define E1000_CTRL_RESET 0x04000000u

#define E1000_STATUS_LINK 0x00000002u
#define E1000_STATUS_SPEED(status) (((status) >> 6) & 3u) /* 10, 100, 1000, 1000 */
#define E1000_STATUS_MASTER_82574 0x00080000u

#define E1000_EECD_LOADED_82574 0x00000200u /* the EEPROM was read */

#define E1000_EERD_START 0x00000001u
#define E1000_EERD_DONE_8254X 0x00000010u
#define E1000_EERD_WORD_8254X(word) ((word) << 8)
#define E1000_EERD_DONE_82574 0x00000002u
#define E1000_EERD_WORD_82574(word) ((word) << 2)
#define E1000_EERD_DATA(eerd) ((eerd) >> 16)

#define E1000_CTRL_EXT_DRIVER_82574 0x10000000u /* firmware leaves the card to us */

#define E1000_CAUSE_SENT 0x00000001u
#define E1000_CAUSE_LINK 0x00000004u
#define E1000_CAUSE_FEW_BUFFERS 0x00000010u
#define E1000_CAUSE_OVERRUN 0x00000040u
#define E1000_CAUSE_RECEIVED 0x00000080u
#define E1000_CAUSE_ASSERTED_82574 0x80000000u

#define E1000_RCTL_ENABLE 0x00000002u
#define E1000_RCTL_ALL_UNICAST 0x00000008u
#define E1000_RCTL_ALL_MULTICAST 0x00000010u
#define E1000_RCTL_BROADCAST 0x00008000u
#define E1000_RCTL_BUFFER_2048 0x00000000u
#define E1000_RCTL_STRIP_CHECKSUM 0x04000000u

#define E1000_TCTL_ENABLE 0x00000002u
#define E1000_TCTL_PAD 0x00000008u
#define E1000_TCTL_COLLISIONS(times) ((times) << 4)
#define E1000_TCTL_DISTANCE(bytes) ((bytes) << 12)

#define E1000_TIPG_8254X (10u | 8u << 10 | 6u << 20)

#define E1000_TXDCTL_ONE_82574 0x00400000u /* has to be 1 */

#define E1000_RAH_VALID 0x80000000u

#define E1000_GONE 0xffffffffu /* what is read where no card is any more */

#endif
