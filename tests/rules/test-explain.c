/* Why an alarm was raised: the whole text and the whole JSON of one that has all of
 * it, and what is left of one whose record has less.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/engine/alarm.h"
#include "rules/items.h"
#include "tests/rules/ward.h"

static const char pack[] =
    "rules \"golden\" version 4\n"
    "owner \"the unit\"\n"
    "default unknown longer than 30 s -> technical low \"{rule}: no data from {missing}\"\n"
    "use HR: /min validity 30 s\n"
    "use SpO2: % validity 30 s\n"
    "use MAP: mm[Hg] validity 30 s from ART_M\n"
    "use ACVPU: symbol validity 4 h\n"
    "use age_years: a validity 3650 d\n"
    "limit MAP_low = 65 mm[Hg] within 50 mm[Hg] .. 80 mm[Hg] per bed\n"
    "score WARN {\n"
    "  part hr  = median(HR over 60 s) to 1 /min : <=50 -> 2, 51..100 -> 0, >=101 -> 2\n"
    "  part con = ACVPU : A -> 0, C or V or P or U -> 3\n"
    "}\n"
    "rule worse \"Worse\" version 1 {\n"
    "  raise high \"MAP {MAP}\"\n"
    "  when MAP < 40 mm[Hg] for 1 s\n"
    "}\n"
    "rule shock \"Shock\" version 3 {\n"
    "  source \"a book\"\n"
    "  note \"the delay is [start]\"\n"
    "  applies when (age_years else 40 a) >= 16 a\n"
    "  raise high latching \"{rule}: MAP {MAP}\"\n"
    "  when MAP < MAP_low and (WARN >= 4 or HR > 100 /min or SpO2 < 90 %) for 10 s\n"
    "  clear when MAP >= MAP_low + 3 mm[Hg] for 5 s\n"
    "  hold down 5 min\n"
    "  unless worse\n"
    "}\n";

static const char golden_text[] =
    "alarm 5ec441e7e316ba92 of demo/icu/7: Shock: MAP 60 mmHg\n"
    "high priority, latching, active, raised 1 time\n"
    "condition began 2001-09-09T01:47:50.000Z\n"
    "delay over      2001-09-09T01:48:00.000Z\n"
    "decided         2001-09-09T01:48:00.250Z\n"
    "alarm condition delay         10.000 s\n"
    "alarm signal generation delay 0.250 s\n"
    "as it was raised:\n"
    "rule shock version 3 of golden version 4 (b6b30616522a876f)\n"
    "source a book\n"
    "note the delay is [start]\n"
    "applies when\n"
    "  [true]    (age_years else 40 a) >= 16 a\n"
    "when, for 10 s\n"
    "  [true]    all of\n"
    "  [true]      MAP < MAP_low\n"
    "  [true]      any of\n"
    "  [false]       WARN >= 4\n"
    "  [true]        HR > 100 /min\n"
    "  [unknown]     SpO2 < 90 %\n"
    "clear when\n"
    "  [false]   MAP >= MAP_low + 3 mm[Hg]\n"
    "inputs\n"
    "  HR 120 /min, own median over 1 min 80 /min, 0 s old, questionable, device, recording\n"
    "  SpO2 unknown, 51 s old, good, device, recording\n"
    "  MAP 60 mmHg, 0 s old, good, device, recording\n"
    "  ACVPU unknown, never seen\n"
    "scores\n"
    "  WARN 0 to 3: hr 0, con ?\n"
    "limits in force\n"
    "  MAP_low = 75 mmHg, changed for this bed (standard 65 mmHg)\n"
    "unless\n"
    "  worse: does not stand\n"
    "against it\n"
    "  [false]   WARN >= 4: 0 to 3 against 4\n"
    "  [unknown] SpO2 < 90 %\n"
    "it would have differed\n"
    "  had (age_years else 40 a) >= 16 a (applies) not held: it was 40 against 16\n"
    "  had MAP < MAP_low not held: it was 60 against 75 mmHg\n"
    "  had HR > 100 /min not held: it was 120 against 100 /min\n"
    "  had it stood for less than 10 s\n"
    "  had worse stood\n"
    "limits set for this bed\n"
    "  MAP_low 75 mm[Hg] instead of 65, by nurse at 2001-09-09T01:45:40.000Z until "
    "2001-09-09T02:46:40.000Z: usual pressure is 90\n";

/* Two strings: a compiler need not take longer ones. */
static const char golden_head[] =
    "{\"id\": \"5ec441e7e316ba92\", \"bed\": \"demo/icu/7\", \"rule\": \"shock\", "
    "\"title\": \"Shock\", \"priority\": \"high\", \"technical\": false, \"latching\": true, "
    "\"rule_version\": 3, \"set_hash\": \"00aa\", \"rule_hash\": \"f55383ab0cf4c995\", "
    "\"pack\": \"golden\", \"pack_version\": 4, \"pack_hash\": \"b6b30616522a876f\", ";
