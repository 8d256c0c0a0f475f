/* SPDX-License-Identifier: MIT */
/* Files on the host: paths, contents, and what a kernel file is. */
#ifndef CARREL_FILES_H
#define CARREL_FILES_H

#include "abi/status.h"
#include "lib/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `path` as seen from the directory that the file `base` lies in: unchanged if
 * it is absolute. To be freed. */
char *file_beside(const char *base, const char *path);

/* The directory part of `path` ("." if it has none), to be freed; and what
 * follows it, pointing into `path`. */
char *file_directory(const char *path);
const char *file_name(const char *path);

/* Reads a whole file of at most `limit` bytes. `*data` gets a NUL behind the
 * last byte and is to be freed. STATUS_BAD_ARG with errno set if it cannot be
 * read; errno EFBIG if it is larger. */
enum status file_read(const char *path, size_t limit, char **data, size_t *size) MUST_CHECK;

/* Writes a file anew, through a temporary one beside it, so that either the old
 * or the new contents are there. STATUS_BAD_ARG with errno set. */
enum status file_write(const char *path, const void *data, size_t size, unsigned mode) MUST_CHECK;

/* Copies a file like file_write(). */
enum status file_copy(const char *from, const char *to, unsigned mode) MUST_CHECK;

/* Makes a directory and those above it; no error if it is there. */
enum status file_make_directory(const char *path) MUST_CHECK;

/* Removes a directory that holds files only, and nothing else, with them. */
void file_remove_directory(const char *path);

/* CRC-32 of a file's contents. STATUS_BAD_ARG with errno set. */
enum status file_crc(const char *path, uint32_t *crc) MUST_CHECK;

/* What a file that is to be loaded is. */
struct file_facts {
	uint64_t size;          /* bytes */
	uint64_t device, inode; /* which file it is, under whatever path */
};

/* Checks that `path` is a readable, regular file that is not empty. On failure
 * returns STATUS_BAD_ARG and sets `*problem` to a constant text or a text that
 * stays valid until the next call. */
enum status file_look(const char *path, struct file_facts *facts, const char **problem) MUST_CHECK;

/* What kernel a file holds, by its first bytes. */
struct file_kernel {
	uint64_t needs;      /* bytes of memory it needs from its lowest address on; 0 unknown */
	const char *problem; /* why it is none that can be loaded; NULL: it is one */
};

#define FILE_KERNEL_HEAD 4096u
/* Looks at the first `size` bytes of a file (at most FILE_KERNEL_HEAD matter). */
struct file_kernel file_kernel(const void *head, size_t size);

/* The same for a file that file_look() liked. */
struct file_kernel file_kernel_at(const char *path);

#endif
