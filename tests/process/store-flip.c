/* Bits that flip on the disk: a real database with all that one holds, and a real spool,
 * one bit of one file changed at a time, judged by the truth.
 *
 * usage: store-flip FLIPS
 *   FLIPS of the store, and as many of the spool; at night (VICU_NIGHT) 1000.
 *
 * Each flip has a process of its own: it opens, asks for every sample, value and audit
 * record, and checks. Told is a refusal to open, a question that ends with its reason, a
 * sentence of the check, a watermark that says what is to be sent again. Anything else must
 * be as it was: a wrong sample, a silent loss and a crash are failures.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/spool.h"
#include "store/check.h"
#include "tests/store/waves.h"

#define FRAME   (5 * SECOND)
#define FRAMES  1680 /* 2 h 20 min: a block of numerics and an hour of waves are sealed */
#define LATE    1500 /* comes last, when its minute has been sealed */
#define AUDITED 40   /* each so many batches carry a record */

#define SPOOLED 300
#define WORDS   256

/* What the process of one flip found; in shared memory, so that a crash leaves it. */
typedef struct {
    bool opened;
    bool told_cut; /* an event says that the log was cut */
    char sentence[512];
    uint64_t watermark;
    uint64_t wrong, missing, errors, damage;
} Verdict;

static Verdict *verdict;

/* ---- the truth ---- */

static uint64_t
frame_of(uint64_t sequence)
{
    if (sequence == FRAMES)
        return LATE;
    return sequence - 1 < LATE ? sequence - 1 : sequence;
}

static GBytes *
body_of(uint64_t sequence)
{
    int64_t from_us = T0_US + (int64_t)frame_of(sequence) * FRAME;
    Make *make = make_new(from_us);

    wave_announce(make, T0_US);
    for (int s = 0; s < STREAMS; s++) {
        StoreSegment segment = wave_segment(s, T0_US);
        wave_add(make, s, store_segment_index(&segment, from_us),
                 store_segment_index(&segment, from_us + FRAME));
    }
    make_numeric(make, "demo/icu/1", HEART, from_us, (double)(frame_of(sequence) % 90), 0);
    if (sequence % AUDITED == 0)
        make_audit(make, "somebody", "view", (uint8_t)(sequence / AUDITED));
    return make_done(make);
}

static void
build(char *dir)
{
    Ward ward = {.dir = dir, .now = {T0_US, SECOND}};

    ward_reopen(&ward);
    ward_epoch(&ward, 1, 1);
    for (uint64_t sequence = 1; sequence <= FRAMES; sequence++) {
        if (sequence == FRAMES) /* until then everything else is sealed */
            ward_seal(&ward);
        ward_put(&ward, 1, 1, sequence, body_of(sequence));
        ward_pass(&ward, FRAME);
        ward_rest(&ward);
        ward_commit(&ward);
        for (int f = 0; sequence == FRAMES - 200 && f < STORE_N_FAMILIES; f++)
            g_assert_true(store_db_compact(ward.db, f, NULL));
    }
    ward_pass(&ward, 2 * MINUTE);
    ward_seal(&ward);
    _exit(0); /* as kill -9 does: the log stays */
}

/* ---- judging ---- */

/* Answers of @ask; an error, too, is an answer. NULL: none. */
static Vicu__QueryRows *
answers(StoreHead *head, Vicu__Query *ask)
{
    g_autoptr(GByteArray) all = g_byte_array_new();
    g_autoptr(GByteArray) out = g_byte_array_new();
    g_autoptr(GBytes) packed = vicu_wire_pack(&ask->base);
    g_autofree char *why = NULL;
    g_autoptr(StoreQuery) query = store_query_new(
        head,
        vicu_wire_unpack_query(g_bytes_get_data(packed, NULL), g_bytes_get_size(packed), NULL),
        &why);

    if (query == NULL) {
        verdict->errors++;
        return NULL;
    }
    for (StoreQueryStep step = STORE_QUERY_WORKED; step != STORE_QUERY_LAST;) {
        step = store_query_step(query, out);
        if (step == STORE_QUERY_WORKED)
            continue;
        g_byte_array_append(all, out->data, out->len);
        g_byte_array_set_size(out, 0);
    }
    Vicu__QueryRows *rows =
        vicu_wire_unpack(&vicu__query_rows__descriptor, all->data, all->len, NULL);
    verdict->errors += rows == NULL || rows->error[0] != '\0';
    return rows;
}

