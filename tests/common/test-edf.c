/* EDF: what we write is read back by EDFlib, a foreign reader, and by our own;
 * headers that lie are refused with their place.
 *
 * EDFlib reads continuous files only; of one with gaps it tells that it is one.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/edf.h"
#include "common/error.h"

#if VICU_HAVE_EDFLIB
#include <edflib.h>
#endif

#define RECORDS 5
#define RATE    360

typedef struct {
    char *dir, *path;
} Fixture;

static void
set_up(Fixture *f, gconstpointer unused)
{
    (void)unused;
    f->dir = g_dir_make_tmp("vicu-edf-XXXXXX", NULL);
    f->path = g_build_filename(f->dir, "x.edf", NULL);
}

static void
tear_down(Fixture *f, gconstpointer unused)
{
    (void)unused;
    g_unlink(f->path);
    g_rmdir(f->dir);
    g_free(f->dir);
    g_free(f->path);
}

static int16_t
sample_of(size_t signal, int64_t i)
{
    return (int16_t)((i * 37 + (int64_t)signal * 1000) % 4001 - 2000);
}

/* Two signals, 360 and 125 Hz; a gap of a second in front of record 3 if there are gaps. */
static int64_t
onset_us(int64_t record, gboolean gaps)
{
    return 250000 + (record + (gaps && record >= 3)) * G_USEC_PER_SEC;
}

static void
write_file(const char *path, gboolean gaps)
{
    VicuEdfSignal signal[2] = {
        {.label = "ECG II",
         .unit = "mV",
         .transducer = "vicu gain 200 baseline 1024",
         .physical_min = -155.115,
         .physical_max = 158.715,
         .digital_min = -29999,
         .digital_max = 32767,
         .samples = RATE},
        {.label = "ABP",
         .unit = "mmHg",
         .physical_min = -20,
         .physical_max = 300,
         .digital_min = -2048,
         .digital_max = 2047,
         .samples = 125},
    };
    const VicuEdfHeader h = {.patient = "X X X X",
                             .recording = "Startdate 31-JAN-2026 X X X",
                             .start_us = INT64_C(1769846400000000),
                             .discontinuous = gaps,
                             .duration_num = 1,
                             .duration_den = 1,
                             .n_signals = 2,
                             .signal = signal};
    int16_t samples[RATE + 125];
    g_autoptr(GError) error = NULL;
    g_autoptr(VicuEdfWriter) writer = vicu_edf_writer_new(path, &h, 256, &error);

    g_assert_no_error(error);
    for (int64_t r = 0; r < RECORDS; r++) {
        for (int64_t i = 0; i < RATE; i++)
            samples[i] = sample_of(0, r * RATE + i);
        for (int64_t i = 0; i < 125; i++)
            samples[RATE + i] = sample_of(1, r * 125 + i);
        if (r == 2)
            g_assert_true(vicu_edf_writer_annotate(writer, 1750000, 500000, "lead off"));
        g_assert_true(vicu_edf_writer_record(writer, onset_us(r, gaps), samples, &error));
        g_assert_no_error(error);
    }
    g_assert_true(vicu_edf_writer_finish(writer, &error));
    g_assert_no_error(error);
}

static void
on_annotation(int64_t onset, int64_t duration, const char *text, gpointer user)
{
    int *n = user;

    g_assert_cmpint(onset, ==, 1750000);
    g_assert_cmpint(duration, ==, 500000);
    g_assert_cmpstr(text, ==, "lead off");
    (*n)++;
}

