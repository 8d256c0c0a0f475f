/* SPDX-License-Identifier: MIT */
#include "digest.h"

#include "gspace.h"
#include "irq.h"
#include "notification.h"
#include "portal.h"
#include "user.h"
#include "vcpu.h"

static uint64_t mix(uint64_t hash, const void *data, size_t size)
{
	const uint8_t *byte = data;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ byte[i]) * 0x100000001b3ull;
	return hash;
}

static uint64_t mix_space(uint64_t hash, const struct space *space)
{
	uint64_t end = space->end, va = 0;
	struct ptab_leaf leaf;

	hash = mix(hash, &space->root, sizeof(space->root));
	hash = mix(hash, space->ports, sizeof(space->ports));
	for (unsigned i = 0; i < 2; i++)
		if (space->ports[i])
			hash = mix(hash, space->ports[i], PAGE_SIZE);
	while (ptab_next(space->format, space->root, &va, &leaf) && leaf.va < end) {
		hash = mix(hash, &leaf.va, sizeof(leaf.va));
		hash = mix(hash, &leaf.pa, sizeof(leaf.pa));
		hash = mix(hash, &leaf.level, sizeof(leaf.level));
		hash = mix(hash, &leaf.attr, sizeof(leaf.attr));
	}
	return hash;
}

static uint64_t mix_domain(uint64_t hash, const struct domain *d)
{
	hash = mix(hash, &d->account.pages_used, 4 * sizeof(uint32_t));
	for (unsigned i = 0; i < CAP_LEAVES; i++) {
		hash = mix(hash, &d->caps.leaf[i], sizeof(d->caps.leaf[i]));
		if (d->caps.leaf[i])
			hash = mix(hash, d->caps.leaf[i], PAGE_SIZE);
	}
	hash = mix(hash, &d->owned, sizeof(d->owned));
	hash = mix(hash, &d->priorities, sizeof(d->priorities));
	return mix_space(hash, &d->space);
}

/* `object` is at `offset` in `size` bytes, of which `skip` at the start change. */
static uint64_t mix_whole(
	uint64_t hash, const struct object *object, size_t offset, size_t size, size_t skip)
{
	return mix(hash, (const uint8_t *)object - offset + skip, size - skip);
}

#define MIX(type, skip)                                                                            \
	mix_whole(hash, object, offsetof(struct type, object), sizeof(struct type), skip)

static uint64_t hash_object(const struct object *object)
{
	struct ref ref = object_ref(object);
	uint64_t hash = mix(0xcbf29ce484222325ull, &ref, sizeof(ref));

	hash = mix(hash, &object, sizeof(object));
	switch (object->type) {
	case OBJECT_DOMAIN:
		return mix_domain(mix(hash, object, sizeof(*object)),
			CONTAINER_OF(object, struct domain, object));
	case OBJECT_THREAD:
		return MIX(thread, sizeof(struct regs));
	case OBJECT_SC:
		return MIX(sc, 0);
	case OBJECT_PORTAL:
		return MIX(portal, 0);
	case OBJECT_NOTIFICATION:
		return MIX(notification, 0);
	case OBJECT_GSPACE:
		return mix_space(mix(hash, object, sizeof(*object)),
			&CONTAINER_OF(object, struct gspace, object)->space);
	case OBJECT_VCPU:
		return MIX(vcpu, 0);
	case OBJECT_IRQ:
		return MIX(irq, 0);
	default:
		fail_msg("an object of type %u is owned", object->type);
		return 0;
	}
}

static void digest_object(struct digest *digest, struct object *object)
{
	struct domain *domain = CONTAINER_OF(object, struct domain, object);

	assert_true(digest->count < DIGEST_OBJECTS);
	digest->object[digest->count].id = object->id;
	digest->object[digest->count].type = object->type;
	digest->object[digest->count++].hash = hash_object(object);
	if (object->type != OBJECT_DOMAIN)
		return;
	for (struct list *node = domain->owned.next; node != &domain->owned; node = node->next)
		digest_object(digest, CONTAINER_OF(node, struct object, owned));
}

void digest_take(struct digest *digest)
{
	struct cpu *cpu = cpu_this();

	digest->count = 0;
	digest_object(digest, &layer_root->object);
	digest->machine = mix(0, &cpu->ready, sizeof(cpu->ready));
	digest->machine = mix(digest->machine, &cpu->timeouts, sizeof(cpu->timeouts));
	digest->machine = mix(digest->machine, &cpu->current, sizeof(cpu->current));
	digest->machine = mix(digest->machine, fake_lines, sizeof(fake_lines));
}

void digest_same(const struct digest *before)
{
	static struct digest now;

	digest_take(&now);
	for (unsigned i = 0; i < now.count && i < before->count; i++)
		if (now.object[i].hash != before->object[i].hash)
			fail_msg("object %u of type %u has changed", now.object[i].id,
				now.object[i].type);
	assert_int_equal(now.count, before->count);
	assert_true(now.machine == before->machine);
}