static void
judge_waves(StoreHead *head, int stream)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QuerySamples what = VICU__QUERY_SAMPLES__INIT;
    StoreSegment segment = wave_segment(stream, T0_US);
    uint64_t n = store_segment_index(&segment, T0_US + FRAMES * FRAME);
    g_autofree uint8_t *got = g_malloc0(n + 1);
    uint64_t errors = verdict->errors;

    what.bed = (char *)wave_spec[stream].bed;
    what.code = wave_spec[stream].code;
    what.from_us = T0_US - HOUR;
    what.to_us = T0_US + FRAMES * FRAME + HOUR;
    ask.what_case = VICU__QUERY__WHAT_SAMPLES;
    ask.samples = &what;
    Vicu__QueryRows *rows = answers(head, &ask);
    for (size_t r = 0; rows != NULL && r < rows->n_run; r++) {
        const Vicu__SampleRun *run = rows->run[r];
        for (size_t i = 0; i < run->samples.len / 2; i++) {
            uint64_t at = run->first + i;
            bool right = at < n && got[at] == 0 && run->segment->t0_us == T0_US
                         && run->segment->gain == 200
                         && run->segment->period_num == wave_spec[stream].num
                         && run->segment->period_den == wave_spec[stream].den
                         && store_sample(run->samples.data, i) == wave_sample(stream, at);
            verdict->wrong += !right;
            if (at < n)
                got[at] = 1;
        }
    }
    vicu_wire_free(rows);
    for (uint64_t sequence = 1; errors == verdict->errors && sequence <= verdict->watermark;
         sequence++) {
        int64_t from_us = T0_US + (int64_t)frame_of(sequence) * FRAME;
        uint64_t end = store_segment_index(&segment, from_us + FRAME);
        for (uint64_t i = store_segment_index(&segment, from_us); i < end; i++)
            verdict->missing += !got[i];
    }
}

static void
judge_numerics(StoreHead *head)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryNumerics what = VICU__QUERY_NUMERICS__INIT;
    bool got[FRAMES] = {false};
    uint64_t errors = verdict->errors;

    what.bed = (char *)"demo/icu/1";
    what.code = HEART;
    what.from_us = T0_US - HOUR;
    what.to_us = T0_US + FRAMES * FRAME + HOUR;
    ask.what_case = VICU__QUERY__WHAT_NUMERICS;
    ask.numerics = &what;
    Vicu__QueryRows *rows = answers(head, &ask);
    for (size_t r = 0; rows != NULL && r < rows->n_numerics; r++) {
        const Vicu__Numerics *n = rows->numerics[r];
        for (size_t i = 0; i < n->n_value; i++) {
            int64_t frame = (n->t_us[i] - T0_US) / FRAME;
            bool right = frame >= 0 && frame < FRAMES && !got[frame]
                         && n->t_us[i] == T0_US + frame * FRAME
                         && n->value[i] == (double)(frame % 90);
            verdict->wrong += !right;
            if (right)
                got[frame] = true;
        }
    }
    vicu_wire_free(rows);
    for (uint64_t s = 1; errors == verdict->errors && s <= verdict->watermark; s++)
        verdict->missing += !got[frame_of(s)];
}

static void
judge_audit(StoreHead *head)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryAudit what = VICU__QUERY_AUDIT__INIT;
    uint64_t errors = verdict->errors, found = 0;

    what.from_us = T0_US - HOUR;
    what.to_us = INT64_MAX;
    ask.what_case = VICU__QUERY__WHAT_AUDIT;
    ask.audit = &what;
    Vicu__QueryRows *rows = answers(head, &ask);
    for (size_t r = 0; rows != NULL && r < rows->n_audit; r++) {
        const Vicu__AuditRecord *record = rows->audit[r];
        bool right = record->id.len == 16 && record->id.data[0] == ++found
                     && strcmp(record->who, "somebody") == 0 && strcmp(record->what, "view") == 0;
        verdict->wrong += !right;
    }
    vicu_wire_free(rows);
    if (errors == verdict->errors && found < verdict->watermark / AUDITED)
        verdict->missing += verdict->watermark / AUDITED - found;
}

