/* Erasing a stay: nothing of it is answered any more, everything else as before, also from a
 * copy of the store that is older than the erasure; and a crash at each moment of it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/check.h"
#include "store/erase/erase.h"
#include "tests/store/ask.h"
#include "tests/store/waves.h"

#define STEP    (10 * SECOND)
#define BATCHES 900 /* two and a half hours */
#define START   (T0_US / HOUR * HOUR + 20 * MINUTE)
#define END     (START + BATCHES * STEP)
#define FROM    (START + 42 * MINUTE) /* the stay */
#define TO      (START + 118 * MINUTE)
#define DAY     (24 * HOUR)
#define ALPHA   "demo/icu/1"
#define BETA    "demo/icu/2"

typedef struct {
    Ward ward;
    char *root, *keys;
    StoreCipher *cipher;
    int fault; /* the process ends there */
    uint64_t rows, unread;
    unsigned done;
} World;

/* ---- the store ---- */

static StoreHead *
open_head(gpointer user, GError **error)
{
    World *w = user;
    StoreHeadSettings settings;
    StoreHead *head = store_head_open(w->ward.db, w->ward.now, error);

    store_head_settings_init(&settings);
    settings.keep_us = 20 * MINUTE;
    settings.roll.hour_quiet_us = MINUTE;
    settings.roll.day_quiet_us = 2 * MINUTE;
    settings.archive.after_us = 0;
    settings.archive.quiet_us = 2 * MINUTE;
    settings.archive.share_percent = 100;
    if (head != NULL)
        store_head_set(head, &settings);
    return head;
}

static void
on_done(const StoreEraseRequest *request, uint64_t rows, uint64_t unread, gpointer user)
{
    World *w = user;

    g_assert_false(request->bed[0] == '\0');
    w->rows = rows;
    w->unread = unread;
    w->done++;
}

static void
on_moment(StoreEraseMoment moment, gpointer user)
{
    if (((World *)user)->fault == (int)moment)
        _exit(0);
}

/* As a store starts. @keys: NULL for one without. */
static void
world_start(World *w)
{
    static const StoreEraseOps ops = {open_head, on_done, on_moment};
    StoreKeyPlaces places = {w->keys, NULL};
    StoreDbOptions options;
    g_autofree char *note = NULL;
    GError *error = NULL;

    store_db_options_init(&options);
    options.sync = false;
    w->cipher = w->keys != NULL ? store_cipher_new(&places, false, &note, &error) : NULL;
    g_assert_no_error(error);
    options.cipher = w->cipher;
    w->ward.db = store_db_open(w->ward.dir, &options, &error);
    g_assert_no_error(error);
    if (w->cipher != NULL)
        store_erase_at_start(w->root, w->cipher, w->ward.now, &ops, w, &error);
    g_assert_no_error(error);
    w->ward.head = open_head(w, &error);
    g_assert_no_error(error);
}

static void
world_stop(World *w)
{
    store_head_free(w->ward.head);
    store_db_close(w->ward.db);
    g_clear_pointer(&w->cipher, store_cipher_free);
}

static void
world_init(World *w, bool keys)
{
    *w = (World){.root = make_folder(), .fault = -1};
    w->ward.dir = g_build_filename(w->root, "store", NULL);
    w->keys = keys ? g_build_filename(w->root, "keys", NULL) : NULL;
    w->ward.now = (StoreNow){START, SECOND};
    world_start(w);
    ward_epoch(&w->ward, 1, 1);
}

static void
world_clear(World *w)
{
    world_stop(w);
    remove_folder(w->root);
    g_free(w->root);
    g_free(w->keys);
    g_free(w->ward.dir);
}

/* ---- what was measured ---- */

static GBytes *
body_of(uint64_t batch)
{
    int64_t t_us = START + (int64_t)batch * STEP;
    Make *make = make_new(t_us + STEP);

    wave_announce(make, START);
    for (int s = 0; s < STREAMS; s++) {
        StoreSegment segment = wave_segment(s, START);
        wave_add(make, s, store_segment_index(&segment, t_us),
                 store_segment_index(&segment, t_us + STEP));
    }
    make_numeric(make, ALPHA, HEART, t_us, (double)(batch % 90), 0);
    make_numeric(make, BETA, HEART, t_us, (double)(batch % 70), 0);
    if (batch % 30 == 7) {
        make_event(make, ALPHA, t_us, "admission", "Alpha");
        make_event(make, BETA, t_us, "admission", "Beta");
        make_symbol(make, ALPHA, 1, t_us, "a word of Alpha");
    }
    return make_done(make);
}