static const char golden_json[] =
    "\"state\": "
    "\"active\", \"signal\": \"on\", "
    "\"signal_until\": null, \"text\": \"Shock: MAP 60 mmHg\", \"origin\": \"recording\", "
    "\"t_condition\": \"2001-09-09T01:47:50.000Z\", "
    "\"t_raised\": \"2001-09-09T01:48:00.000Z\", "
    "\"t_decided\": \"2001-09-09T01:48:00.250Z\", \"alarm_condition_delay_s\": 10, "
    "\"alarm_signal_generation_delay_s\": 0.25, \"t_cleared\": null, \"t_ended\": null, "
    "\"why_ended\": null, \"count\": 1, \"missing\": [], \"merged_into\": null, "
    "\"merged\": [], \"merged_count\": 1, \"own_priority\": \"high\", \"data_age_ms\": 250, "
    "\"acknowledged\": null, \"lapses\": 0, \"t_lapsed\": null, "
    "\"answered_before\": [], \"similar\": {\"last_24h\": 0, \"last_72h\": 0, \"at_least\": false, "
    "\"alarms\": []}, \"inputs\": [{\"name\": \"HR\", \"value\": 120, "
    "\"unit\": \"/min\", \"time\": \"2001-09-09T01:48:00.000Z\", "
    "\"quality\": \"questionable\", \"own_median\": 80, \"own_median_over_s\": 60, "
    "\"source\": \"device\", \"origin\": \"recording\"}, {\"name\": \"SpO2\", "
    "\"value\": null, \"unit\": \"%\", \"time\": \"2001-09-09T01:47:09.000Z\", "
    "\"quality\": \"good\", \"source\": \"device\", \"origin\": \"recording\"}, "
    "{\"name\": \"MAP\", \"value\": 60, \"unit\": \"mm[Hg]\", "
    "\"time\": \"2001-09-09T01:48:00.000Z\", \"quality\": \"good\", \"source\": \"device\", "
    "\"origin\": \"recording\"}, {\"name\": \"ACVPU\", \"value\": null, \"unit\": null, "
    "\"time\": null, \"quality\": null, \"source\": \"device\", \"origin\": \"unknown\"}], "
    "\"conditions\": \"rule shock version 3 of golden version 4 "
    "(b6b30616522a876f)\\nsource a book\\nnote the delay is [start]\\napplies when\\n  "
    "[true]    (age_years else 40 a) >= 16 a\\nwhen, "
    "for 10 s\\n  [true]    all of\\n  [true]      MAP < MAP_low\\n  [true]      any of\\n "
    " [false]       WARN >= 4\\n  [true]        HR > 100 /min\\n  [unknown]     SpO2 < 90 "
    "%\\nclear when\\n  [false]   MAP >= MAP_low + 3 mm[Hg]\\ninputs\\n  HR 120 /min, "
    "own median over 1 min 80 /min, 0 s old, questionable, device, "
    "recording\\n  SpO2 unknown, 51 s old, good, device, recording\\n  MAP 60 mmHg, 0 s old, "
    "good, device, recording\\n  ACVPU unknown, never seen\\nscores\\n  WARN 0 to 3: hr 0, "
    "con ?\\nlimits in force\\n  MAP_low = 75 mmHg, "
    "changed for this bed (standard 65 mmHg)\\nunless\\n  worse: does not stand\\nagainst "
    "it\\n  [false]   WARN >= 4: 0 to 3 against 4\\n  [unknown] SpO2 < 90 %\\nit would "
    "have differed\\n  had (age_years else 40 a) >= 16 a (applies) not held: it was 40 "
    "against 16\\n  had MAP < MAP_low not held: it was 60 against 75 mmHg\\n  had HR > 100 "
    "/min not held: it was 120 against 100 /min\\n  had it stood for less than 10 s\\n  "
    "had worse stood\\n\", \"explanation\": {\"pack\": \"golden\", \"pack_version\": 4, "
    "\"owner\": \"the unit\", \"source\": \"a book\", \"note\": \"the delay is [start]\", "
    "\"on_delay_s\": 10, \"off_delay_s\": 5, \"unknown_s\": 30, \"hold_down_s\": 300, "
    "\"applies\": [{\"depth\": 0, \"words\": \"(age_years else 40 a) >= 16 a\", "
    "\"truth\": \"true\", \"decides\": true, \"left\": 40, \"right\": 16, \"unit\": null}], "
    "\"when\": [{\"depth\": 0, \"words\": \"all of\", \"truth\": \"true\"}, {\"depth\": 1, "
    "\"words\": \"MAP < MAP_low\", \"truth\": \"true\", \"decides\": true, \"left\": 60, "
    "\"right\": 75, \"unit\": \"mm[Hg]\"}, {\"depth\": 1, \"words\": \"any of\", "
    "\"truth\": \"true\"}, {\"depth\": 2, \"words\": \"WARN >= 4\", \"truth\": \"false\", "
    "\"decides\": false, \"left\": 0, \"left_high\": 3, \"right\": 4, \"unit\": null}, "
    "{\"depth\": 2, \"words\": \"HR > 100 /min\", \"truth\": \"true\", \"decides\": true, "
    "\"left\": 120, \"right\": 100, \"unit\": \"/min\"}, {\"depth\": 2, "
    "\"words\": \"SpO2 < 90 %\", \"truth\": \"unknown\", \"decides\": false}], "
    "\"clear\": [{\"depth\": 0, \"words\": \"MAP >= MAP_low + 3 mm[Hg]\", "
    "\"truth\": \"false\", \"decides\": true, \"left\": 60, \"right\": 78, "
    "\"unit\": \"mm[Hg]\"}], \"against\": [{\"depth\": 2, \"words\": \"WARN >= 4\", "
    "\"truth\": \"false\", \"decides\": false, \"left\": 0, \"left_high\": 3, \"right\": 4, "
    "\"unit\": null}, {\"depth\": 2, \"words\": \"SpO2 < 90 %\", \"truth\": \"unknown\", "
    "\"decides\": false}], \"scores\": [{\"name\": \"WARN\", \"value\": null, \"min\": 0, "
    "\"max\": 3, \"parts\": {\"hr\": 0, \"con\": null}}], "
    "\"limits\": [{\"name\": \"MAP_low\", \"value\": 75, \"unit\": \"mm[Hg]\", "
    "\"standard\": 65, \"who\": \"nurse\", \"reason\": \"usual pressure is 90\", "
    "\"time\": \"2001-09-09T01:45:40.000Z\", \"expires\": \"2001-09-09T02:46:40.000Z\"}], "
    "\"unless\": [{\"rule\": \"worse\", \"stands\": false}]}}";

