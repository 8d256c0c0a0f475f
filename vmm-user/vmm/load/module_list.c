/* SPDX-License-Identifier: MIT */
/* Places modules and texts; see module_list.h. */
#include "vmm/load/module_list.h"
#include "lib/string.h"

static const char loader_name[] = "Carrel";

static const char *text_of(const struct load_file *file)
{
	return file->cmdline ? file->cmdline : "";
}

static enum load_error files_collect(struct module_list *list)
{
	const struct load_request *request = list->request;

	if (request->initrd.size)
		list->at[list->count++].file = &request->initrd;
	if (request->modules > LOAD_MODULES_MAX)
		return LOAD_MODULE_COUNT;
	for (unsigned i = 0; i < request->modules; i++) {
		if (!request->module[i].size)
			return LOAD_MODULE_EMPTY;
		list->at[list->count++].file = &request->module[i];
	}
	return LOAD_OK;
}

/* All texts stand one after the other in one piece, which is zeroed first. */
static enum load_error texts_place(struct module_list *list, struct layout *l)
{
	uint64_t next = LAYOUT_TEXT;

	list->cmdline = next;
	next += strlen(text_of(&list->request->kernel)) + 1;
	for (unsigned i = 0; i < list->count; i++) {
		list->at[i].text = next;
		next += strlen(text_of(list->at[i].file)) + 1;
	}
	list->loader_name = next;
	next += sizeof(loader_name);
	if (next - LAYOUT_TEXT > LAYOUT_TEXT_SIZE)
		return LOAD_CMDLINE_TOO_LONG;
	return layout_add(l, LAYOUT_TEXT, next - LAYOUT_TEXT, NULL, 0) ? LOAD_SEGMENT_OVERLAP
								       : LOAD_OK;
}

static enum load_error file_place(struct module_place *m, struct layout *l, uint64_t from)
{
	bool found = from ? layout_find_up(l, from, m->file->size, PAGE_SIZE, &m->start)
			  : layout_find_down(l, l->ram_end, m->file->size, PAGE_SIZE, &m->start);
	return found && layout_add(l, m->start, m->file->size, m->file->data, m->file->size) ==
				       LAYOUT_OK
		       ? LOAD_OK
		       : LOAD_MODULE_TOO_LARGE;
}

enum load_error module_list_place(struct module_list *list, struct layout *l,
	const struct load_request *request, uint64_t from)
{
	list->request = request;
	list->count = 0;
	enum load_error error = files_collect(list);
	if (!error)
		error = texts_place(list, l);
	for (unsigned i = 0; !error && i < list->count; i++) {
		error = file_place(&list->at[i], l, from);
		if (error && list->at[i].file == &request->initrd)
			error = LOAD_INITRD_TOO_LARGE;
	}
	return error;
}

static void text_put(struct layout *l, uint64_t at, const char *text)
{
	layout_put(l, at, text, strlen(text) + 1);
}

void module_list_put(const struct module_list *list, struct layout *l)
{
	text_put(l, list->cmdline, text_of(&list->request->kernel));
	text_put(l, list->loader_name, loader_name);
	for (unsigned i = 0; i < list->count; i++)
		text_put(l, list->at[i].text, text_of(list->at[i].file));
}
