/* SPDX-License-Identifier: MIT */
/* LINK: arch/x86_64/screen.c arch/x86_64/font.c */
/*
 * The screen: which frame buffers are refused, text mode against a model, points
 * of letters at the right pixels, and nothing beside the visible lines. The
 * screen's memory is a heap block of its exact size.
 */
#include "screen.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "font.h"
#include "lib/compiler.h"

#define RGB32                                                                                      \
	.bpp = 32, .type = MULTIBOOT2_RGB, .red_shift = 16, .red_bits = 8, .green_shift = 8,       \
	.green_bits = 8, .blue_shift = 0, .blue_bits = 8

static const struct multiboot2_framebuffer vga = {
	.address = 0xe0000000, .pitch = 4096 + 64, .width = 1024, .height = 768, RGB32};

/* The text mode a BIOS leaves. */
static const struct multiboot2_framebuffer screen_text_mode = {.address = 0xb8000,
	.pitch = 160,
	.width = 80,
	.height = 25,
	.bpp = 16,
	.type = MULTIBOOT2_TEXT};

static void sizes_are_checked(void **state)
{
	struct multiboot2_framebuffer fb;
	(void)state;
	assert_int_equal(screen_bytes(&screen_text_mode), 4000);
	assert_int_equal(screen_bytes(&vga), (4096 + 64) * 768);
#define REFUSED(field, value)                                                                      \
	do {                                                                                       \
		fb = vga;                                                                          \
		fb.field = (value);                                                                \
		assert_int_equal(screen_bytes(&fb), 0);                                            \
	} while (0)
	REFUSED(bpp, 0);
	REFUSED(bpp, 8);
	REFUSED(bpp, 16);
	REFUSED(bpp, 64);
	REFUSED(type, MULTIBOOT2_INDEXED);
	REFUSED(type, MULTIBOOT2_TEXT); /* of 32 bits */
	REFUSED(type, 3);
	REFUSED(width, 0);
	REFUSED(width, 5);
	REFUSED(width, 0x40000001);
	REFUSED(height, 0);
	REFUSED(height, 9);
	REFUSED(height, 0x4001);
	REFUSED(pitch, 4095);
	REFUSED(pitch, 0);
	REFUSED(pitch, 0x10001);
	REFUSED(address, ~0ull - 1000);
	REFUSED(red_bits, 0);
	REFUSED(red_bits, 17);
	REFUSED(green_shift, 25);
	REFUSED(blue_shift, 255);
	fb = screen_text_mode;
	fb.pitch = 159;
	assert_int_equal(screen_bytes(&fb), 0);
	fb = (struct multiboot2_framebuffer){0};
	assert_int_equal(screen_bytes(&fb), 0);
}

/* A text screen of `width` by `height` in a block of its own. */
static uint16_t *text_start(unsigned width, unsigned height)
{
	struct multiboot2_framebuffer fb = screen_text_mode;
	fb.width = width;
	fb.height = height;
	fb.pitch = width * 2;
	uint16_t *memory = malloc(screen_bytes(&fb));
	memset(memory, 0xee, screen_bytes(&fb));
	screen_init(&fb, memory);
	return memory;
}

static void text_expect(const uint16_t *memory, unsigned width, unsigned row, const char *text)
{
	for (unsigned i = 0; i < width; i++) {
		unsigned c = i < strlen(text) ? (uint8_t)text[i] : ' ';
		assert_int_equal(memory[row * width + i], 0x0700 | c);
	}
}

static void text(const char *what)
{
	screen_write(what, strlen(what));
}

static void text_mode_shows_lines(void **state)
{
	uint16_t *memory = text_start(20, 4);
	(void)state;
	text_expect(memory, 20, 3, "");
	text("one\ntwo\tx\n");
	text("over\rO");
	text_expect(memory, 20, 0, "one");
	text_expect(memory, 20, 1, "two     x");
	text_expect(memory, 20, 2, "Over");
	text("\nlast");
	text_expect(memory, 20, 3, "last");
	text("\n"); /* scrolls */
	text_expect(memory, 20, 0, "two     x");
	text_expect(memory, 20, 2, "last");
	text_expect(memory, 20, 3, "");
	text("01234567890123456789"); /* full, no wrap yet */
	text_expect(memory, 20, 3, "01234567890123456789");
	text("+\x1b\xc3\x7f.");
	text_expect(memory, 20, 2, "01234567890123456789");
	text_expect(memory, 20, 3, "+???.");
	text("\n123456789012345678\tx"); /* a tab ends at the edge */
	text_expect(memory, 20, 2, "123456789012345678");
	text_expect(memory, 20, 3, "x");
	free(memory);
}

