/* SPDX-License-Identifier: MIT */
/* LINK: drivers/disk/ahci.c drivers/disk/ata.c drivers/disk/unit.c */
/*
 * The AHCI driver on a model of the adapter: a disk at port 1, a CD-ROM drive at port 4,
 * nothing at port 0. Each way to fail gives an error, and the port works after it, or is
 * gone.
 */
#include "../../drivers/disk/ahci.h"
#include "disk_model.h"

#define PORTS 6u

static struct {
	uint32_t ghc, is, bohc, cap2;
	struct {
		uint32_t clb, fb, is, ie, cmd, tfd, sctl, serr, ci;
		bool linked;
	} port[PORTS];
	/* what goes wrong */
	bool reset_hangs, stop_hangs, gone;
	unsigned fail, hang; /* commands to come, 1: the next */
	unsigned commands, comresets;
} hba;

static void signature(unsigned i)
{
	hba.port[i].tfd = hba.port[i].linked ? 0x50 : 0x7f;
}

static void command_run(unsigned i)
{
	uint32_t *header = (uint32_t *)dma_at(hba.port[i].clb, 32);
	uint8_t *fis = dma_at(header[2], 20);
	uint32_t *region = (uint32_t *)dma_at(header[2] + 0x80ull, 16);
	uint32_t bytes = header[0] >> 16 ? region[3] + 1 : 0;
	uint64_t sector = fis[4] | fis[5] << 8 | fis[6] << 16 | (uint64_t)fis[8] << 24 |
			  (uint64_t)fis[9] << 32 | (uint64_t)fis[10] << 40;
	uint8_t *data = bytes ? dma_at(region[0] | (uint64_t)region[1] << 32, bytes) : NULL;
	bool good;

	assert_int_equal(header[0] & 0x1f, 5);
	assert_int_equal(fis[0], 0x27);
	assert_int_equal(fis[1], 0x80);
	if (hba.hang && --hba.hang == 0) {
		hba.port[i].tfd = 0xd0;
		return;
	}
	good = disk_do(fis[2], sector, fis[12] | (uint32_t)fis[13] << 8,
		(uint16_t)(fis[3] | fis[11] << 8), header[0] & 0x40, data, bytes);
	if (hba.fail && --hba.fail == 0)
		good = false;
	hba.commands++;
	hba.port[i].is |= good ? 1u : 0x40000000u;
	hba.port[i].tfd = good ? 0x50 : 0x51;
	if (good)
		hba.port[i].ci = 0;
	if (hba.port[i].ie & hba.port[i].is)
		hba.is |= 1u << i;
}

static uint32_t port_get(unsigned i, uint32_t reg)
{
	switch (reg) {
	case 0x10:
		return hba.port[i].is;
	case 0x18:
		return hba.port[i].cmd;
	case 0x20:
		return hba.port[i].tfd;
	case 0x24:
		return i == 1 ? 0x101 : 0xeb140101;
	case 0x28:
		return hba.port[i].linked && !(hba.port[i].sctl & 1) ? 0x123 : 0;
	case 0x38:
		return hba.port[i].ci;
	default:
		return 0;
	}
}

static uint32_t hba_read(void *ctx, uint32_t offset)
{
	assert_ptr_equal(ctx, &hba);
	assert_true(offset < AHCI_REGISTERS);
	if (hba.gone)
		return 0xffffffff;
	if (offset >= 0x100)
		return port_get((offset - 0x100) / 0x80, offset & 0x7f);
	switch (offset) {
	case 0x00:
		return 0x40000000 | (PORTS - 1);
	case 0x04:
		return hba.ghc;
	case 0x08:
		return hba.is;
	case 0x0c:
		return (1u << PORTS) - 1;
	case 0x24:
		return hba.cap2;
	case 0x28:
		return hba.bohc;
	default:
		return 0;
	}
}

static void cmd_put(unsigned i, uint32_t value)
{
	uint32_t runs = hba.port[i].cmd & 0xc000;

	if (value & 0x10)
		runs |= 0x4000;
	else
		runs &= ~0x4000u;
	if (value & 1)
		runs |= 0x8000;
	else if (!hba.stop_hangs)
		runs &= ~0x8000u;
	if (!(value & 1))
		hba.port[i].ci = 0;
	hba.port[i].cmd = (value & ~0xc000u) | runs;
}

static void port_put(unsigned i, uint32_t reg, uint32_t value)
{
	assert_true(i < PORTS);
	switch (reg) {
	case 0x00:
		assert_false(hba.port[i].cmd & 0x8000);
		hba.port[i].clb = value;
		break;
	case 0x08:
		assert_false(hba.port[i].cmd & 0x4000);
		hba.port[i].fb = value;
		break;
	case 0x10:
		hba.port[i].is &= ~value;
		break;
	case 0x14:
		hba.port[i].ie = value;
		break;
	case 0x18:
		cmd_put(i, value);
		break;
	case 0x2c:
		if ((hba.port[i].sctl & 1) && !(value & 1)) {
			hba.comresets++;
			signature(i);
		}
		hba.port[i].sctl = value;
		break;
	case 0x38:
		assert_int_equal(hba.port[i].cmd & 0xc011, 0xc011);
		assert_int_equal(value, 1);
		hba.port[i].ci |= value;
		command_run(i);
		break;
	default:
		break;
	}
}

static void hba_write(void *ctx, uint32_t offset, uint32_t value)
{
	(void)ctx;
	if (offset >= 0x100) {
		port_put((offset - 0x100) / 0x80, offset & 0x7f, value);
		return;
	}
	switch (offset) {
	case 0x04:
		hba.ghc = hba.reset_hangs ? value : value & ~1u;
		if (value & 1)
			for (unsigned i = 0; i < PORTS; i++)
				signature(i);
		break;
	case 0x08:
		hba.is &= ~value;
		break;
	case 0x28:
		hba.bohc = value & 2 ? 2 : value; /* the firmware lets go */
		break;
	default:
		break;
	}
}

