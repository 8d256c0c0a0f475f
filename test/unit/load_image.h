/* SPDX-License-Identifier: MIT */
/*
 * What the loader tests share: a guest whose memory shows every write, files of
 * exact size (so that ASan sees a read beyond them), fields poked into images.
 */
#ifndef TEST_UNIT_LOAD_IMAGE_H
#define TEST_UNIT_LOAD_IMAGE_H

#include "vmm/load/loader.h"
#include "vmm/load/bytes.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIB 0x100000ull
#define FRESH 0xa5 /* guest memory that nobody wrote */

/* ---- guests ---- */

static inline struct guest_memory guest_new(uint64_t size)
{
	struct guest_memory mem;
	void *host = malloc(size);
	assert_non_null(host);
	memset(host, FRESH, size);
	assert_int_equal(guest_memory_init(&mem, host, size), STATUS_OK);
	return mem;
}

static inline void guest_free(struct guest_memory *mem)
{
	free(mem->host);
}

static inline bool guest_is_fresh(const struct guest_memory *mem)
{
	return mem->host[0] == FRESH && !memcmp(mem->host, mem->host + 1, mem->size - 1);
}

/* The only bytes of the guest that a test reads go through here. */
static inline const uint8_t *guest_at(const struct guest_memory *mem, uint64_t at, uint64_t size)
{
	const uint8_t *bytes = guest_span(mem, gpa(at), size);
	assert_non_null(bytes);
	return bytes;
}

static inline uint64_t guest_get(const struct guest_memory *mem, uint64_t at, unsigned bytes)
{
	uint64_t value = 0;
	memcpy(&value, guest_at(mem, at, bytes), bytes);
	return value;
}

/* ---- files ---- */

struct image {
	uint8_t *data;
	uint64_t size;
};

static inline struct image image_new(uint64_t size)
{
	struct image image = {calloc(1, size ? size : 1), size};
	assert_non_null(image.data);
	return image;
}

/* A copy of the first `size` bytes, with nothing readable behind. */
static inline struct image image_cut(const struct image *from, uint64_t size)
{
	struct image image = {malloc(size), size};
	assert_true(size <= from->size);
	if (size)
		memcpy(image.data, from->data, size);
	return image;
}

static inline void image_free(struct image *image)
{
	free(image->data);
}

struct poke {
	unsigned at, bytes; /* bytes 0: none */
	uint64_t value;
};

#define POKES 3u
#define POKE(...) .poke = {__VA_ARGS__}

static inline void image_poke(struct image *image, struct poke poke)
{
	assert_true(poke.at + poke.bytes <= image->size);
	memcpy(image->data + poke.at, &poke.value, poke.bytes);
}

static inline void image_fill(struct image *image, uint64_t at, uint64_t size)
{
	for (uint64_t i = 0; i < size; i++)
		image->data[at + i] = (uint8_t)(i * 7 + at + 1);
}

static inline struct load_file image_file(const struct image *image, const char *cmdline)
{
	return (struct load_file){image->data, image->size, cmdline};
}

/* A file of the tree; .data is NULL if it is not there. */
static inline struct image image_read(const char *path)
{
	struct image image = {0};
	FILE *file = fopen(path, "rb");
	if (!file)
		return image;
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	image = image_new((uint64_t)ftell(file));
	rewind(file);
	assert_int_equal(fread(image.data, 1, image.size, file), image.size);
	fclose(file);
	return image;
}

/* ---- expectations ---- */

/* A bad image: what is poked into the good one, and what must be said of it. */
struct bad_row {
	const char *what;
	enum load_error want;
	struct poke poke[POKES];
	uint64_t cut;        /* file size, 0: whole */
	uint64_t guest_size; /* 0: 4 MiB */
	uint64_t initrd;     /* bytes */
	unsigned cmdline;    /* characters */
	unsigned modules;    /* of one byte */
	bool empty_module;
};

static inline enum load_error bad_row_load(const struct bad_row *row, const struct image *good,
	struct guest_memory *mem, struct boot_entry *entry)
{
	struct image image = image_cut(good, row->cut ? row->cut : good->size);
	struct image initrd = image_new(row->initrd);
	struct load_file module[LOAD_MODULES_MAX + 2];
	char *cmdline = calloc(1, row->cmdline + 1);
	enum load_error error;