static void lines_go_up_on_every_size(void **state)
{
	static const struct {
		unsigned width, height, columns, rows;
	} sizes[] = {{80, 25, 80, 25}, {1, 1, 1, 1}, {132, 60, 132, 60}, {500, 200, 160, 80}};
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(sizes); i++) {
		uint16_t *memory = text_start(sizes[i].width, sizes[i].height);
		for (unsigned line = 0; line < 300; line++) {
			char c[2] = {(char)('A' + line % 26), '\n'};
			screen_write(c, 2);
		}
		for (unsigned row = 0; row + 1 < sizes[i].rows; row++)
			assert_int_equal(memory[row * sizes[i].width],
				0x0700 | ('A' + (300 - sizes[i].rows + 1 + row) % 26));
		free(memory);
	}
}

/* The pixel at `x`, `y`, as a number. */
static uint32_t pixel(
	const struct multiboot2_framebuffer *fb, const uint8_t *memory, unsigned x, unsigned y)
{
	uint32_t value = 0;
	memcpy(&value, memory + (size_t)y * fb->pitch + x * (fb->bpp / 8u), fb->bpp / 8u);
	return value;
}

static void letters_are_drawn(void **state)
{
	static const struct {
		struct multiboot2_framebuffer fb;
		unsigned scale;
		uint32_t white;
	} rows[] = {
		{{.pitch = 2560, .width = 640, .height = 480, RGB32}, 1, 0xffffff},
		{{.pitch = 4096 + 64, .width = 1024, .height = 768, RGB32}, 2, 0xffffff},
		{{.pitch = 1920 * 4, .width = 1920, .height = 1080, RGB32}, 3, 0xffffff},
		{{.pitch = 800 * 3 + 1,
			 .width = 800,
			 .height = 600,
			 .bpp = 24,
			 .type = MULTIBOOT2_RGB,
			 .red_shift = 0,
			 .red_bits = 5,
			 .green_shift = 5,
			 .green_bits = 6,
			 .blue_shift = 16,
			 .blue_bits = 8},
			1, 0xff07ff},
		{{.pitch = 4000, .width = 1000, .height = 11, RGB32}, 1, 0xffffff},
	};
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct multiboot2_framebuffer *fb = &rows[i].fb;
		unsigned scale = rows[i].scale;
		uint8_t *memory = malloc(screen_bytes(fb));
		memset(memory, 0xee, screen_bytes(fb));
		screen_init(fb, memory);
		text(" E");
		for (unsigned y = 0; y < fb->height; y++)
			for (unsigned x = 0; x < fb->width; x++) {
				unsigned column = x / scale, row = y / scale;
				bool set = false;
				if (column >= 6 && column < 11 && row < 8)
					set = font['E' - FONT_FIRST] >> (8 * (7 - row)) >>
						      (4 - (column - 6)) &
					      1;
				assert_int_equal(pixel(fb, memory, x, y), set ? rows[i].white : 0);
			}
		assert_int_equal(pixel(fb, memory, 6 * scale, 0), rows[i].white);
		free(memory);
	}
}

/* After any output the picture is what the letters on it give: drawn on another
 * screen from the top, without scrolling, it looks the same. */
static void scrolling_leaves_no_trace(void **state)
{
	uint8_t *memory = malloc(screen_bytes(&vga)), *copy = malloc(screen_bytes(&vga));
	(void)state;
	screen_init(&vga, memory);
	for (unsigned line = 0; line < 100; line++) {
		char out[60];
		int n = snprintf(out, sizeof(out), "%*s%u\n", (int)(line * 7 % 50), "#", line);
		screen_write(out, (size_t)n);
	}
	/* 38 rows. Each line feed at the bottom takes eight lines away: the last of
	 * them, the 94th, leaves 30, from line 64 on. */
	screen_init(&vga, copy);
	for (unsigned line = 64; line < 100; line++) {
		char out[60];
		int n = snprintf(out, sizeof(out), "%*s%u\n", (int)(line * 7 % 50), "#", line);
		screen_write(out, (size_t)n);
	}
	assert_memory_equal(memory, copy, screen_bytes(&vga));
	free(memory);
	free(copy);
}

static void letters_differ(void **state)
{
	(void)state;
	assert_int_equal(font[0], 0);
	for (unsigned i = 0; i < ARRAY_SIZE(font); i++) {
		assert_int_equal(font[i] & 0xe0e0e0e0e0e0e0e0, 0); /* five columns */
		for (unsigned j = 0; j < i; j++)
			assert_int_not_equal(font[i], font[j]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_checked),
		cmocka_unit_test(text_mode_shows_lines),
		cmocka_unit_test(lines_go_up_on_every_size),
		cmocka_unit_test(letters_are_drawn),
		cmocka_unit_test(scrolling_leaves_no_trace),
		cmocka_unit_test(letters_differ),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
