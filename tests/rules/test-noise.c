/* Beats in noise: real recordings, whole, with noise added 6 dB below the beats.
 *
 * Truth: the annotators of MIT-BIH record 100; for MIMIC record 03700181, one
 * lead, what is found in it without noise, of which a peer's detector saw all
 * but the beats it passed over.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "tests/rules/noise-fixture.h"
#include "tests/rules/rhythm-fixture.h"

#define SNR_DB 6.0

enum { LEADS = 2, STEP = 25 };

typedef struct {
    size_t n_leads, n;
    uint32_t fs;
    float *mv[LEADS];
    double qrs_mv[LEADS];
    RulesBeatMark *ref;
    size_t n_ref;
    int64_t start; /* the peer's learning time, in samples */
} Record;

static uint8_t *
load(const char *name, size_t *length)
{
    char *bytes = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(g_getenv("VICU_TEST_DATA"), "wfdb", name, NULL);
    g_file_get_contents(path, &bytes, length, &error);
    g_assert_no_error(error);
    return (uint8_t *)bytes;
}

/* Two 12-bit samples in three bytes (WFDB format 212). */
static int
sample_212(const uint8_t *bytes, size_t i)
{
    const uint8_t *b = bytes + i / 2 * 3;
    int v = i % 2 == 0 ? b[0] | (b[1] & 0x0f) << 8 : b[2] | (b[1] & 0xf0) << 4;
    return v > 2047 ? v - 4096 : v;
}

static Record
load_100(void)
{
    Record r = {.n_leads = 2, .n = 650000, .fs = 360, .qrs_mv = {1.3, 1.0}};
    size_t length = 0;
    g_autofree uint8_t *bytes = load("mitdb/100.dat", &length);
    g_assert_cmpuint(length, ==, r.n * 3);
    for (size_t c = 0; c < LEADS; c++) {
        r.mv[c] = g_new(float, r.n);
        for (size_t i = 0; i < r.n; i++)
            r.mv[c][i] = (float)(sample_212(bytes, 2 * i + c) - 1024) / 200;
    }
    r.ref = load_beats("bxb_reference_mitdb100.csv", &r.n_ref);
    g_assert_cmpuint(r.n_ref, ==, 2273);
    return r;
}

/* Annotations: 16-bit words, code in the upper 6 bits, samples since the one before. */
static void
load_peer(Record *r)
{
    size_t length = 0;
    g_autofree uint8_t *b = load("mimic/03700181.gqrsh", &length);
    r->ref = g_new0(RulesBeatMark, length / 2);
    int64_t t = 0;
    for (size_t i = 0; i + 1 < length; i += 2) {
        int word = b[i] | b[i + 1] << 8, code = word >> 10, value = word & 1023;
        if (word == 0)
            break;
        if (code == 59 && i + 5 < length) {
            uint32_t high = (uint32_t)(b[i + 2] | b[i + 3] << 8);
            t += (int32_t)(high << 16 | (uint32_t)(b[i + 4] | b[i + 5] << 8));
            i += 4;
        } else if (code == 63) {
            i += (size_t)((value + 1) & ~1);
        } else if (code < 60) {
            t += value;
            if (code == 1)
                r->ref[r->n_ref++] = (RulesBeatMark){t, 'N'};
        }
    }
}

static Record
load_03700181(void)
{
    Record r = {.n_leads = 1, .n = 300000, .fs = 500, .qrs_mv = {0.45}, .start = 1000};
    size_t length = 0;
    g_autofree uint8_t *bytes = load("mimic/03700181.dat", &length);
    g_assert_cmpuint(length, ==, r.n / 4 * 9);
    r.mv[0] = g_new(float, r.n);
    for (size_t i = 0; i < r.n; i++)
        r.mv[0][i] = (float)(sample_212(bytes, i / 4 * 6 + i % 4) / 2963.77);
    load_peer(&r);
    g_assert_cmpuint(r.n_ref, ==, 1150);
    return r;
}

static void
clear(Record *r)
{
    for (size_t c = 0; c < r->n_leads; c++)
        g_free(r->mv[c]);
    g_free(r->ref);
}

typedef struct {
    const Record *record;
    GArray *beats;
} Found;

static void
note(const RulesRhythmOut *out, gpointer user)
{
    Found *found = user;
    if (out->kind != RULES_RHYTHM_BEAT || out->code != code("QRS"))
        return;
    double at = (double)(out->t_us - T0_US) * found->record->fs / 1e6;
    RulesBeatMark mark = {.sample = (int64_t)llround(at), .type = out->type};
    g_array_append_val(found->beats, mark);
}

