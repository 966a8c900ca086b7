/* The ward fed with any batches, heartbeats and commands: times, rates, beds and
 * numbers of every kind, and never a crash or an endless turn.
 *
 * Input: records of kind (u8), size (u16, little endian) and a packed message. After an
 * S: a snapshot. After an R: records of items as the journal has them, put back.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/ward.h"
#include "tests/fuzz/fuzz-target.h"

#define NOW_US ((int64_t)1700000000 * G_USEC_PER_SEC)

static const char pack[] =
    "rules \"fuzz\" version 1\n"
    "owner \"fuzz\"\n"
    "default unknown longer than 10 s -> technical low \"{rule}: {missing}\"\n"
    "use MAP: mm[Hg] validity 30 s from ART_M\n"
    "use HR: /min validity 30 s\n"
    "use ACVPU: symbol validity 4 h\n"
    "limit MAP_low = 50 mm[Hg] within 40 mm[Hg] .. 60 mm[Hg] per bed\n"
    "rule low \"Low\" version 1 {\n"
    "  raise high \"MAP {MAP}\"\n"
    "  when MAP < MAP_low for 1 s\n"
    "}\n"
    "rule fast \"Fast\" version 1 {\n"
    "  raise medium latching \"HR {HR}\"\n"
    "  when median(HR over 10 s) > 140 /min for 1 s\n"
    "}\n";

static void
on_item(Vicu__Subject subject,
        const char *key,
        GBytes *packed,
        bool removed,
        bool lasting,
        gpointer data)
{
    (void)subject;
    (void)removed;
    (void)lasting;
    (void)data;
    g_assert_nonnull(key);
    g_assert_cmpuint(g_bytes_get_size(packed), >, 0);
}

static void
restore_bed(RulesWard *ward)
{
    Vicu__StateItem item = VICU__STATE_ITEM__INIT;
    Vicu__Bed bed = VICU__BED__INIT;
    bed.bed = (char *)"a/b/1";
    item.subject = VICU__SUBJECT__SUBJECT_BED;
    item.key = bed.bed;
    item.body_case = VICU__STATE_ITEM__BODY_BED;
    item.bed = &bed;
    rules_ward_restore(ward, &item, 0);
}

static RulesWard *
open_ward(void)
{
    static const RulesWardSettings settings = {.lateness_us = 200000, .max_beds = 16};
    static const RulesWardOps ops = {.item = on_item};
    g_autoptr(RulesDiagnostics) d = rules_diagnostics_new("fuzz");
    RulesSet *set = rules_set_compile(pack, strlen(pack), d);
    g_assert_nonnull(set);
    RulesWard *ward = rules_ward_new(set, &settings, &ops, NULL, NOW_US, 0);
    rules_set_unref(set);
    restore_bed(ward);
    return ward;
}

static void
feed(RulesWard *ward, uint8_t kind, const uint8_t *body, size_t size, int64_t t_us)
{
    VicuSenderId sender = {.bytes = {kind & 1}};
    if (kind % 4 < 2) {
        g_autoptr(Vicu__Batch) batch = vicu_wire_unpack_batch(body, size, NULL);
        if (batch)
            rules_ward_batch(ward, &sender, "c", kind / 64, batch, NOW_US + t_us, t_us);
    } else if (kind % 4 == 2) {
        g_autoptr(Vicu__Heartbeat) beat = vicu_wire_unpack_heartbeat(body, size, NULL);
        if (beat)
            rules_ward_heartbeat(ward, &sender, "c", beat, NOW_US + t_us, t_us);
    } else {
        g_autoptr(Vicu__Command) command = vicu_wire_unpack_command(body, size, NULL);
        RulesAnswer answer;
        if (!command)
            return;
        rules_ward_command(ward, command, "p", "operator", NOW_US + t_us, t_us, &answer);
        g_assert_nonnull(answer.text);
        rules_answer_clear(&answer);
    }
}

/* Items of a damaged journal: put back or left, and what stands then is told as it is. */
static void
put_back(RulesWard *ward, const uint8_t *data, size_t size)
{
    while (size >= 2) {
        size_t length = MIN((size_t)(data[0] | data[1] << 8), size - 2);
        g_autoptr(Vicu__StateItem) item = vicu_wire_unpack_state_item(data + 2, length, NULL);
        if (item)
            rules_ward_restore(ward, item, 0);
        data += 2 + length;
        size -= 2 + length;
    }
}

static void
explain(const RulesAlarm *alarm, void *user)
{
    Vicu__Command command = VICU__COMMAND__INIT;
    Vicu__Explain explain = VICU__EXPLAIN__INIT;
    RulesAnswer answer;
    explain.id = alarm->id;
    command.what_case = VICU__COMMAND__WHAT_EXPLAIN;
    command.explain = &explain;
    rules_ward_command(user, &command, "p", "operator", NOW_US, 0, &answer);
    g_assert_true(answer.ok);
    rules_answer_clear(&answer);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(RulesWard) ward = open_ward();
    int64_t t_us = 0;
    if (size > 0 && data[0] == 'S') {
        /* A damaged snapshot: refused or taken, never trusted. */
        rules_ward_load(ward, data + 1, size - 1, 0);
        data += size;
        size = 0;
    }
    if (size > 0 && data[0] == 'R') {
        put_back(ward, data + 1, size - 1);
        data += size;
        size = 0;
    }
    rules_ward_restored(ward, NOW_US, 0);
    rules_alarms_foreach(rules_ward_alarms(ward), explain, ward);
    while (size >= 3) {
        size_t length = MIN((size_t)(data[1] | data[2] << 8), size - 3);
        t_us += 200000 + (int64_t)(data[0] >> 4) * 300000;
        feed(ward, data[0], data + 3, length, t_us);
        rules_ward_tick(ward, NOW_US + t_us, t_us);
        data += 3 + length;
        size -= 3 + length;
    }
    rules_ward_tick(ward, NOW_US + t_us + 60 * G_USEC_PER_SEC, t_us + 60 * G_USEC_PER_SEC);
    g_autoptr(GBytes) batch = rules_ward_take_batch(ward, NOW_US + t_us);
    if (batch) {
        g_autoptr(Vicu__Batch) read =
            vicu_wire_unpack_batch(g_bytes_get_data(batch, NULL), g_bytes_get_size(batch), NULL);
        g_assert_nonnull(read);
    }
    const char *id = NULL;
    g_autoptr(GBytes) saved = rules_ward_save_next(ward, &id);
    if (saved) {
        /* And what is saved can be loaded. */
        g_autoptr(RulesWard) next = open_ward();
        g_assert_true(
            rules_ward_load(next, g_bytes_get_data(saved, NULL), g_bytes_get_size(saved), NOW_US));
    }
    return 0;
}