static const struct ahci_io io = {hba_read, hba_write, &hba};
static struct ahci ahci;
static struct ahci_port port;

static int setup(void **state)
{
	struct unit_memory memory = dma_memory(0);

	(void)state;
	model_reset();
	memset(&hba, 0, sizeof hba);
	hba.cap2 = 1;
	hba.bohc = 1;
	hba.port[1].linked = hba.port[4].linked = true;
	/* as the firmware left it: running, with its own tables */
	hba.port[1].cmd = 0xc017;
	hba.port[1].clb = 0x1000;
	if (!ahci_open(&ahci, &io, &model_clock) || !ahci_port_open(&ahci, 1, &memory, &port))
		return 1;
	ahci_interrupts(&ahci);
	return 0;
}

static void disk_is_found_and_works(void **state)
{
	(void)state;
	assert_int_equal(hba.bohc, 2);
	identity_is_read(&port.unit);
	unit_works(&port.unit, 0x10000);
}

static void others_are_no_disks(void **state)
{
	struct unit_memory memory = dma_memory(0x2000);
	struct ahci_port other;

	(void)state;
	assert_false(ahci_port_open(&ahci, 0, &memory, &other));
	assert_false(ahci_port_open(&ahci, 4, &memory, &other));
	assert_int_equal(hba.port[4].cmd & 0xc011, 0);
	assert_false(ahci_port_open(&ahci, 6, &memory, &other));
	assert_false(ahci_port_open(&ahci, 32, &memory, &other));
	assert_ptr_equal(ahci.port[1], &port);
	assert_null(ahci.port[4]);
}

static void interrupt_is_taken_once(void **state)
{
	struct ata_command command;

	(void)state;
	assert_false(ahci_interrupt(&ahci));
	command = ata_transfer(&port.unit.identity, false, 0, 1, DMA_BASE + 0x10000);
	assert_true(port.unit.ops->start(&port.unit, &command));
	assert_int_equal(hba.is, 2);
	assert_true(ahci_interrupt(&ahci));
	assert_int_equal(hba.is | hba.port[1].is, 0);
	assert_int_equal(port.unit.ops->poll(&port.unit), UNIT_DONE);
	assert_false(ahci_interrupt(&ahci));
}

static void error_is_one_and_the_port_goes_on(void **state)
{
	struct ata_command command =
		ata_transfer(&port.unit.identity, true, 5, 1, DMA_BASE + 0x10000);

	(void)state;
	hba.fail = 1;
	assert_false(unit_do(&port.unit, &command, 1000));
	assert_false(port.unit.gone);
	unit_works(&port.unit, 0x10000);
	/* an error that an interrupt has taken is not lost */
	hba.fail = 1;
	assert_true(port.unit.ops->start(&port.unit, &command));
	assert_true(ahci_interrupt(&ahci));
	assert_int_equal(port.unit.ops->poll(&port.unit), UNIT_FAILED);
	assert_true(port.unit.ops->recover(&port.unit));
	assert_int_equal(hba.comresets, 0);
}

static void hanging_disk_is_reset(void **state)
{
	struct ata_command command =
		ata_transfer(&port.unit.identity, true, 5, 1, DMA_BASE + 0x10000);
	uint64_t before = time_us;

	(void)state;
	hba.hang = 1;
	assert_false(unit_do(&port.unit, &command, 1000));
	assert_true(time_us - before >= 1000000);
	assert_int_equal(hba.comresets, 1);
	assert_false(port.unit.gone);
	unit_works(&port.unit, 0x10000);
}

static void disk_that_was_pulled_is_gone(void **state)
{
	struct ata_command command =
		ata_transfer(&port.unit.identity, true, 5, 1, DMA_BASE + 0x10000);

	(void)state;
	hba.hang = 1;
	hba.port[1].linked = false;
	assert_false(unit_do(&port.unit, &command, 1000));
	assert_true(port.unit.gone);
	assert_false(unit_do(&port.unit, &command, 1000));
}

static void adapter_that_is_gone_is_an_error(void **state)
{
	struct ata_command command =
		ata_transfer(&port.unit.identity, true, 5, 1, DMA_BASE + 0x10000);

	(void)state;
	assert_true(port.unit.ops->start(&port.unit, &command));
	hba.gone = true;
	assert_int_equal(port.unit.ops->poll(&port.unit), UNIT_FAILED);
	assert_false(port.unit.ops->recover(&port.unit));
	assert_false(ahci_interrupt(&ahci));
	assert_false(ahci_open(&ahci, &io, &model_clock));
}

static void adapter_that_does_not_reset_is_none(void **state)
{
	(void)state;
	hba.reset_hangs = true;
	assert_false(ahci_open(&ahci, &io, &model_clock));
}

static void port_that_does_not_stop_is_none(void **state)
{
	struct unit_memory memory = dma_memory(0);

	(void)state;
	hba.stop_hangs = true;
	assert_false(ahci_port_open(&ahci, 1, &memory, &port));
}

#define CASE(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {CASE(disk_is_found_and_works), CASE(others_are_no_disks),
		CASE(interrupt_is_taken_once), CASE(error_is_one_and_the_port_goes_on),
		CASE(hanging_disk_is_reset), CASE(disk_that_was_pulled_is_gone),
		CASE(adapter_that_is_gone_is_an_error), CASE(adapter_that_does_not_reset_is_none),
		CASE(port_that_does_not_stop_is_none)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