/* As the ward would: the limit was set by a nurse. */
static void
name_limit(Vicu__ExplainLimit *limit, const char *bed, void *user)
{
    (void)user;
    g_assert_cmpstr(bed, ==, "demo/icu/7");
    if (strcmp(limit->name, "MAP_low") != 0)
        return;
    limit->who = (char *)"nurse";
    limit->reason = (char *)"usual pressure is 90";
    limit->t_us = ward_t(-60);
    limit->expires_us = ward_t(3600);
}

static GBytes *
pack_it(const RulesTransition *t, void *user)
{
    return rules_item_explanation(t, name_limit, user);
}

static void
apply(const RulesTransition *t, void *user)
{
    rules_alarms_apply(user, t, t->t_us + 250000, "00aa");
}

static void
keep(const RulesAlarm *alarm, void *user)
{
    *(const RulesAlarm **)user = alarm;
}

typedef struct {
    RulesSet *set;
    RulesEngine *engine;
    RulesAlarms *book;
    const RulesAlarm *alarm;
} Story;

static void
story_up(Story *s, gconstpointer data)
{
    (void)data;
    s->set = vectors_compile(pack);
    s->engine = rules_engine_new(s->set);
    s->book = rules_alarms_new();
    rules_alarms_on_explanation(s->book, pack_it, NULL);
    RulesBed *bed = rules_engine_bed(s->engine, "demo/icu/7");
    rules_engine_limit(bed, "MAP_low", 75, ward_t(0));
    for (int t = 0; t < 100; t++) {
        RulesSample hr = ward_sample("HR", t, t < 60 ? 80 : 120);
        hr.quality = t < 60 ? RULES_QUALITY_GOOD : RULES_QUALITY_QUESTIONABLE;
        rules_engine_sample(bed, &hr);
        ward_put(bed, "ART_M", t, t < 70 ? 90 : 60);
        if (t < 30)
            ward_put(bed, "SpO2", t, 97);
    }
    rules_engine_advance(s->engine, ward_t(81), apply, s->book);
    rules_alarms_foreach(s->book, keep, &s->alarm);
    g_assert_nonnull(s->alarm);
    g_assert_cmpstr(s->alarm->rule, ==, "shock");
}