	memset(cmdline, 'c', row->cmdline);
	for (unsigned i = 0; i < POKES; i++)
		image_poke(&image, row->poke[i]);
	for (unsigned i = 0; i < LOAD_MODULES_MAX + 2; i++)
		module[i] = (struct load_file){(const uint8_t *)"m", !row->empty_module, NULL};
	error = loader_load(mem,
		&(struct load_request){.kernel = image_file(&image, cmdline),
			.initrd = image_file(&initrd, NULL),
			.module = module,
			.modules = row->modules},
		entry);
	image_free(&image);
	image_free(&initrd);
	free(cmdline);
	return error;
}

/* Every row must fail with its own reason, and write nothing at all. */
static inline void bad_rows_check(
	const struct bad_row *rows, unsigned count, const struct image *good)
{
	for (unsigned i = 0; i < count; i++) {
		struct guest_memory mem =
			guest_new(rows[i].guest_size ? rows[i].guest_size : 4 * MIB);
		struct boot_entry entry, before;
		memset(&entry, 0x5a, sizeof(entry));
		before = entry;
		enum load_error got = bad_row_load(&rows[i], good, &mem, &entry);
		if (got != rows[i].want)
			fail_msg("%s: \"%s\"", rows[i].what, load_error_text(got));
		if (!guest_is_fresh(&mem) || memcmp(&entry, &before, sizeof(entry)))
			fail_msg("%s: the guest was written to", rows[i].what);
		guest_free(&mem);
	}
}

/* Rows at the edge of what is allowed: each must load. */
static inline void good_rows_check(
	const struct bad_row *rows, unsigned count, const struct image *good)
{
	for (unsigned i = 0; i < count; i++) {
		struct guest_memory mem = guest_new(4 * MIB);
		struct boot_entry entry;
		enum load_error got = bad_row_load(&rows[i], good, &mem, &entry);
		if (got != LOAD_OK)
			fail_msg("%s: \"%s\"", rows[i].what, load_error_text(got));
		guest_free(&mem);
	}
}

/* Cut at every length: never loaded, never a byte written or read beyond. */
static inline void truncations_check(const struct image *good, uint64_t from, uint64_t step)
{
	struct guest_memory mem = guest_new(4 * MIB);
	for (uint64_t size = from; size < good->size; size += step) {
		struct image image = image_cut(good, size);
		struct boot_entry entry;
		enum load_error got = loader_load(
			&mem, &(struct load_request){.kernel = image_file(&image, NULL)}, &entry);
		if (got == LOAD_OK)
			fail_msg("loaded when cut to %#llx bytes", (unsigned long long)size);
		image_free(&image);
	}
	assert_true(guest_is_fresh(&mem));
	guest_free(&mem);
}

static inline uint64_t random_next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

#define CORRUPTIONS 100000u

/*
 * Flips 1 to 8 bytes, three times out of four from `from` to `to`, and loads. ASan watches every
 * access; a refused image must have written nothing (looked at now and then), a loaded one must
 * start inside RAM.
 */
static inline void corruption_run(
	const struct image *good, uint64_t from, uint64_t to, uint64_t seed)
{
	struct guest_memory mem = guest_new(2 * MIB);
	struct image image = image_cut(good, good->size);
	unsigned loaded = 0;

	for (unsigned n = 0; n < CORRUPTIONS; n++) {
		struct boot_entry entry;
		memcpy(image.data, good->data, good->size);
		for (uint64_t flips = 1 + random_next(&seed) % 8; flips; flips--) {
			bool head = random_next(&seed) % 4;
			uint64_t at = head ? from + random_next(&seed) % (to - from)
					   : random_next(&seed) % good->size;
			image.data[at] = (uint8_t)random_next(&seed);
		}
		enum load_error error = loader_load(
			&mem, &(struct load_request){.kernel = image_file(&image, "x")}, &entry);
		assert_in_range(error, LOAD_OK, LOAD_ERROR_COUNT - 1);
		assert_int_not_equal(error, LOAD_WRITE_FAILED);
		if (error == LOAD_OK) {
			assert_true(guest_is_ram(&mem, gpa(entry.rip), 1));
			memset(mem.host, FRESH, mem.size);
			loaded++;
		} else if (n % 64 == 0) {
			assert_true(guest_is_fresh(&mem));
		}
	}
	print_message("%u of %u corrupted images were still loadable\n", loaded, CORRUPTIONS);
	assert_in_range(loaded, 1, CORRUPTIONS - 1);
	image_free(&image);
	guest_free(&mem);
}

#endif