static GArray *
play(const Record *r, NoisyKind kind, uint64_t seed)
{
    static const char *const names[LEADS] = {"ECG_II", "ECG_V"};
    g_autoptr(RulesRhythm) rhythm = rules_rhythm_new();
    GArray *beats = g_array_new(FALSE, FALSE, sizeof(RulesBeatMark));
    Found found = {r, beats};
    float *mv[LEADS] = {NULL};
    for (size_t c = 0; c < r->n_leads; c++) {
        mv[c] = g_memdup2(r->mv[c], r->n * sizeof(float));
        noisy_add(mv[c], r->n, r->fs, kind, r->qrs_mv[c], SNR_DB, seed * 100 + c);
    }
    for (size_t i = 0; i < r->n; i += STEP) {
        for (size_t c = 0; c < r->n_leads; c++) {
            RulesRhythmStream s = stream(names[c], r->fs, 2000);
            int16_t raw[STEP];
            size_t n = MIN(STEP, r->n - i);
            for (size_t k = 0; k < n; k++) {
                float v = mv[c][i + k];
                raw[k] = isnan(v) ? -32768 : (int16_t)CLAMP(lroundf(v * 2000), -32767, 32767);
            }
            rules_rhythm_wave(rhythm, &s, i, raw, n);
        }
        rules_rhythm_tick(rhythm, T0_US + (int64_t)(i + STEP) * 1000000 / r->fs, note, &found);
    }
    int64_t end_us = T0_US + (int64_t)r->n * 1000000 / r->fs;
    rules_rhythm_tick(rhythm, end_us + RULES_RHYTHM_DELAY_US, note, &found);
    for (size_t c = 0; c < r->n_leads; c++)
        g_free(mv[c]);
    return beats;
}

static RulesBeatCounts
count(const Record *r, NoisyKind kind, uint64_t seed)
{
    g_autoptr(GArray) beats = play(r, kind, seed);
    return rules_beats_compare(r->ref, r->n_ref, (const RulesBeatMark *)(void *)beats->data,
                               beats->len, r->start, (int64_t)lround(0.150 * r->fs));
}

/* Se and +P, and how often a normal beat is called ventricular, all in percent. */
static void
judge(const Record *r, NoisyKind kind, uint64_t seed, double se_pp_min, double fpr_max)
{
    RulesBeatCounts c = count(r, kind, seed);
    double se = 100.0 * (double)c.qrs_tp / (double)(c.qrs_tp + c.qrs_fn);
    double pp = 100.0 * (double)c.qrs_tp / (double)(c.qrs_tp + c.qrs_fp);
    double fpr = 100.0 * (double)c.veb_fp / (double)r->n_ref;
    g_test_message("%s, seed %d: Se %.2f %%, +P %.2f %%, %d missed, %d extra; V: %d of %d, FPR "
                   "%.2f %%",
                   noisy_names[kind], (int)seed, se, pp, (int)c.qrs_fn, (int)c.qrs_fp,
                   (int)c.veb_tp, (int)(c.veb_tp + c.veb_fn), fpr);
    g_assert_cmpfloat(se, >=, se_pp_min);
    g_assert_cmpfloat(pp, >=, se_pp_min);
    g_assert_cmpfloat(fpr, <=, fpr_max);
}

static void
all_of_record_100_is_found_and_its_one_ventricular_beat(void)
{
    Record r = load_100();
    judge(&r, NOISY_CLEAN, 1, 99.9, 0);
    RulesBeatCounts c = count(&r, NOISY_CLEAN, 1);
    g_assert_cmpuint(c.veb_tp, ==, 1);
    g_assert_cmpuint(c.veb_fn, ==, 0);
    clear(&r);
}

static void
beats_of_record_100_are_found_in_noise(void)
{
    Record r = load_100();
    for (NoisyKind kind = NOISY_WANDER; kind < NOISY_KINDS; kind++)
        judge(&r, kind, 1, 95, 2);
    clear(&r);
}

static void
beats_of_a_single_lead_are_found_in_noise(void)
{
    Record r = load_03700181();
    RulesBeatCounts c = count(&r, NOISY_CLEAN, 1);
    g_test_message("%d of the peer's %d, and %d", (int)c.qrs_tp, (int)r.n_ref, (int)c.qrs_fp);
    g_assert_cmpuint(c.qrs_fn, <=, 1);
    GArray *beats = play(&r, NOISY_CLEAN, 1);
    g_free(r.ref);
    r.n_ref = beats->len;
    r.ref = (RulesBeatMark *)(void *)g_array_free(beats, FALSE);
    /* It cannot show the beats of the time in which it is away. */
    static const NoisyKind kinds[] = {NOISY_WANDER, NOISY_MUSCLE, NOISY_MOTION};
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        judge(&r, kinds[i], 2, 95, 2);
    clear(&r);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/noise/all_of_record_100_is_found_and_its_one_ventricular_beat",
                    all_of_record_100_is_found_and_its_one_ventricular_beat);
    g_test_add_func("/rules/noise/beats_of_record_100_are_found_in_noise",
                    beats_of_record_100_are_found_in_noise);
    g_test_add_func("/rules/noise/beats_of_a_single_lead_are_found_in_noise",
                    beats_of_a_single_lead_are_found_in_noise);
    return g_test_run();
}
