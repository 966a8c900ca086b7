/* What the store's tests share: a private folder, and batches made by hand.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "common/folder.h"
#include "common/wire.h"
#include "store/head.h"

#define T0_US  INT64_C(1790000000000000)
#define ECG_II 131330u
#define ECG_V  131395u
#define HEART  147842u
#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)

static inline char *
make_folder(void)
{
    GError *error = NULL;
    char *dir = g_dir_make_tmp("vicu-store-XXXXXX", &error);

    g_assert_no_error(error);
    return dir;
}

static inline void
remove_folder(const char *dir)
{
    g_assert_true(vicu_folder_remove(dir));
}

static inline void
assert_same_bytes(const void *a, size_t a_size, const void *b, size_t b_size)
{
    g_assert_cmpuint(a_size, ==, b_size);
    g_assert_true(a_size == 0 || memcmp(a, b, a_size) == 0);
}

/* ---- batches ---- */

typedef struct {
    Vicu__Batch batch;
    GPtrArray *owned[8]; /* by field number less 2 */
} Make;

static inline Make *
make_new(int64_t t_us)
{
    Make *make = g_new0(Make, 1);

    vicu__batch__init(&make->batch);
    make->batch.t_us = t_us;
    for (size_t i = 0; i < G_N_ELEMENTS(make->owned); i++)
        make->owned[i] = g_ptr_array_new_with_free_func(vicu_wire_free);
    return make;
}

static inline char *
make_text(const char *text)
{
    /* what vicu_wire_free() gives back comes from malloc() */
    char *copy = malloc(strlen(text) + 1);
    return strcpy(copy, text);
}

#define MAKE_MESSAGE(Type, name) ((Vicu__##Type *)make_message(&vicu__##name##__descriptor))

static inline ProtobufCMessage *
make_message(const ProtobufCMessageDescriptor *type)
{
    ProtobufCMessage *message = malloc(type->sizeof_message);

    type->message_init(message);
    return message;
}

static inline Vicu__Segment *
make_segment(Make *make,
             uint32_t id,
             const char *bed,
             uint32_t code,
             int64_t t0_us,
             uint32_t num,
             uint32_t den)
{
    Vicu__Segment *s = MAKE_MESSAGE(Segment, segment);

    s->id = id;
    s->bed = make_text(bed);
    s->code = code;
    s->label = make_text("II");
    s->unit = make_text("mV");
    s->t0_us = t0_us;
    s->period_num = num;
    s->period_den = den;
    s->gain = 200;
    s->baseline = 10;
    s->origin = VICU__ORIGIN__ORIGIN_RECORDING;
    g_ptr_array_add(make->owned[0], s);
    return s;
}

static inline void
make_wave(Make *make, uint32_t segment, uint64_t first, const int16_t *samples, size_t n)
{
    Vicu__Wave *w = MAKE_MESSAGE(Wave, wave);

    w->segment = segment;
    w->first = first;
    w->samples.len = 2 * n;
    w->samples.data = malloc(2 * n + 1);
    memcpy(w->samples.data, samples, 2 * n); /* the machine is little endian, as the wire */
    g_ptr_array_add(make->owned[1], w);
}

static inline void
make_numeric(Make *make, const char *bed, uint32_t code, int64_t t_us, double value, int quality)
{
    Vicu__Numerics *n = MAKE_MESSAGE(Numerics, numerics);

    n->bed = make_text(bed);
    n->origin = VICU__ORIGIN__ORIGIN_RECORDING;
    n->n_code = n->n_t_us = n->n_value = n->n_quality = n->n_period_ms = 1;
    n->code = malloc(sizeof *n->code);
    n->t_us = malloc(sizeof *n->t_us);
    n->value = malloc(sizeof *n->value);
    n->quality = malloc(sizeof *n->quality);
    n->period_ms = malloc(sizeof *n->period_ms);
    n->code[0] = code;
    n->t_us[0] = t_us;
    n->value[0] = value;
    n->quality[0] = (Vicu__Quality)quality;
    n->period_ms[0] = 1000;
    g_ptr_array_add(make->owned[2], n);
}

static inline void
make_symbol(Make *make, const char *bed, uint32_t code, int64_t t_us, const char *value)
{
    Vicu__Symbol *s = MAKE_MESSAGE(Symbol, symbol);

    s->bed = make_text(bed);
    s->code = code;
    s->t_us = t_us;
    s->value = make_text(value);
    g_ptr_array_add(make->owned[3], s);
}

static inline void
make_gap(
    Make *make, const char *bed, uint32_t code, int64_t from_us, int64_t to_us, const char *why)
{
    Vicu__Gap *g = MAKE_MESSAGE(Gap, gap);

    g->bed = make_text(bed);
    g->code = code;
    g->from_us = from_us;
    g->to_us = to_us;
    g->reason = make_text(why);
    g_ptr_array_add(make->owned[5], g);
}

