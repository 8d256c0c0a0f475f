/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/init/elf.c */
/* The reader of init's program files: one good file, one row per wrong field. */
#include "init/elf.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include "abi/syscall.h"

#define LOW 0x400000ull
#define HIGH 0x500000ull

struct file {
	Elf64_Ehdr header;
	Elf64_Phdr segment[3];
	uint8_t data[64];
};

static void file_make(struct file *file)
{
	static const struct file good = {
		.header =
			{
				.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
					ELFDATA2LSB, EV_CURRENT},
				.e_type = ET_EXEC,
				.e_machine = EM_X86_64,
				.e_version = EV_CURRENT,
				.e_entry = LOW + 0x10,
				.e_phoff = offsetof(struct file, segment),
				.e_ehsize = sizeof(Elf64_Ehdr),
				.e_phentsize = sizeof(Elf64_Phdr),
				.e_phnum = 3,
			},
		.segment =
			{
				{PT_LOAD, PF_R | PF_X, offsetof(struct file, data), LOW, 0, 32,
					0x1000, 0x1000},
				{PT_LOAD, PF_R, offsetof(struct file, data), LOW + 0x1000, 0, 64,
					64, 0x1000},
				{PT_LOAD, PF_R | PF_W, offsetof(struct file, data), LOW + 0x3000, 0,
					0, 0x2001, 0x1000},
			},
	};

	*file = good;
}

static enum status file_read(const struct file *file, struct elf_image *image)
{
	return elf_read(file, sizeof(*file), LOW, HIGH, image);
}

static void good_file_is_read(void **state)
{
	struct file file;
	struct elf_image image;

	(void)state;
	file_make(&file);
	assert_int_equal(file_read(&file, &image), STATUS_OK);
	assert_int_equal(image.entry, LOW + 0x10);
	assert_int_equal(image.segments, 3);
	assert_int_equal(image.pages, 1 + 1 + 3);
	assert_int_equal(image.segment[0].rights, MEM_R | MEM_X);
	assert_int_equal(image.segment[1].rights, MEM_R);
	assert_int_equal(image.segment[2].rights, MEM_R | MEM_W);
	assert_int_equal(image.segment[1].address, LOW + 0x1000);
	assert_int_equal(image.segment[1].memory_size, 0x1000);
	assert_int_equal(image.segment[1].file_size, 64);
	assert_int_equal(image.segment[1].offset, offsetof(struct file, data));
	assert_int_equal(image.segment[2].memory_size, 0x3000);
}

static void other_headers_are_skipped(void **state)
{
	struct file file;
	struct elf_image image;

	(void)state;
	file_make(&file);
	file.segment[1].p_type = PT_NOTE;
	file.segment[2].p_memsz = 0;
	assert_int_equal(file_read(&file, &image), STATUS_OK);
	assert_int_equal(image.segments, 1);
}

struct wrong {
	size_t offset, width;
	uint64_t value;
};

#define AT(field) offsetof(struct file, field), sizeof(((struct file *)0)->field)

