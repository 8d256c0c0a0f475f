/* SPDX-License-Identifier: MIT */
/* The errors of a configuration file; see diag.h. */
#include "diag.h"
#include "alloc.h"

#include <stdarg.h>
#include <stdlib.h>

void diag_add(struct diag *diag, unsigned line, const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = alloc_text("out of memory");
	va_end(args);

	/* A stable insertion: files have few errors. */
	unsigned at = diag->count;
	diag->entry = alloc_more(diag->entry, diag->count + 1, sizeof(*diag->entry));
	for (; at > 0 && diag->entry[at - 1].line > line; at--)
		diag->entry[at] = diag->entry[at - 1];
	diag->entry[at] = (struct diag_entry){.line = line, .text = text};
	diag->count++;
}

void diag_print(struct diag *diag, FILE *out)
{
	for (unsigned i = 0; i < diag->count; i++)
		fprintf(out, "%s:%u: %s\n", diag->path, diag->entry[i].line, diag->entry[i].text);
}

void diag_free(struct diag *diag)
{
	for (unsigned i = 0; i < diag->count; i++)
		free(diag->entry[i].text);
	free(diag->entry);
	diag->entry = NULL;
	diag->count = 0;
}