static void
look_for_cut(StoreHead *head)
{
    Vicu__Query ask = VICU__QUERY__INIT;
    Vicu__QueryEvents what = VICU__QUERY_EVENTS__INIT;

    what.bed = (char *)"";
    what.from_us = T0_US - HOUR;
    what.to_us = INT64_MAX;
    ask.what_case = VICU__QUERY__WHAT_EVENTS;
    ask.events = &what;
    Vicu__QueryRows *rows = answers(head, &ask);
    for (size_t i = 0; rows != NULL && i < rows->n_event; i++)
        verdict->told_cut =
            verdict->told_cut || strcmp(rows->event[i]->kind, "store-log-damaged") == 0;
    vicu_wire_free(rows);
}

static void
judge(const char *dir)
{
    StoreDbOptions options;
    VicuFingerprint sender = make_sender(1);
    GError *error = NULL;

    store_db_options_init(&options);
    StoreDb *db = store_db_open(dir, &options, &error);
    StoreNow now = {T0_US + FRAMES * FRAME + HOUR, SECOND};
    StoreHead *head = db != NULL ? store_head_open(db, now, &error) : NULL;
    if (head == NULL) {
        g_strlcpy(verdict->sentence, error->message, sizeof verdict->sentence);
        _exit(0);
    }
    verdict->opened = true;
    StoreLane *lane = store_head_lane(head, &sender, 1);
    verdict->watermark = lane != NULL ? lane->watermark : 0;
    for (int s = 0; s < STREAMS; s++)
        judge_waves(head, s);
    judge_numerics(head);
    judge_audit(head);
    look_for_cut(head);
    g_autoptr(StoreCheckReport) report = store_check_run(db, NULL, NULL);
    verdict->damage = report->damage_in_all;
    if (report->damage->len > 0)
        g_strlcpy(verdict->sentence, report->damage->pdata[0], sizeof verdict->sentence);
    _exit(0); /* what a close would write is not judged */
}

/* ---- the spool ---- */

static void
word_fill(uint64_t sequence, uint64_t *words)
{
    for (size_t i = 0; i < WORDS; i++)
        words[i] = sequence * UINT64_C(0x9E3779B97F4A7C15) + i;
}

static const VicuSpoolSettings spool_settings = {.max_bytes = 64u << 20, .first_id = 42};

static void
build_spool(char *dir)
{
    g_autoptr(VicuSpool) spool = vicu_spool_open(dir, &spool_settings, NULL);
    uint64_t words[WORDS];

    g_assert_cmpuint(vicu_spool_begin_epoch(spool, 7, NULL), !=, 0);
    for (uint64_t s = 1; s <= SPOOLED; s++) {
        word_fill(s, words);
        g_assert_cmpuint(vicu_spool_append(spool, words, sizeof words, 1, NULL), ==, s);
    }
    g_assert_true(vicu_spool_sync(spool, NULL));
    _exit(0);
}

static void
judge_spool(const char *dir)
{
    GError *error = NULL;
    VicuSpool *spool = vicu_spool_open(dir, &spool_settings, &error);
    VicuSpoolFigures figures;
    uint64_t words[WORDS];
    size_t n = 0;

    if (spool == NULL) {
        g_strlcpy(verdict->sentence, error->message, sizeof verdict->sentence);
        _exit(0);
    }
    verdict->opened = true;
    vicu_spool_figures(spool, &figures);
    const VicuSpoolEpoch *epochs = vicu_spool_epochs(spool, &n);
    uint64_t epoch = n > 0 ? epochs[0].epoch : 0;
    for (uint64_t s = 1; s <= SPOOLED; s++) {
        VicuSpoolRecord record;
        word_fill(s, words);
        VicuSpoolPeek found = vicu_spool_peek(spool, epoch, s, &record);
        if (found == VICU_SPOOL_FOUND)
            verdict->wrong +=
                record.len != sizeof words || memcmp(record.body, words, sizeof words) != 0;
        else if (found == VICU_SPOOL_DROPPED || figures.torn_bytes > 0)
            verdict->errors++; /* as a run, or as a torn tail */
        else
            verdict->missing++;
    }
    _exit(0);
}

/* ---- flips ---- */

static void
copy_file(const char *from, const char *to)
{
    g_autofree char *text = NULL;
    gsize size = 0;

    int fd = open(to, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || !g_file_get_contents(from, &text, &size, NULL)
        || write(fd, text, size) != (ssize_t)size || close(fd) != 0)
        g_error("%s cannot be copied", from);
}

