/* SPDX-License-Identifier: MIT */
/*
 * Writes ACPI machine language into a buffer: just the terms that our one
 * definition block needs.
 *
 * States: aml_init(), then terms in order; each aml_*_begin() has its aml_end().
 * When the buffer is full nothing more is written and `full` stays set.
 *
 * Source: ACPI Specification 5.0a, section 20.2 "AML Grammar Definition";
 * section 6.4 "Resource Data Types for ACPI".
 */
#ifndef VMM_LOAD_AML_H
#define VMM_LOAD_AML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AML_DEPTH 6u

struct aml {
	uint8_t *data;
	size_t size, used;
	bool full;
	unsigned depth;
	size_t open[AML_DEPTH]; /* where the lengths of the open packages stand */
};

void aml_init(struct aml *, void *data, size_t size);

/* Scope (\name) and Device (name); names are four characters, or "\\" and four. */
void aml_scope_begin(struct aml *, const char *name);
void aml_device_begin(struct aml *, const char *name);

/* Name (name, Package () of `elements` terms that follow). */
void aml_package_begin(struct aml *, const char *name, uint8_t elements);

/* Ends the innermost scope, device or package. */
void aml_end(struct aml *);

/* An integer term of one byte. */
void aml_byte(struct aml *, uint8_t value);

/* Name (name, EisaId (id)); `id` is three capitals and four hexadecimal digits. */
void aml_name_eisaid(struct aml *, const char *name, const char *id);

/* Name (name, value). */
void aml_name_byte(struct aml *, const char *name, uint8_t value);

/* Name (name, Buffer () {data}); at most 255 bytes. */
void aml_name_buffer(struct aml *, const char *name, const uint8_t *data, uint8_t size);

/* Name (_CRS, ResourceTemplate () { IO (Decode16, port, port, 1, length) IRQNoFlags () {irq} }). */
void aml_resources(struct aml *, uint16_t port, uint8_t length, unsigned irq);

#endif