static void
feed(World *w)
{
    for (uint64_t b = 0; b < BATCHES; b++) {
        int64_t passed = (int64_t)(b + 1) * STEP;
        w->ward.now = (StoreNow){START + passed, SECOND + passed};
        g_assert_cmpint(ward_put(&w->ward, 1, 1, b + 1, body_of(b)), ==, STORE_PUT_TAKEN);
        for (int i = 0; i < 3; i++) {
            ward_rest(&w->ward);
            ward_commit(&w->ward);
        }
    }
}

/* Until days are archived. */
static void
come_to_rest(World *w)
{
    Ward *ward = &w->ward;

    for (int i = 0; i < 400 || !wave_is_archived(ward) || ward->now.utc_us < START + 2 * DAY; i++) {
        ward_rest(ward);
        ward_commit(ward);
        ward_pass(ward, i % 10 == 0 ? 10 * MINUTE : 5 * SECOND);
        g_assert_cmpint(i, <, 10000);
    }
}

/* ---- what is answered ---- */

static bool
in_stay(int64_t t_us)
{
    return t_us >= FROM && t_us < TO;
}

/* Without @lost_us at both sides of the stay, and without what came from @end_us on. */
static void
check_waves(World *w, bool erased, int64_t lost_us, int64_t end_us)
{
    for (int s = 0; s < STREAMS; s++) {
        StoreSegment segment = wave_segment(s, START);
        uint64_t n = store_segment_index(&segment, END);
        bool ours = strcmp(wave_spec[s].bed, ALPHA) == 0;
        g_autofree uint8_t *sent = g_malloc0(n + 1);
        for (uint64_t i = 0; i < n; i++) {
            int64_t t_us = store_segment_time_us(&segment, i);
            sent[i] =
                !(erased && ours && t_us >= FROM - lost_us && t_us < TO + lost_us) && t_us < end_us;
        }
        wave_check(&w->ward, s, START, sent, n, START - DAY, END + DAY, false);
        wave_check(&w->ward, s, START, sent, n, START - DAY, END + DAY, true);
        wave_check(&w->ward, s, START, sent, n, FROM + SECOND, TO - SECOND, false);
    }
}

/* Each value of @bed once, but for those of the stay; @lost_us around it, and from @end_us on,
 * any may be gone. */
static void
check_numerics(World *w, const char *bed, bool erased, int64_t lost_us, int64_t end_us)
{
    Answer answer = ask_numerics(&w->ward, bed, HEART, START, END);
    uint64_t mod = strcmp(bed, ALPHA) == 0 ? 90 : 70;
    g_autofree uint8_t *seen = g_malloc0(BATCHES);

    for (size_t i = 0; i < answer.rows->n_numerics; i++) {
        const Vicu__Numerics *n = answer.rows->numerics[i];
        for (size_t k = 0; k < n->n_code; k++) {
            uint64_t batch = (uint64_t)((n->t_us[k] - START) / STEP);
            g_assert_cmpuint(batch, <, BATCHES);
            g_assert_cmpfloat(n->value[k], ==, (double)(batch % mod));
            g_assert_false(seen[batch]);
            seen[batch] = 1;
        }
    }
    for (uint64_t b = 0; b < BATCHES; b++) {
        int64_t t_us = START + (int64_t)b * STEP;
        if (erased && in_stay(t_us))
            g_assert_false(seen[b]);
        else if (t_us < end_us && (!erased || t_us < FROM - lost_us || t_us >= TO + lost_us))
            g_assert_true(seen[b]);
    }
    answer_clear(&answer);
}

static double
value_of(const char *bed, uint64_t batch)
{
    return (double)(batch % (strcmp(bed, ALPHA) == 0 ? 90 : 70));
}

/* Columns of a minute, and of five, against the values themselves: cells, and what they cut. */
static void
check_columns(World *w, const char *bed, bool erased, int64_t width_us)
{
    uint32_t n = (uint32_t)((END - START) / width_us);
    Answer answer = ask_columns(&w->ward, bed, HEART, START, START + (int64_t)n * width_us, n);

    g_assert_cmpuint(answer.rows->n_column, ==, n);
    for (uint32_t c = 0; c < n; c++) {
        const Vicu__Column *column = answer.rows->column[c];
        int64_t from_us = START + (int64_t)c * width_us;
        double min = 1e9, max = -1e9, sum = 0;
        unsigned some = 0;
        for (uint64_t b = (uint64_t)((from_us - START) / STEP);
             b < (uint64_t)((from_us + width_us - START) / STEP); b++) {
            if (erased && in_stay(START + (int64_t)b * STEP))
                continue;
            min = MIN(min, value_of(bed, b));
            max = MAX(max, value_of(bed, b));
            sum += value_of(bed, b);
            some++;
        }
        g_assert_cmpint(column->coverage > 0, ==, some > 0);
        if (some == 0)
            continue;
        g_assert_cmpfloat(column->min, ==, min);
        g_assert_cmpfloat(column->max, ==, max);
        g_assert_cmpfloat_with_epsilon(column->mean, sum / some, 1e-9);
    }
    answer_clear(&answer);
}