/* Names of files; what RocksDB writes for people is left out. */
static GPtrArray *
list(const char *dir)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) open = g_dir_open(dir, 0, NULL);
    const char *name;

    while ((name = g_dir_read_name(open)) != NULL)
        if (!g_str_has_prefix(name, "LOG") && !g_str_equal(name, "LOCK")
            && !g_str_equal(name, "lock"))
            g_ptr_array_add(names, g_strdup(name));
    return names;
}

static char *
copy_folder(const char *from)
{
    char *to = make_folder();
    g_autoptr(GPtrArray) names = list(from);

    for (guint i = 0; i < names->len; i++) {
        g_autofree char *a = g_build_filename(from, names->pdata[i], NULL);
        g_autofree char *b = g_build_filename(to, names->pdata[i], NULL);
        copy_file(a, b);
    }
    return to;
}

/* A tables' file, a log, a manifest, ...: kinds of files come in turn, so that small ones
 * are met, too. */
static const char *
kind_of(const char *name)
{
    const char *dot = strrchr(name, '.');

    if (dot != NULL)
        return g_str_has_prefix(name, "epoch") ? "epoch" : dot + 1;
    return g_str_has_prefix(name, "MANIFEST")  ? "MANIFEST"
           : g_str_has_prefix(name, "OPTIONS") ? "OPTIONS"
                                               : name;
}

static char *
pick(GRand *rand, const char *dir, const char *kind)
{
    g_autoptr(GPtrArray) names = list(dir);
    g_autoptr(GPtrArray) fit = g_ptr_array_new();

    for (guint i = 0; i < names->len; i++)
        if (g_str_equal(kind_of(names->pdata[i]), kind))
            g_ptr_array_add(fit, names->pdata[i]);
    if (fit->len == 0)
        g_error("%s has no file of the kind %s", dir, kind);
    return g_strdup(fit->pdata[g_rand_int_range(rand, 0, (gint)fit->len)]);
}

/* Where: kept for the report. */
static char *
flip(GRand *rand, const char *dir, const char *kind)
{
    g_autofree char *name = pick(rand, dir, kind);
    g_autofree char *path = g_build_filename(dir, name, NULL);
    uint8_t byte = 0;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    off_t size = lseek(fd, 0, SEEK_END);

    if (size <= 0) {
        close(fd);
        return g_strdup_printf("%s is empty", name);
    }
    off_t at = (off_t)(g_rand_double(rand) * (double)size);
    int bit = g_rand_int_range(rand, 0, 8);
    if (pread(fd, &byte, 1, at) != 1)
        g_error("%s cannot be read", path);
    byte ^= (uint8_t)(1 << bit);
    if (pwrite(fd, &byte, 1, at) != 1 || close(fd) != 0)
        g_error("%s cannot be written", path);
    return g_strdup_printf("%s, byte %ld of %ld, bit %d", name, (long)at, (long)size, bit);
}

/* Runs @job in a process of its own; its status. */
static int
run(void (*job)(const char *dir), const char *dir)
{
    int status = 0;

    memset(verdict, 0, sizeof *verdict);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, STDERR_FILENO);
        alarm(300);
        job(dir);
        _exit(1);
    }
    if (waitpid(pid, &status, 0) != pid)
        g_error("a process of the test cannot be waited for");
    return status;
}

typedef struct {
    uint64_t flips, refused, told, cut, harmless;
    uint64_t wrong, crashed, silent;
} Sum;

static void
take_verdict(Sum *sum, int status, const char *where, uint64_t full)
{
    bool cut = verdict->opened && verdict->watermark < full;
    const char *bad = NULL;

    sum->flips++;
    if (status != 0) {
        sum->crashed++;
        bad = "crashed";
    } else if (!verdict->opened) {
        sum->refused++;
        bad = verdict->sentence[0] == '\0' ? "refused without a sentence" : NULL;
    } else if (verdict->wrong > 0) {
        sum->wrong++;
        bad = "wrong";
    } else if ((verdict->missing > 0 && verdict->damage == 0 && !verdict->told_cut)
               || (cut && !verdict->told_cut)) {
        sum->silent++;
        bad = cut ? "a log that was cut without a word" : "missing";
    } else if (cut) {
        sum->cut++;
    } else if (verdict->errors > 0 || verdict->damage > 0) {
        sum->told++;
    } else {
        sum->harmless++;
    }
    if (bad != NULL)
        printf("# %s: %s (status %d; %" G_GUINT64_FORMAT " wrong, %" G_GUINT64_FORMAT
               " missing, watermark %" G_GUINT64_FORMAT "; %s)\n",
               where, bad, status, verdict->wrong, verdict->missing, verdict->watermark,
               verdict->sentence);
}