static const struct wrong wrongs[] = {
	{AT(header.e_ident[0]), 0}, {AT(header.e_ident[EI_CLASS]), ELFCLASS32},
	{AT(header.e_ident[EI_DATA]), ELFDATA2MSB}, {AT(header.e_ident[EI_VERSION]), 0},
	{AT(header.e_type), ET_DYN}, {AT(header.e_machine), EM_AARCH64}, {AT(header.e_version), 2},
	{AT(header.e_entry), LOW + 0x1000}, /* not executable */
	{AT(header.e_entry), LOW - 1}, {AT(header.e_entry), 0},
	{AT(header.e_phoff), sizeof(struct file) + 8}, {AT(header.e_phoff), UINT64_MAX - 7},
	{AT(header.e_phoff), sizeof(Elf64_Ehdr) + 4},
	{AT(header.e_phentsize), sizeof(Elf64_Phdr) - 8}, {AT(header.e_phnum), 0},
	{AT(header.e_phnum), 5}, {AT(header.e_phnum), UINT16_MAX},
	{AT(segment[0].p_flags), PF_R | PF_W | PF_X}, {AT(segment[0].p_flags), PF_X},
	{AT(segment[2].p_flags), PF_W}, {AT(segment[1].p_offset), sizeof(struct file) + 1},
	{AT(segment[1].p_offset), sizeof(struct file) - 63}, {AT(segment[1].p_offset), UINT64_MAX},
	{AT(segment[1].p_filesz), 65}, {AT(segment[1].p_filesz), UINT64_MAX},
	{AT(segment[0].p_vaddr), LOW - 0x1000},
	{AT(segment[0].p_vaddr), LOW + 0x1000}, /* meets segment 1 */
	{AT(segment[1].p_vaddr), LOW}, {AT(segment[1].p_vaddr), LOW + 0x1008},
	{AT(segment[2].p_vaddr), HIGH - 0x2000}, {AT(segment[2].p_vaddr), HIGH + 0x1000},
	{AT(segment[2].p_vaddr), UINT64_MAX - 0xfff}, {AT(segment[2].p_memsz), UINT64_MAX},
	{AT(segment[2].p_memsz), HIGH - LOW - 0x3000 + 1},
	{AT(segment[1].p_memsz), 0x2001}, /* meets segment 2 */
};

static void every_wrong_field_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrongs); i++) {
		struct file file;
		struct elf_image image;

		file_make(&file);
		memcpy((uint8_t *)&file + wrongs[i].offset, &wrongs[i].value, wrongs[i].width);
		if (file_read(&file, &image) != STATUS_BAD_ARG)
			fail_msg("row %zu was accepted", i);
	}
}

static void every_cut_is_survived(void **state)
{
	struct file file;

	(void)state;
	file_make(&file);
	for (size_t size = 0; size < sizeof(file); size++) {
		void *cut = malloc(size > 0 ? size : 1);
		struct elf_image image;

		memcpy(cut, &file, size);
		assert_int_equal(elf_read(cut, size, LOW, HIGH, &image), STATUS_BAD_ARG);
		free(cut);
	}
}

/* Whatever is accepted can be copied and mapped without a second look. */
static void random_damage_keeps_the_promises(void **state)
{
	uint32_t accepted = 0;

	(void)state;
	srand(6);
	for (int round = 0; round < 50000; round++) {
		struct file file;
		struct elf_image image;

		file_make(&file);
		for (int hit = rand() % 3; hit >= 0; hit--)
			((uint8_t *)&file)[(size_t)rand() % offsetof(struct file, data)] =
				(uint8_t)rand();
		if (file_read(&file, &image) != STATUS_OK)
			continue;
		accepted++;
		for (uint32_t i = 0; i < image.segments; i++) {
			const struct elf_segment *segment = &image.segment[i];

			assert_true(segment->file_size <= segment->memory_size);
			assert_true(segment->offset <= sizeof(file));
			assert_true(segment->file_size <= sizeof(file) - segment->offset);
			assert_in_range(segment->address, LOW, HIGH);
			assert_true(segment->memory_size <= HIGH - segment->address);
			assert_int_not_equal(segment->rights & (MEM_W | MEM_X), MEM_W | MEM_X);
			if (i > 0)
				assert_true(segment[-1].address + segment[-1].memory_size <=
					    segment->address);
		}
	}
	assert_in_range(accepted, 100, 49000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_file_is_read),
		cmocka_unit_test(other_headers_are_skipped),
		cmocka_unit_test(every_wrong_field_is_refused),
		cmocka_unit_test(every_cut_is_survived),
		cmocka_unit_test(random_damage_keeps_the_promises),
	};

	return cmocka_run_group_tests_name("init_elf", tests, NULL, NULL);
}