static void
check_trend(World *w, bool erased)
{
    int64_t from_us = FROM + 2 * 64 * SECOND, to_us = TO - 2 * 64 * SECOND;
    Answer answer = ask_columns(&w->ward, ALPHA, ECG_II, from_us, to_us, 10);

    for (uint32_t c = 0; c < answer.rows->n_column; c++)
        g_assert_cmpint(answer.rows->column[c]->coverage > 0, ==, !erased);
    answer_clear(&answer);
    answer = ask_trend(&w->ward, ALPHA, HEART, from_us, to_us, 8);
    for (size_t i = 0; i < answer.rows->n_trend; i++) {
        const Vicu__TrendRows *rows = answer.rows->trend[i];
        bool any = false;
        for (size_t k = 0; k < rows->coverage.len; k++)
            any = any || rows->coverage.data[k] != 0;
        g_assert_cmpint(any, ==, !erased);
    }
    answer_clear(&answer);
}

static size_t
count_events(World *w, const char *bed, int64_t from_us, int64_t to_us, size_t *symbols)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryEvents events = VICU__QUERY_EVENTS__INIT;
    Vicu__QuerySymbols words = VICU__QUERY_SYMBOLS__INIT;

    events.bed = words.bed = (char *)bed;
    events.from_us = words.from_us = from_us;
    events.to_us = words.to_us = to_us;
    ask.what_case = VICU__QUERY__WHAT_EVENTS;
    ask.events = &events;
    Answer answer = ask_now(&w->ward, &ask);
    size_t n = answer.rows->n_event;
    answer_clear(&answer);
    ask.what_case = VICU__QUERY__WHAT_SYMBOLS;
    ask.symbols = &words;
    answer = ask_now(&w->ward, &ask);
    *symbols = answer.rows->n_symbol;
    answer_clear(&answer);
    return n;
}

static size_t
expect_events(int64_t from_us, int64_t to_us)
{
    size_t n = 0;

    for (uint64_t b = 7; b < BATCHES; b += 30)
        n += START + (int64_t)b * STEP >= from_us && START + (int64_t)b * STEP < to_us;
    return n;
}

static void
check_events(World *w, bool erased)
{
    size_t symbols = 0, stay = expect_events(FROM, TO), all = expect_events(START, END);

    g_assert_cmpuint(stay, >, 2);
    g_assert_cmpuint(count_events(w, ALPHA, FROM, TO, &symbols), ==, erased ? 0 : stay);
    g_assert_cmpuint(symbols, ==, erased ? 0 : stay);
    g_assert_cmpuint(count_events(w, ALPHA, START, END, &symbols), ==, erased ? all - stay : all);
    g_assert_cmpuint(symbols, ==, erased ? all - stay : all);
    g_assert_cmpuint(count_events(w, BETA, START, END, &symbols), ==, all);
}

static void
check_gap(World *w, bool erased)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryGaps what = VICU__QUERY_GAPS__INIT;

    what.bed = (char *)ALPHA;
    what.from_us = START;
    what.to_us = END;
    ask.what_case = VICU__QUERY__WHAT_GAPS;
    ask.gaps = &what;
    Answer answer = ask_now(&w->ward, &ask);
    g_assert_cmpuint(answer.rows->n_gap, ==, erased ? 1 : 0);
    for (size_t i = 0; i < answer.rows->n_gap; i++) {
        g_assert_cmpstr(answer.rows->gap[i]->reason, ==, STORE_ERASED_REASON);
        g_assert_cmpint(answer.rows->gap[i]->from_us, ==, FROM);
        g_assert_cmpint(answer.rows->gap[i]->to_us, ==, TO);
    }
    answer_clear(&answer);
}

static void
check_all(World *w, bool erased)
{
    check_waves(w, erased, 0, END);
    check_numerics(w, ALPHA, erased, 0, END);
    check_numerics(w, BETA, false, 0, END);
    check_columns(w, ALPHA, erased, MINUTE);
    check_columns(w, ALPHA, erased, 5 * MINUTE);
    check_columns(w, BETA, false, 5 * MINUTE);
    check_trend(w, erased);
    check_events(w, erased);
    check_gap(w, erased);
}