static Sum
flip_all(const char *whole,
         const char *const *kinds,
         size_t n_kinds,
         unsigned flips,
         void (*job)(const char *),
         uint64_t full)
{
    guint32 seed = g_random_int();
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    Sum sum = {0};

    printf("# seed %u\n", seed);
    for (unsigned i = 0; i < flips; i++) {
        g_autofree char *dir = copy_folder(whole);
        g_autofree char *where = flip(rand, dir, kinds[i % n_kinds]);
        take_verdict(&sum, run(job, dir), where, full);
        remove_folder(dir);
    }
    return sum;
}

static int
report(int number, const char *of, const Sum *sum)
{
    bool ok = sum->wrong == 0 && sum->crashed == 0 && sum->silent == 0 && sum->flips > 0;

    printf("# figure: %" G_GUINT64_FORMAT " bits flipped in %s: %" G_GUINT64_FORMAT
           " refused at opening, %" G_GUINT64_FORMAT " told, %" G_GUINT64_FORMAT
           " cut the log and were told, %" G_GUINT64_FORMAT " harmless; %" G_GUINT64_FORMAT
           " wrong, %" G_GUINT64_FORMAT " silent, %" G_GUINT64_FORMAT " crashed\n",
           sum->flips, of, sum->refused, sum->told, sum->cut, sum->harmless, sum->wrong,
           sum->silent, sum->crashed);
    printf("%s %d - no bit that flips in %s gives a wrong value, a silent loss or a crash\n",
           ok ? "ok" : "not ok", number, of);
    return ok ? 0 : 1;
}

static void
judge_whole(const char *whole, void (*job)(const char *), uint64_t full)
{
    g_autofree char *dir = copy_folder(whole);
    int status = run(job, dir);

    if (status != 0 || !verdict->opened || verdict->wrong + verdict->missing + verdict->errors > 0
        || verdict->damage > 0 || verdict->told_cut || verdict->watermark != full)
        g_error("without a flip: status %d, watermark %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT
                " wrong, %" G_GUINT64_FORMAT " missing, %" G_GUINT64_FORMAT " errors; %s",
                status, verdict->watermark, verdict->wrong, verdict->missing, verdict->errors,
                verdict->sentence);
    remove_folder(dir);
}

static void
build_in(const char *dir)
{
    build((char *)dir);
}

static void
build_spool_in(const char *dir)
{
    build_spool((char *)dir);
}

int
main(int argc, char **argv)
{
    static const char *const store_kinds[] = {"sst",      "groups",  "sst", "groups",  "log",
                                              "MANIFEST", "CURRENT", "sst", "OPTIONS", "schema"};
    static const char *const spool_kinds[] = {"spool", "spool", "spool", "epoch"};
    unsigned flips = argc > 1 ? (unsigned)atoi(argv[1]) : 60;

    if (g_getenv("VICU_NIGHT") != NULL)
        flips = 1000;
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("1..2\n");
    verdict =
        mmap(NULL, sizeof *verdict, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    g_assert_true(verdict != MAP_FAILED);
    g_autofree char *store = make_folder();
    g_autofree char *spool = make_folder();
    if (run(build_in, store) != 0 || run(build_spool_in, spool) != 0)
        g_error("what is to be harmed cannot be made");
    judge_whole(store, judge, FRAMES);
    judge_whole(spool, judge_spool, 0);
    Sum of_store = flip_all(store, store_kinds, G_N_ELEMENTS(store_kinds), flips, judge, FRAMES);
    Sum of_spool = flip_all(spool, spool_kinds, G_N_ELEMENTS(spool_kinds), flips, judge_spool, 0);
    int bad = report(1, "a store", &of_store) + report(2, "a spool", &of_spool);
    remove_folder(store);
    remove_folder(spool);
    return bad > 0 ? 1 : 0;
}
