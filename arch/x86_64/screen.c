/* SPDX-License-Identifier: MIT */
/*
 * The screen; see screen.h. State: `screen`, guarded by the console's lock.
 *
 * On a frame buffer a character takes 6 by 10 points, and a point `scale` by
 * `scale` pixels, so that a line has 80 to 160 characters at any width.
 */
#include "screen.h"

#include "font.h"
#include "lib/string.h"

#define COLUMNS_MAX 160u
#define ROWS_MAX 80u
#define CELL_COLUMNS 6u
#define CELL_ROWS 10u
#define SCALE_STEP 960u /* one pixel more per point for each so many of width */
#define PITCH_MAX 0x10000u
#define HEIGHT_MAX 0x4000u
#define TEXT_WHITE 0x0700u
#define TAB 8u
#define SCROLL_ROWS 8u /* at once on a frame buffer: drawing is slow */

static struct {
	struct multiboot2_framebuffer fb;
	uint8_t *memory;
	unsigned columns, rows, column, row;
	unsigned scale;
	uint32_t white; /* pixel */
	char cell[ROWS_MAX][COLUMNS_MAX];
} screen;

static bool colour_fits(const struct multiboot2_framebuffer *fb, unsigned shift, unsigned bits)
{
	return bits > 0 && bits <= 16 && shift + bits <= fb->bpp;
}

static bool is_drawable(const struct multiboot2_framebuffer *fb)
{
	if (fb->type == MULTIBOOT2_TEXT)
		return fb->bpp == 16;
	return fb->type == MULTIBOOT2_RGB && (fb->bpp == 24 || fb->bpp == 32) &&
	       fb->width >= CELL_COLUMNS && fb->height >= CELL_ROWS &&
	       colour_fits(fb, fb->red_shift, fb->red_bits) &&
	       colour_fits(fb, fb->green_shift, fb->green_bits) &&
	       colour_fits(fb, fb->blue_shift, fb->blue_bits);
}

uint64_t screen_bytes(const struct multiboot2_framebuffer *fb)
{
	if (fb->width == 0 || fb->height == 0 || fb->height > HEIGHT_MAX || fb->pitch > PITCH_MAX ||
		!is_drawable(fb))
		return 0;
	uint64_t bytes = (uint64_t)fb->pitch * fb->height;
	if ((uint64_t)fb->width * (fb->bpp / 8) > fb->pitch || fb->address + bytes < fb->address)
		return 0;
	return bytes;
}

static uint32_t colour_full(unsigned shift, unsigned bits)
{
	return ((1u << bits) - 1) << shift;
}

static void pixels_draw(unsigned x, unsigned y, uint32_t value)
{
	unsigned bytes = screen.fb.bpp / 8u;
	for (unsigned i = 0; i < screen.scale; i++) {
		uint8_t *at = screen.memory + (uint64_t)(y + i) * screen.fb.pitch + x * bytes;
		for (unsigned j = 0; j < screen.scale; j++, at += bytes) {
			if (bytes == 4)
				memcpy(at, &value, 4);
			else
				memcpy(at, &value, 3);
		}
	}
}

static void glyph_draw(unsigned row, unsigned column, char c)
{
	uint64_t glyph = font[(unsigned)c - FONT_FIRST];
	for (unsigned y = 0; y < CELL_ROWS; y++)
		for (unsigned x = 0; x < CELL_COLUMNS; x++) {
			unsigned bit = 8 * (FONT_ROWS - 1 - y) + FONT_COLUMNS - 1 - x;
			bool set = x < FONT_COLUMNS && y < FONT_ROWS && glyph >> bit & 1;
			pixels_draw((column * CELL_COLUMNS + x) * screen.scale,
				(row * CELL_ROWS + y) * screen.scale, set ? screen.white : 0);
		}
}

static void cell_set(unsigned row, unsigned column, char c)
{
	if (screen.cell[row][column] == c)
		return;
	screen.cell[row][column] = c;
	if (screen.fb.type != MULTIBOOT2_TEXT) {
		glyph_draw(row, column, c);
		return;
	}
	uint16_t value = (uint16_t)(TEXT_WHITE | (uint8_t)c);
	memcpy(screen.memory + (uint64_t)row * screen.fb.pitch + column * 2u, &value, 2);
}

static void scroll(unsigned rows)
{
	for (unsigned row = 0; row < screen.rows; row++)
		for (unsigned column = 0; column < screen.columns; column++)
			cell_set(row, column,
				row + rows < screen.rows ? screen.cell[row + rows][column] : ' ');
	screen.row -= rows;
}

static void line_end(void)
{
	screen.column = 0;
	if (++screen.row < screen.rows)
		return;
	bool slow = screen.fb.type != MULTIBOOT2_TEXT && screen.rows > 2 * SCROLL_ROWS;
	scroll(slow ? SCROLL_ROWS : 1);
}

static void put(char c)
{
	if (screen.column == screen.columns)
		line_end();
	cell_set(screen.row, screen.column++, c);
}

static void character_write(char c)
{
	if (c == '\n')
		line_end();
	else if (c == '\r')
		screen.column = 0;
	else if (c == '\t')
		do
			put(' ');
		while (screen.column % TAB && screen.column < screen.columns);
	else
		put((uint8_t)c < FONT_FIRST || (uint8_t)c > FONT_LAST ? '?' : c);
}

void screen_write(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		character_write(text[i]);
}

static unsigned at_most(unsigned value, unsigned limit)
{
	return value < limit ? value : limit;
}

void screen_init(const struct multiboot2_framebuffer *fb, void *mapped)
{
	memset(&screen, 0, sizeof(screen));
	screen.fb = *fb;
	screen.memory = mapped;
	unsigned width = 1, height = 1; /* of a cell */
	if (fb->type != MULTIBOOT2_TEXT) {
		screen.scale = fb->width / SCALE_STEP + 1;
		if (fb->height < CELL_ROWS * screen.scale)
			screen.scale = 1;
		width = CELL_COLUMNS * screen.scale;
		height = CELL_ROWS * screen.scale;
		screen.white = colour_full(fb->red_shift, fb->red_bits) |
			       colour_full(fb->green_shift, fb->green_bits) |
			       colour_full(fb->blue_shift, fb->blue_bits);
		memset(mapped, 0, screen_bytes(fb));
	}
	screen.columns = at_most(fb->width / width, COLUMNS_MAX);
	screen.rows = at_most(fb->height / height, ROWS_MAX);
	for (unsigned row = 0; row < screen.rows; row++)
		for (unsigned column = 0; column < screen.columns; column++)
			cell_set(row, column, ' ');
}

_Static_assert(CELL_ROWS > FONT_ROWS && CELL_COLUMNS > FONT_COLUMNS, "a letter fits its cell");
