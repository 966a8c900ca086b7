/* SPDX-License-Identifier: Apache-2.0 */
#include "store/policy.h"

#include <string.h>

#include "common/clock.h"
#include "common/error.h"

#define UNSAID      INT64_C(-1)
#define LONGEST_US  (INT64_C(320000000) * G_USEC_PER_SEC)
#define NAME_BYTES  32
#define PLACE_NAMES 3

typedef struct {
    char *name;
    size_t length;
    int64_t keep_us[STORE_N_CLASSES]; /* UNSAID: the wider place decides */
} Place;

struct StorePolicy {
    unsigned refs;
    int64_t keep_us[STORE_N_CLASSES];
    GPtrArray *places; /* Place *, the longest names first */
    uint32_t waves_id;
};

static const char *const class_names[STORE_N_CLASSES] = {
    [STORE_CLASS_WAVES] = "waves",
    [STORE_CLASS_NUMERICS] = "numerics",
    [STORE_CLASS_EVENTS] = "events",
    [STORE_CLASS_IMPORTED] = "imported",
};

static void
place_free(gpointer p)
{
    Place *place = p;

    g_free(place->name);
    g_free(place);
}

static uint32_t
mix(uint32_t h, const void *data, size_t size)
{
    const uint8_t *bytes = data;

    for (size_t i = 0; i < size; i++)
        h = (h ^ bytes[i]) * 16777619u; /* FNV-1a */
    return h;
}

static uint32_t
waves_id(const StorePolicy *self)
{
    static const StoreClass classes[] = {STORE_CLASS_WAVES, STORE_CLASS_IMPORTED};
    uint32_t h = 2166136261u;

    for (size_t c = 0; c < G_N_ELEMENTS(classes); c++) {
        h = mix(h, &self->keep_us[classes[c]], sizeof *self->keep_us);
        for (guint i = 0; i < self->places->len; i++) {
            const Place *place = self->places->pdata[i];
            if (place->keep_us[classes[c]] == UNSAID)
                continue;
            h = mix(h, place->name, place->length + 1);
            h = mix(h, &place->keep_us[classes[c]], sizeof *place->keep_us);
        }
    }
    return h != 0 ? h : 1;
}

StorePolicy *
store_policy_new(const int64_t keep_us[STORE_N_CLASSES])
{
    StorePolicy *self = g_new0(StorePolicy, 1);

    self->refs = 1;
    for (int c = 0; c < STORE_N_CLASSES; c++)
        self->keep_us[c] = keep_us == NULL || keep_us[c] == 0 ? STORE_KEEP_EVER : keep_us[c];
    self->places = g_ptr_array_new_with_free_func(place_free);
    self->waves_id = waves_id(self);
    return self;
}

StorePolicy *
store_policy_ref(StorePolicy *self)
{
    self->refs++;
    return self;
}

void
store_policy_free(StorePolicy *self)
{
    if (self == NULL || --self->refs > 0)
        return;
    g_ptr_array_unref(self->places);
    g_free(self);
}

/* ---- reading ---- */

static bool
is_place(const char *text)
{
    g_auto(GStrv) names = g_strsplit(text, "/", PLACE_NAMES + 1);
    guint n = g_strv_length(names);

    for (guint i = 0; i < n; i++) {
        size_t length = strlen(names[i]);
        if (length == 0 || length > NAME_BYTES)
            return false;
        for (const char *c = names[i]; *c != '\0'; c++)
            if (!g_ascii_isalnum(*c) && *c != '_' && *c != '-')
                return false;
    }
    return n >= 1 && n <= PLACE_NAMES;
}

static bool
read_item(Place *place, char *item, GError **error)
{
    g_strstrip(item);
    char *value = item + strcspn(item, " \t");
    if (*value != '\0')
        *value++ = '\0';
    for (int c = 0; c < STORE_N_CLASSES; c++) {
        int64_t us = 0;
        if (strcmp(item, class_names[c]) != 0)
            continue;
        if (!vicu_duration_parse(g_strstrip(value), &us, error))
            return false;
        if (us != 0 && (us < STORE_KEEP_MIN_US || us > LONGEST_US)) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                        "%s %s is outside 1h..320000000s, and not 0s, which is for ever", item,
                        value);
            return false;
        }
        if (place->keep_us[c] != UNSAID) {
            g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG, "%s is said twice", item);
            return false;
        }
        place->keep_us[c] = us == 0 ? STORE_KEEP_EVER : us;
        return true;
    }
    g_set_error(error, VICU_ERROR, VICU_ERROR_CONFIG,
                "\"%s\" is no class: expected waves, numerics, events or imported with a duration, "
                "for example \"waves 24h, numerics 30d\"",
                item);
    return false;
}

static gint
longer_first(gconstpointer pa, gconstpointer pb)
{
    const Place *a = *(Place *const *)pa, *b = *(Place *const *)pb;

    if (a->length != b->length)
        return a->length > b->length ? -1 : 1;
    return strcmp(a->name, b->name);
}

bool
store_policy_add(StorePolicy *self, const char *name, const char *text, GError **error)
{
    if (!is_place(name) || self->places->len >= STORE_PLACES_MAX) {
        g_set_error(
            error, VICU_ERROR, VICU_ERROR_CONFIG,
            "[retention-sites] %.120s: expected a site, site/unit or site/unit/bed, at most "
            "%d of them",
            name, STORE_PLACES_MAX);
        return false;
    }
    Place *place = g_new0(Place, 1);
    place->name = g_strdup(name);
    place->length = strlen(name);
    for (int c = 0; c < STORE_N_CLASSES; c++)
        place->keep_us[c] = UNSAID;
    g_auto(GStrv) items = g_strsplit(text, ",", STORE_N_CLASSES + 1);
    for (guint i = 0; i == 0 || items[i] != NULL; i++) {
        char empty[] = "";
        if (read_item(place, items[i] != NULL ? items[i] : empty, error))
            continue;
        g_prefix_error(error, "[retention-sites] %s: ", name);
        place_free(place);
        return false;
    }
    g_ptr_array_add(self->places, place);
    g_ptr_array_sort(self->places, longer_first);
    self->waves_id = waves_id(self);
    return true;
}

/* ---- asking ---- */

int64_t
store_policy_keep_us(const StorePolicy *self, StoreClass class, const char *bed)
{
    for (guint i = 0; i < self->places->len; i++) {
        const Place *place = self->places->pdata[i];
        if (place->keep_us[class] != UNSAID && strncmp(bed, place->name, place->length) == 0
            && (bed[place->length] == '\0' || bed[place->length] == '/'))
            return place->keep_us[class];
    }
    return self->keep_us[class];
}

int64_t
store_policy_shortest_us(const StorePolicy *self, StoreClass class)
{
    int64_t us = self->keep_us[class];

    for (guint i = 0; i < self->places->len; i++) {
        const Place *place = self->places->pdata[i];
        if (place->keep_us[class] != UNSAID)
            us = MIN(us, place->keep_us[class]);
    }
    return us;
}

int64_t
store_policy_longest_us(const StorePolicy *self, StoreClass class)
{
    int64_t us = self->keep_us[class];

    for (guint i = 0; i < self->places->len; i++)
        us = MAX(us, ((const Place *)self->places->pdata[i])->keep_us[class]);
    return us;
}

uint32_t
store_policy_waves_id(const StorePolicy *self)
{
    return self->waves_id;
}