static void
read_back(const char *path, gboolean gaps)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VicuEdfReader) reader = vicu_edf_reader_open(path, &error);
    int annotations = 0;

    g_assert_no_error(error);
    const VicuEdfHeader *h = vicu_edf_reader_header(reader);
    g_assert_cmpint(vicu_edf_reader_records(reader), ==, RECORDS);
    g_assert_cmpuint(h->n_signals, ==, 3);
    g_assert_true(h->plus);
    g_assert_cmpint(h->discontinuous, ==, gaps);
    g_assert_cmpint(h->start_us, ==, INT64_C(1769846400000000));
    g_assert_cmpstr(h->signal[0].label, ==, "ECG II");
    g_assert_cmpfloat(h->signal[0].physical_max, ==, 158.715);
    for (int64_t r = 0; r < RECORDS; r++) {
        const uint8_t *record = vicu_edf_reader_record(reader, r, &error);
        int64_t begun = 0;
        g_assert_no_error(error);
        g_assert_cmpint(vicu_edf_reader_onset_us(reader, r), ==, onset_us(r, gaps));
        for (uint32_t i = 0; i < RATE; i++)
            g_assert_cmpint(vicu_edf_sample(record, &h->signal[0], i), ==,
                            sample_of(0, r * RATE + i));
        for (uint32_t i = 0; i < 125; i++)
            g_assert_cmpint(vicu_edf_sample(record, &h->signal[1], i), ==,
                            sample_of(1, r * 125 + i));
        g_assert_true(vicu_edf_annotations_parse("x", record + h->signal[2].offset, 256, &begun,
                                                 on_annotation, &annotations, &error));
        g_assert_cmpint(begun, ==, onset_us(r, gaps));
    }
    g_assert_cmpint(annotations, ==, 1);
}

static void
what_is_written_is_read_back(Fixture *f, gconstpointer unused)
{
    (void)unused;
    write_file(f->path, FALSE);
    read_back(f->path, FALSE);
}

static void
gaps_are_read_back(Fixture *f, gconstpointer unused)
{
    (void)unused;
    write_file(f->path, TRUE);
    read_back(f->path, TRUE);
}

/* ---- the foreign reader ---- */

static void
edflib_reads_the_same(Fixture *f, gconstpointer unused)
{
    (void)unused;
#if VICU_HAVE_EDFLIB
    struct edf_hdr_struct h;
    int buffer[RECORDS * RATE];
    struct edf_annotation_struct annotation;

    write_file(f->path, FALSE);
    if (edfopen_file_readonly(f->path, &h, EDFLIB_READ_ALL_ANNOTATIONS) != 0)
        g_error("EDFlib refuses the file: %d", h.filetype);
    g_assert_cmpint(h.filetype, ==, EDFLIB_FILETYPE_EDFPLUS);
    g_assert_cmpint(h.edfsignals, ==, 2);
    g_assert_cmpint((int)h.datarecords_in_file, ==, RECORDS);
    g_assert_cmpint(h.startdate_year, ==, 2026);
    g_assert_cmpint(h.startdate_month, ==, 1);
    g_assert_cmpint(h.startdate_day, ==, 31);
    g_assert_cmpint(h.starttime_hour, ==, 8);
    g_assert_cmpint((int)h.starttime_subsecond, ==, 2500000); /* 100 ns */
    g_assert_cmpint(h.signalparam[0].dig_min, ==, -29999);
    g_assert_cmpfloat(h.signalparam[0].phys_max, ==, 158.715);
    g_assert_nonnull(strstr(h.signalparam[0].label, "ECG II"));
    g_assert_cmpint(edfread_digital_samples(h.handle, 0, RECORDS * RATE, buffer), ==,
                    RECORDS * RATE);
    for (int64_t i = 0; i < RECORDS * RATE; i++)
        g_assert_cmpint(buffer[i], ==, sample_of(0, i));
    g_assert_cmpint(edfread_digital_samples(h.handle, 1, RECORDS * 125, buffer), ==, RECORDS * 125);
    for (int64_t i = 0; i < RECORDS * 125; i++)
        g_assert_cmpint(buffer[i], ==, sample_of(1, i));
    g_assert_cmpint((int)h.annotations_in_file, ==, 1);
    g_assert_cmpint(edf_get_annotation(h.handle, 0, &annotation), ==, 0);
    g_assert_cmpstr(annotation.annotation, ==, "lead off");
    edfclose_file(h.handle);
#else
    (void)f;
    g_test_skip("EDFlib is not installed");
#endif
}

