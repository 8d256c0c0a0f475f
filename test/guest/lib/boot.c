/* SPDX-License-Identifier: MIT */
/*
 * Reads PVH start information or multiboot 1 information. States: none after
 * boot_init(); everything is copied, so tests may overwrite low memory.
 */
#include "boot.h"

#include <stddef.h>

#include "cpu.h"
#include "string.h"
#include "test.h"

#define MEMORY_RAM 1
#define MB_FLAG_MEMORY (1u << 0)
#define MB_FLAG_CMDLINE (1u << 2)

char boot_command_line[256];
uint64_t boot_memory_end, boot_rsdp;

static void cmdline_copy(uint64_t address)
{
	const char *s = (const char *)address;

	if (!address)
		return;
	for (unsigned i = 0; i < sizeof(boot_command_line) - 1 && s[i]; i++)
		boot_command_line[i] = s[i];
}

static void boot_init_pvh(const struct pvh_start_info *info)
{
	const struct pvh_memory *m = (const struct pvh_memory *)info->memmap;

	if (info->magic != PVH_MAGIC)
		test_error("start information has no magic number");
	cmdline_copy(info->cmdline);
	boot_rsdp = info->rsdp;
	for (unsigned i = 0; info->version >= 1 && i < info->memmap_entries; i++)
		if (m[i].type == MEMORY_RAM && m[i].address <= (uint64_t)guest_end &&
			m[i].address + m[i].size > (uint64_t)guest_end)
			boot_memory_end = m[i].address + m[i].size;
}

static void boot_init_multiboot(const struct multiboot_info *info)
{
	if (boot_magic != MULTIBOOT_MAGIC)
		test_error("eax holds no multiboot magic number");
	if (info->flags & MB_FLAG_CMDLINE)
		cmdline_copy(info->cmdline);
	if (info->flags & MB_FLAG_MEMORY)
		boot_memory_end = 0x100000 + info->mem_upper * 1024ull;
}

void boot_init(void)
{
	if (boot_protocol == BOOT_PVH)
		boot_init_pvh((const struct pvh_start_info *)(uint64_t)boot_information);
	else
		boot_init_multiboot((const struct multiboot_info *)(uint64_t)boot_information);
}

/* The text behind word's "=" or at its end; NULL when it is not there. */
static const char *word_find(const char *word)
{
	size_t n = strlen(word);

	for (const char *s = boot_command_line; *s; s++) {
		if (s != boot_command_line && s[-1] != ' ')
			continue;
		if (memcmp(s, word, n) == 0 && (s[n] == 0 || s[n] == ' ' || s[n] == '='))
			return s + n;
	}
	return NULL;
}

bool boot_word(const char *word)
{
	return word_find(word) != NULL;
}

bool boot_is(const char *word, const char *value)
{
	const char *s = word_find(word);
	size_t n = strlen(value);

	return s && *s == '=' && memcmp(s + 1, value, n) == 0 && (s[n + 1] == 0 || s[n + 1] == ' ');
}

static unsigned digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return 16;
}

uint64_t boot_number(const char *word, uint64_t otherwise)
{
	const char *s = word_find(word);
	unsigned base = 10;
	uint64_t v = 0;

	if (!s || *s++ != '=')
		return otherwise;
	if (s[0] == '0' && s[1] == 'x') {
		base = 16;
		s += 2;
	}
	for (; digit_value(*s) < base; s++)
		v = v * base + digit_value(*s);
	return v;
}

bool boot_is_tcg(void)
{
	struct cpuid c;

	if (!(cpu_id(1, 0).ecx >> 31))
		return false;
	c = cpu_id(0x40000000, 0);
	return boot_word("bare") && c.ebx == 0x54474354; /* "TCGT" */
}

bool boot_is_bochs(void)
{
	return boot_word("bare") && !boot_is_tcg();
}

bool boot_is_bochs_svm(void)
{
	return boot_word("bochs") && cpu_is_amd();
}

bool boot_tcg_is(enum tcg_wrong wrong)
{
	return wrong != TCG_RIGHT &&
	       (boot_is_tcg() || (wrong == TCG_WRONG && boot_word("tcg")));
}