/* Every byte of it is whole, and the audit says once that it was erased. */
static void
check_store(World *w, bool erased)
{
    g_autoptr(StoreCheckReport) report = store_check_run(w->ward.db, NULL, NULL);
    g_autoptr(StoreIter) iter = store_iter_new(w->ward.db, STORE_AUDIT, NULL, NULL);
    unsigned records = 0;

    for (guint i = 0; i < report->damage->len; i++)
        g_error("%s", (const char *)report->damage->pdata[i]);
    for (; store_iter_valid(iter); store_iter_next(iter)) {
        size_t size = 0;
        const uint8_t *value = store_iter_value(iter, &size);
        g_autoptr(Vicu__AuditRecord) record = vicu_wire_unpack_audit_record(value, size, NULL);
        if (strcmp(record->what, "erase") != 0)
            continue;
        records++;
        g_assert_cmpstr(record->who, ==, "otto");
        g_assert_cmpstr(record->bed, ==, ALPHA);
        g_assert_cmpstr(record->why, ==, "the family asked");
        g_assert_nonnull(strstr(record->detail, "rows made unreadable"));
    }
    g_assert_cmpuint(records, ==, erased ? 1 : 0);
}

/* ---- erasing ---- */

static void
lay_of(World *w, const char *bed, int64_t from_us, int64_t to_us)
{
    StoreEraseRequest *request = g_new0(StoreEraseRequest, 1);
    GError *error = NULL;

    request->bed = g_strdup(bed);
    request->from_us = from_us;
    request->to_us = to_us;
    request->who = g_strdup("otto");
    request->why = g_strdup("the family asked");
    request->t_us = w->ward.now.utc_us;
    g_assert_true(store_erase_lay(w->root, request, &error));
    g_assert_no_error(error);
    store_erase_request_free(request);
}

static void
lay(World *w)
{
    lay_of(w, ALPHA, FROM, TO);
}

static void
copy_folder(const char *from, const char *to)
{
    g_autoptr(GDir) open = g_dir_open(from, 0, NULL);
    const char *name;

    g_assert_cmpint(g_mkdir(to, 0700), ==, 0);
    while ((name = g_dir_read_name(open)) != NULL) {
        g_autofree char *a = g_build_filename(from, name, NULL);
        g_autofree char *b = g_build_filename(to, name, NULL), *data = NULL;
        gsize size = 0;
        if (g_file_test(a, G_FILE_TEST_IS_DIR))
            continue;
        g_assert_true(g_file_get_contents(a, &data, &size, NULL));
        g_assert_true(g_file_set_contents(b, data, (gssize)size, NULL));
    }
}

/* A copy from before the erasure, with the keys as they are now. What was in batches alone
 * when it was made is gone with them: the last minute or two of all beds. */
static void
check_copy(World *w, const char *copy, bool archived)
{
    int64_t lost_us = archived ? 2 * MINUTE : 0; /* the rest of five minutes */
    int64_t end_us = archived ? END : END - MINUTE;
    World old = {.ward = {.dir = g_strdup(copy), .now = w->ward.now}, .fault = -1};
    size_t symbols = 0;

    old.root = g_strdup(copy);
    old.keys = g_strdup(w->keys);
    world_start(&old);
    check_waves(&old, true, lost_us, end_us);
    check_numerics(&old, ALPHA, true, 4096 * SECOND, end_us - MINUTE);
    check_numerics(&old, BETA, false, 0, end_us - MINUTE);
    check_trend(&old, true);
    g_assert_cmpuint(count_events(&old, ALPHA, FROM, TO, &symbols), ==, 0);
    g_assert_cmpuint(symbols, ==, 0);
    g_assert_cmpuint(count_events(&old, BETA, START, END, &symbols), ==, expect_events(START, END));
    g_autoptr(StoreIter) head = store_iter_new(old.ward.db, STORE_HEAD, NULL, NULL);
    g_assert_false(store_iter_valid(head));
    g_clear_pointer(&head, store_iter_free);
    check_store(&old, false);
    world_stop(&old);
    lay(&old);
    world_start(&old);
    g_assert_cmpuint(old.done, ==, 1);
    world_stop(&old);
    g_free(old.ward.dir);
    g_free(old.root);
    g_free(old.keys);
}

