/* SPDX-License-Identifier: MIT */
/*
 * Boot, on the first CPU, from boot.S to the root task. The steps:
 *
 *   with boot.S's tables (first 4 GiB one to one)
 *     console, GRUB's information, ACPI, the root task's file, the pool's place
 *   with the kernel's own tables (window.h)
 *     screen, per-CPU data, interrupt controllers, clock, virtualization
 *   then kernel_start(), which is given the machine and never comes back here
 */
#include "acpi.h"
#include "ap.h"
#include "assert.h"
#include "console.h"
#include "cpu.h"
#include "cpuid.h"
#include "cr.h"
#include "feature.h"
#include "image.h"
#include "ioapic.h"
#include "lapic.h"
#include "layout.h"
#include "machine.h"
#include "msr.h"
#include "multiboot2.h"
#include "pool.h"
#include "ranges.h"
#include "reserved.h"
#include "screen.h"
#include "smp.h"
#include "space.h"
#include "time.h"
#include "timer.h"
#include "traps.h"
#include "virt.h"
#include "window.h"

#define IDENTITY_END BIT(32)
#define LOW_MEMORY 0x100000u /* BIOS data, AP start-up code */
#define POOL_SHARE 16u       /* of RAM: one part in ... */
#define POOL_MIN (16ull << 20)
#define POOL_MAX (128ull << 20)
#define POOL_ALIGN (2ull << 20)

/* A write here is an interrupt, to any CPU with any vector: Intel SDM vol. 3A
 * section 10.11.1 "Message Address Register Format". */
#define MESSAGES 0xfee00000u
#define MESSAGES_SIZE 0x100000u

extern char image_start[], image_end[];
extern uint64_t boot_pd_pool[];

void start(uint64_t information);

static struct multiboot2 grub;
static struct acpi_info acpi;
static struct ranges ram;
static struct machine machine;

const struct virt_ops *virt;

static const struct virt_ops *const back_ends[] = {&vmx_ops, &svm_ops};

/* Reads through boot.S's identity map. */
static const void *start_identity(void *context, hpa_t pa, size_t size)
{
	(void)context;
	if (pa.raw == 0 || pa.raw >= IDENTITY_END || size > IDENTITY_END - pa.raw)
		return NULL;
	return (const void *)pa.raw;
}

static void start_read_grub(uint64_t information)
{
	const void *info = start_identity(NULL, hpa(information), PAGE_SIZE);
	enum status status = STATUS_BAD_ARG;
	uint64_t screen;

	if (info)
		status = multiboot2_read(info, IDENTITY_END - information, &grub);
	screen = screen_bytes(&grub.framebuffer);
	console_init(grub.cmdline);
	kprintf("Carrel microhypervisor, built from %s\n", CARREL_VERSION);
	/* Through the identity map for now, so that a failure from here on is seen. */
	if (screen && start_identity(NULL, hpa(grub.framebuffer.address), screen))
		console_add_screen(&grub.framebuffer, (void *)grub.framebuffer.address);
	if (status != STATUS_OK)
		panic("GRUB's boot information is not well-formed");
	if (grub.dropped)
		kprintf("boot: %u memory ranges or modules too many were left out\n", grub.dropped);
}

static void start_read_acpi(void)
{
	const struct acpi_memory memory = {start_identity, NULL};
	enum status status = STATUS_BAD_ARG;

	if (grub.rsdp_size)
		status = acpi_read(grub.rsdp, grub.rsdp_size, &memory, &acpi);
	if (status != STATUS_OK)
		panic("no usable ACPI tables: cannot find the interrupt controllers");
	kprintf("acpi: revision %u, %u cpus, %u I/O APICs", acpi.revision, acpi.cpus, acpi.ioapics);
	kprintf(acpi.bad ? ", %u damaged tables left out\n" : "\n", acpi.bad);
}

/* RAM that is neither the kernel, nor a module, nor low, nor GRUB's. */
static void start_find_ram(void)
{
	for (unsigned i = 0; i < grub.ranges; i++)
		if (grub.range[i].type == MULTIBOOT2_RAM)
			ranges_add(&ram, grub.range[i].base, grub.range[i].size);
	machine.ram_bytes = ranges_total(&ram);
	for (unsigned i = 0; i < grub.ranges; i++)
		if (grub.range[i].type != MULTIBOOT2_RAM)
			ranges_remove(&ram, grub.range[i].base, grub.range[i].size);
	ranges_remove(&ram, (uint64_t)image_start, (uint64_t)(image_end - image_start));
	for (unsigned i = 0; i < grub.modules; i++)
		ranges_remove(
			&ram, grub.module[i].start, grub.module[i].end - grub.module[i].start);
	ap_prepare(&ram);
	ranges_remove(&ram, 0, LOW_MEMORY);
	reserved_add(hpa((uint64_t)image_start), (uint64_t)(image_end - image_start));
}