static void
story_down(Story *s, gconstpointer data)
{
    (void)data;
    rules_alarms_free(s->book);
    rules_engine_free(s->engine);
    rules_set_unref(s->set);
}

static void
the_text_says_all_of_it(Story *s, gconstpointer data)
{
    (void)data;
    g_autofree char *text = NULL;
    g_autofree char *json = rules_item_alarm_explained(s->alarm, &text);
    g_assert_cmpstr(text, ==, golden_text);
}

static void
the_json_says_all_of_it(Story *s, gconstpointer data)
{
    (void)data;
    g_autofree char *text = NULL;
    g_autofree char *json = rules_item_alarm_explained(s->alarm, &text);
    g_autofree char *golden = g_strconcat(golden_head, golden_json, NULL);
    g_assert_cmpstr(json, ==, golden);
}

/* As the store's record holds it: packed, read, and told in the same words. */
static void
the_record_tells_the_same(Story *s, gconstpointer data)
{
    (void)data;
    gsize size = 0;
    g_autoptr(GBytes) body = rules_item_alarm_body(s->alarm);
    const void *bytes = g_bytes_get_data(body, &size);
    g_autoptr(Vicu__Alarm) message = vicu_wire_unpack_alarm(bytes, size, NULL);
    g_autoptr(RulesAlarm) back = rules_item_read_alarm(message);
    g_autofree char *text = NULL, *again = NULL;
    g_autofree char *json = rules_item_alarm_explained(s->alarm, &text);
    g_autofree char *same = rules_item_alarm_explained(back, &again);
    g_assert_cmpstr(again, ==, text);
    g_assert_cmpstr(same, ==, json);
}

/* A record of an older version, or one whose explanation is damaged: what is left is told. */
static void
a_record_without_it_is_told_as_far_as_it_goes(Story *s, gconstpointer data)
{
    (void)data;
    RulesAlarm *alarm = rules_alarm_copy(s->alarm);
    g_autofree char *text = NULL, *damaged = NULL;
    g_clear_pointer(&alarm->because, g_bytes_unref);
    g_autofree char *json = rules_item_alarm_explained(alarm, &text);
    g_assert_nonnull(strstr(json, "\"explanation\": null"));
    g_assert_nonnull(strstr(text, "[true]      MAP < MAP_low"));
    g_assert_null(strstr(text, "by nurse"));
    alarm->because = g_bytes_new_static("\x0a\xff", 2);
    g_autofree char *rest = rules_item_alarm_explained(alarm, &damaged);
    g_assert_cmpstr(rest, ==, json);
    rules_alarm_free(alarm);
}

/* The technical alarm of the same rule: what would have settled it. */
static void
what_is_missing_is_what_decides(Story *s, gconstpointer data)
{
    (void)data;
    rules_engine_advance(s->engine, ward_t(200), apply, s->book);
    rules_alarms_foreach(s->book, keep, &s->alarm);
    g_assert_true(s->alarm->technical);
    g_autofree char *text = NULL;
    g_autofree char *json = rules_item_alarm_explained(s->alarm, &text);
    g_assert_nonnull(strstr(text, "[unknown] MAP < MAP_low\n"));
    g_assert_nonnull(strstr(text, "  had MAP < MAP_low been known\n"));
    g_assert_null(strstr(text, "had it stood"));
}

#define ADD(name) g_test_add("/rules/explain/" #name, Story, NULL, story_up, name, story_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD(the_text_says_all_of_it);
    ADD(the_json_says_all_of_it);
    ADD(the_record_tells_the_same);
    ADD(a_record_without_it_is_told_as_far_as_it_goes);
    ADD(what_is_missing_is_what_decides);
    return g_test_run();
}