static void
erase_and_compare(bool archived)
{
    World w;

    world_init(&w, true);
    feed(&w);
    if (archived)
        come_to_rest(&w);
    check_all(&w, false);
    world_stop(&w);
    g_autofree char *copy = g_build_filename(w.root, "copy", NULL);
    copy_folder(w.ward.dir, copy);
    lay(&w);
    world_start(&w);
    g_assert_cmpuint(w.done, ==, 1);
    g_assert_cmpuint(w.rows, >, 40);
    g_assert_cmpuint(w.unread, ==, 0);
    check_all(&w, true);
    check_store(&w, true);
    world_stop(&w);
    check_copy(&w, copy, archived);
    world_start(&w);
    g_assert_cmpuint(w.done, ==, 1);
    check_all(&w, true);
    come_to_rest(&w);
    check_all(&w, true);
    check_store(&w, true);
    world_clear(&w);
}

static void
an_erased_stay_is_gone_and_the_rest_is_as_before(void)
{
    erase_and_compare(false);
}

static void
an_erased_stay_of_an_archived_day_too(void)
{
    erase_and_compare(true);
}

static void
a_crash_at_each_moment_ends_the_same(void)
{
    for (int moment = STORE_ERASE_BEGUN; moment <= STORE_ERASE_DONE; moment++) {
        World w;
        int status = 0;
        world_init(&w, true);
        feed(&w);
        world_stop(&w);
        lay(&w);
        pid_t child = fork();
        g_assert_cmpint(child, >=, 0);
        if (child == 0) {
            w.fault = moment;
            world_start(&w);
            _exit(7); /* it did not end where it should */
        }
        g_assert_cmpint(waitpid(child, &status, 0), ==, child);
        g_assert_cmpint(WIFEXITED(status) ? WEXITSTATUS(status) : -1, ==, 0);
        world_start(&w);
        g_assert_cmpuint(w.done, ==, 1);
        check_all(&w, true);
        check_store(&w, true);
        world_clear(&w);
    }
}

/* Minutes, hours and days of which every row is erased, before and after they are merged. */
static void
a_store_of_which_nothing_is_left_is_whole(void)
{
    World w;
    size_t symbols = 0;

    world_init(&w, true);
    feed(&w);
    world_stop(&w);
    lay_of(&w, ALPHA, START, END);
    lay_of(&w, BETA, START, END);
    world_start(&w);
    g_assert_cmpuint(w.done, ==, 2);
    come_to_rest(&w);
    for (int s = 0; s < STREAMS; s++) {
        g_autofree char *why = NULL;
        Vicu__QueryRows *rows = wave_ask(&w.ward, s, START - DAY, END + DAY, false, &why);
        g_assert_cmpuint(rows->n_run, ==, 0);
        vicu_wire_free(rows);
    }
    g_assert_cmpuint(count_events(&w, BETA, START, END, &symbols), ==, 0);
    g_autoptr(StoreCheckReport) report = store_check_run(w.ward.db, NULL, NULL);
    g_assert_cmpuint(report->damage->len, ==, 0);
    world_clear(&w);
}

static void
without_keys_rows_are_as_they_were(void)
{
    World plain, sealed;

    world_init(&plain, false);
    world_init(&sealed, true);
    feed(&plain);
    feed(&sealed);
    for (StoreFamily f = 0; f < STORE_N_FAMILIES; f++) {
        g_autoptr(StoreIter) a = store_iter_new(plain.ward.db, f, NULL, NULL);
        g_autoptr(StoreIter) b = store_iter_new(sealed.ward.db, f, NULL, NULL);
        for (; store_iter_valid(b); store_iter_next(b)) {
            size_t ka = 0, kb = 0, va = 0, vb = 0;
            const uint8_t *key = store_iter_key(b, &kb);
            if (f == STORE_META && key[0] == STORE_META_KEYS)
                continue;
            g_assert_true(store_iter_valid(a));
            if (f == STORE_META && key[0] == STORE_META_GROUP) { /* each store has its own */
                store_iter_next(a);
                continue;
            }
            const uint8_t *same = store_iter_key(a, &ka);
            assert_same_bytes(same, ka, key, kb);
            const uint8_t *value = store_iter_value(a, &va), *opened = store_iter_value(b, &vb);
            assert_same_bytes(value, va, opened, vb);
            g_assert_false(va >= 4 && memcmp(value, "\xcfvK\1", 4) == 0);
            store_iter_next(a);
        }
        g_assert_false(store_iter_valid(a));
    }
    world_clear(&plain);
    world_clear(&sealed);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/erase/stay", an_erased_stay_is_gone_and_the_rest_is_as_before);
    g_test_add_func("/erase/archived", an_erased_stay_of_an_archived_day_too);
    g_test_add_func("/erase/crash", a_crash_at_each_moment_ends_the_same);
    g_test_add_func("/erase/all", a_store_of_which_nothing_is_left_is_whole);
    g_test_add_func("/erase/off", without_keys_rows_are_as_they_were);
    return g_test_run();
}
