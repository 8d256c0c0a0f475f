/* SPDX-License-Identifier: MIT */
/*
 * What ACPI says of the PCI bus: where its configuration space is (MCFG), and in the
 * DSDT the root with the window of its BARs. Functions have MSI-X and no interrupt
 * pins, so there is no _PRT.
 *
 * Source: PCI Firmware Specification 3.0, section 4.1.2 "MCFG Table Description", 4.1.3
 * "The _CBA Method", note on motherboard resources; ACPI Specification 5.0a, section
 * 6.4.3 "Large Resource Data Type".
 */
#ifndef VMM_LOAD_ACPI_PCI_H
#define VMM_LOAD_ACPI_PCI_H

#include "vmm/load/aml.h"

#define ACPI_MCFG_SIZE 24u /* behind the table's header */

/* Writes what follows the header of the MCFG. */
void acpi_mcfg_put(uint8_t mcfg[ACPI_MCFG_SIZE]);

/* Writes the devices, in the scope \_SB_. As ASL:
 *   Device (PCI0) {
 *     _HID PNP0A08 _CID PNP0A03 _UID 0
 *     _CRS WordBusNumber 0 to 0, IO 0xcf8 8, DWordMemory the window
 *   }
 *   Device (ECAM) {_HID PNP0C02 _UID 0 _CRS Memory32Fixed the configuration space} */
void acpi_pci_put(struct aml *aml);

#endif