static void start_read_root_image(void)
{
	const struct multiboot2_module *m = &grub.module[0];
	uint64_t size = m->end - m->start;
	const void *file = start_identity(NULL, hpa(m->start), size);

	if (!grub.modules)
		panic("GRUB loaded no modules: the first must be the root task, init");
	if (!file || m->start & PAGE_MASK ||
		image_read(file, size, hpa(m->start), ROOT_IMAGE_MIN, &machine.root_image) !=
			STATUS_OK)
		panic("the first module, \"%s\", is not a root task's program", m->cmdline);
}

/* Finds the pool's place, maps it with boot.S's directory, and hands it over. */
static void start_pool(void)
{
	uint64_t size = machine.ram_bytes / POOL_SHARE & ~(POOL_ALIGN - 1);
	uint64_t base, objects;

	size = size < POOL_MIN ? POOL_MIN : size > POOL_MAX ? POOL_MAX : size;
	if (!ranges_find(&ram, size, POOL_ALIGN, IDENTITY_END, &base))
		panic("too little memory: the kernel needs %llu MiB in one piece",
			(unsigned long long)(size >> 20));
	kprintf("memory: %llu MiB, of which the kernel keeps %llu MiB\n",
		(unsigned long long)(machine.ram_bytes >> 20), (unsigned long long)(size >> 20));
	ranges_remove(&ram, base, size);
	reserved_add(hpa(base), size);
	for (uint64_t done = 0; done < size; done += POOL_ALIGN)
		boot_pd_pool[done / POOL_ALIGN] = (base + done) | 0x83 | BIT(63);
	objects = kernel_objects(size >> PAGE_SHIFT);
	machine.objects = (uint32_t)objects;
	pool_init(hpa(base), size >> PAGE_SHIFT, kernel_table_bytes((uint32_t)objects),
		&machine.object_table);
	machine.pool_base = hpa(base);
	machine.pool_bytes = size;
}

static void start_screen(void)
{
	const struct multiboot2_framebuffer *fb = &grub.framebuffer;
	uint64_t size = screen_bytes(fb);

	if (size && size <= PERCPU_BASE - SCREEN_BASE)
		console_add_screen(fb,
			window_map(SCREEN_BASE, hpa(fb->address), size,
				MEM_R | MEM_W | (fb->type == MULTIBOOT2_TEXT ? MEM_UC : MEM_WC)));
}

static void start_interrupts(void)
{
	volatile void *mapped[ACPI_IOAPICS];
	uint64_t window = DEVICE_BASE;

	traps_init();
	traps_load();
	reserved_add(lapic_address(), PAGE_SIZE);
	reserved_add(hpa(MESSAGES), MESSAGES_SIZE);
	lapic_map(window_map(window, lapic_address(), PAGE_SIZE, MEM_R | MEM_W | MEM_UC));
	lapic_init();
	percpu()->apic_id = lapic_id();
	for (unsigned i = 0; i < acpi.ioapics; i++) {
		hpa_t pa = hpa(acpi.ioapic[i].address);

		window += PAGE_SIZE;
		reserved_add(pa, PAGE_SIZE);
		mapped[i] = window_map(window, pa, PAGE_SIZE, MEM_R | MEM_W | MEM_UC);
	}
	ioapic_init(&acpi, mapped);
	time_init();
	machine.tsc_deadline = timer_init();
	kprintf("time: TSC at %llu kHz, timer by %s\n", (unsigned long long)time_khz(),
		machine.tsc_deadline ? "TSC deadline" : "local APIC counter");
}

static void start_virt(void)
{
	const struct virt_ops *found = NULL;

	for (unsigned i = 0; i < ARRAY_SIZE(back_ends) && !found; i++)
		if (cpuid_has(back_ends[i]->feature))
			found = back_ends[i];
	if (!found)
		feature_missing(machine.missing, "VT-x or AMD-V");
	else if (found->cpu_init(machine.missing) == STATUS_OK)
		virt = found;
	if (virt)
		kprintf("virt: guests run on %s\n", virt->name);
	else
		kprintf("virt: guests cannot run: %s\n", machine.missing);
}

/* The second half, on the kernel's own tables. */
static void start_high(void)
{
	cpu_map(0);
	cpu_init(0);
	smp_enter();
	start_screen();
	start_interrupts();
	start_virt();
	machine.cpus = ap_start_all(&acpi, machine.kernel_root);
	kprintf("cpu: %u of %u are up\n", machine.cpus, acpi.cpus);
	machine.grub = &grub;
	machine.acpi = &acpi;
	machine.ram = &ram;
	window_end_boot(kernel_start(&machine));
}

void start(uint64_t information)
{
	console_init(NULL);
	start_read_grub(information);
	if (!cpu_report())
		panic("this CPU cannot run Carrel");
	cpu_formats_init();
	start_read_acpi();
	start_find_ram();
	start_read_root_image();
	start_pool();
	wrmsr(MSR_PAT, PTAB_PAT);
	machine.kernel_root = window_build(machine.pool_base, machine.pool_bytes);
	space_boot(machine.kernel_root, cpu_has_pcid());
	writecr3(machine.kernel_root.raw);
	start_high();
}