static inline void
make_event(Make *make, const char *bed, int64_t t_us, const char *kind, const char *key)
{
    Vicu__Event *e = MAKE_MESSAGE(Event, event);

    e->bed = make_text(bed);
    e->t_us = t_us;
    e->kind = make_text(kind);
    e->key = make_text(key);
    g_ptr_array_add(make->owned[6], e);
}

static inline void
make_audit(Make *make, const char *who, const char *what, uint8_t id)
{
    Vicu__AuditRecord *r = MAKE_MESSAGE(AuditRecord, audit_record);

    r->who = make_text(who);
    r->what = make_text(what);
    r->id.len = 16;
    r->id.data = calloc(1, 16);
    r->id.data[0] = id;
    g_ptr_array_add(make->owned[7], r);
}

/* Packs and frees @make. */
static inline GBytes *
make_done(Make *make)
{
    Vicu__Batch *b = &make->batch;

#define MAKE_FIELD(i, name)                                                                        \
    b->n_##name = make->owned[i]->len;                                                             \
    b->name = (void *)make->owned[i]->pdata
    MAKE_FIELD(0, segment);
    MAKE_FIELD(1, wave);
    MAKE_FIELD(2, numerics);
    MAKE_FIELD(3, symbol);
    MAKE_FIELD(4, unmapped);
    MAKE_FIELD(5, gap);
    MAKE_FIELD(6, event);
    MAKE_FIELD(7, audit);
#undef MAKE_FIELD
    GBytes *packed = vicu_wire_pack(&b->base);
    for (size_t i = 0; i < G_N_ELEMENTS(make->owned); i++)
        g_ptr_array_unref(make->owned[i]);
    g_free(make);
    return packed;
}

/* ---- a database with its head ---- */

typedef struct {
    char *dir;
    StoreDb *db;
    StoreHead *head;
    StoreNow now;
} Ward;

static inline VicuFingerprint
make_sender(uint8_t n)
{
    VicuFingerprint id = {{0}};

    memset(id.bytes, n, sizeof id.bytes);
    return id;
}

static inline void
ward_reopen(Ward *ward)
{
    StoreDbOptions options;
    GError *error = NULL;

    store_db_options_init(&options);
    options.sync = false; /* power cuts have a test of their own; a kill spares the page cache */
    ward->db = store_db_open(ward->dir, &options, &error);
    g_assert_no_error(error);
    ward->head = store_head_open(ward->db, ward->now, &error);
    g_assert_no_error(error);
}

static inline void
ward_open(Ward *ward)
{
    ward->dir = make_folder();
    ward->now = (StoreNow){T0_US, SECOND};
    ward_reopen(ward);
}

static inline void
ward_shut(Ward *ward)
{
    store_head_free(ward->head);
    store_db_close(ward->db);
}

static inline void
ward_close(Ward *ward)
{
    ward_shut(ward);
    remove_folder(ward->dir);
    g_free(ward->dir);
}

static inline void
ward_pass(Ward *ward, int64_t us)
{
    ward->now.utc_us += us;
    ward->now.mono_us += us;
}

static inline void
ward_commit(Ward *ward)
{
    GError *error = NULL;

    g_assert_true(store_head_commit(ward->head, NULL, &error));
    g_assert_no_error(error);
}

static inline void
ward_rest(Ward *ward)
{
    GError *error = NULL;

    g_assert_true(store_head_tick(ward->head, ward->now, &error));
    g_assert_no_error(error);
}

/* Until no minute that is due is left. */
static inline void
ward_seal(Ward *ward)
{
    uint64_t before;

    do {
        before = store_head_counts(ward->head)->sealed;
        ward_rest(ward);
        ward_commit(ward);
    } while (store_sealer_at_hand(store_head_sealer(ward->head)) != NULL
             || store_head_counts(ward->head)->sealed != before);
}

/* Takes @packed. */
static inline StorePutFate
ward_put(Ward *ward, uint8_t sender, uint64_t epoch, uint64_t sequence, GBytes *packed)
{
    VicuFingerprint id = make_sender(sender);
    StorePutFate fate = STORE_PUT_HOLE;
    GError *error = NULL;
    size_t size = 0;
    const void *data = g_bytes_get_data(packed, &size);

    g_assert_true(
        store_head_batch(ward->head, &id, epoch, sequence, data, size, ward->now, &fate, &error));
    g_assert_no_error(error);
    g_bytes_unref(packed);
    return fate;
}

static inline void
ward_epoch(Ward *ward, uint8_t sender, uint64_t epoch)
{
    VicuFingerprint id = make_sender(sender);
    store_head_epoch(ward->head, &id, "collector", epoch);
}