static void
edflib_knows_a_file_with_gaps_for_one(Fixture *f, gconstpointer unused)
{
    (void)unused;
#if VICU_HAVE_EDFLIB
    struct edf_hdr_struct h;

    write_file(f->path, TRUE);
    g_assert_cmpint(edfopen_file_readonly(f->path, &h, EDFLIB_READ_ALL_ANNOTATIONS), ==, -1);
    g_assert_cmpint(h.filetype, ==, EDFLIB_FILE_IS_DISCONTINUOUS);
#else
    (void)f;
    g_test_skip("EDFlib is not installed");
#endif
}

/* ---- what is refused ---- */

static void
refuse(Fixture *f, size_t at, const char *bytes, const char *part)
{
    g_autoptr(GError) error = NULL;

    write_file(f->path, FALSE);
    FILE *file = fopen(f->path, "r+be");
    g_assert_cmpint(fseek(file, (long)at, SEEK_SET), ==, 0);
    fputs(bytes, file);
    fclose(file);
    g_assert_null(vicu_edf_reader_open(f->path, &error));
    g_assert_nonnull(error);
    if (strstr(error->message, part) == NULL)
        g_error("'%s' does not say '%s'", error->message, part);
}

static void
a_header_that_lies_is_refused_with_its_place(Fixture *f, gconstpointer unused)
{
    (void)unused;
    refuse(f, 0, "1", "byte 0");
    refuse(f, 168, "99", "byte 168");
    refuse(f, 184, "512     ", "byte 184");
    refuse(f, 236, "6       ", "the header says 6 records");
    refuse(f, 244, "0       ", "a record lasts 0 s");
    refuse(f, 244, "1e3     ", "byte 244");
    refuse(f, 252, "999 ", "byte 252");
    refuse(f, 256 + 3 * (16 + 80 + 8), "nothing ", "physical minimum");
    refuse(f, 256 + 3 * (16 + 80 + 8 + 16), "32767   ", "no gain follows");
}

static void
a_file_cut_short_is_refused(Fixture *f, gconstpointer unused)
{
    g_autoptr(GError) error = NULL;

    (void)unused;
    write_file(f->path, FALSE);
    g_assert_cmpint(truncate(f->path, 4000), ==, 0);
    g_assert_null(vicu_edf_reader_open(f->path, &error));
    g_assert_nonnull(strstr(error->message, "cut short"));
}

static void
bdf_is_refused_by_name(Fixture *f, gconstpointer unused)
{
    uint8_t bytes[256] = {0xff, 'B', 'I', 'O', 'S', 'E', 'M', 'I'};
    g_autoptr(GError) error = NULL;

    (void)f, (void)unused;
    g_assert_null(vicu_edf_header_parse("x.bdf", bytes, sizeof bytes, &error));
    g_assert_nonnull(strstr(error->message, "24 bits"));
}

static void
numbers_fit_eight_characters_or_are_refused(Fixture *f, gconstpointer unused)
{
    char text[9];

    (void)f, (void)unused;
    g_assert_true(vicu_edf_number(-168.955, text));
    g_assert_cmpstr(text, ==, "-168.955");
    g_assert_true(vicu_edf_number(13.969173, text));
    g_assert_cmpuint(strlen(text), <=, 8);
    g_assert_true(vicu_edf_number(0, text));
    g_assert_false(vicu_edf_number(-123456789, text));
    g_assert_false(vicu_edf_number(0.00000123, text));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name) g_test_add("/common/edf/" #name, Fixture, NULL, set_up, name, tear_down)
    TEST(what_is_written_is_read_back);
    TEST(gaps_are_read_back);
    TEST(edflib_reads_the_same);
    TEST(edflib_knows_a_file_with_gaps_for_one);
    TEST(a_header_that_lies_is_refused_with_its_place);
    TEST(a_file_cut_short_is_refused);
    TEST(bdf_is_refused_by_name);
    TEST(numbers_fit_eight_characters_or_are_refused);
    return g_test_run();
}
