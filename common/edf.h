/* EDF and EDF+ files: header, data records, annotations; read and written.
 *
 * The format is that of "A simple format for exchange of digitized polygraphic
 * recordings" (Kemp 1992) and of its extension EDF+ (Kemp, Olivan 2003):
 * continuous (EDF+C) and with gaps (EDF+D). BDF is not read.
 *
 * Parsing is pure: bytes in, values out, every field bounded before it is
 * believed; an error names the file and the byte. A reader holds one record and
 * 8 bytes for each; a writer one record. One owner thread.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <glib.h>

G_BEGIN_DECLS

#define VICU_EDF_MAX_SIGNALS      256
#define VICU_EDF_MAX_RECORD_BYTES (16u << 20)
#define VICU_EDF_MAX_RECORDS      (INT64_C(1) << 32)
#define VICU_EDF_MAX_ANNOTATION   4096 /* bytes of one text */

typedef struct {
    char label[17]; /* trimmed, as the file says it */
    char transducer[81];
    char unit[9];
    char prefilter[81];
    double physical_min; /* of digital_min */
    double physical_max;
    int32_t digital_min;
    int32_t digital_max;
    uint32_t samples;     /* in one record */
    gboolean annotations; /* "EDF Annotations": no samples */
    size_t offset;        /* bytes from the record's beginning */
} VicuEdfSignal;

typedef struct {
    char patient[81];
    char recording[81];
    int64_t start_us; /* as the file says it, taken as UTC; whole seconds */
    gboolean plus;
    gboolean discontinuous;
    int64_t n_records;     /* -1: the header does not say */
    uint32_t duration_num; /* of a record, seconds, exact; 0: annotations only */
    uint32_t duration_den;
    size_t n_signals;
    VicuEdfSignal *signal;
    size_t header_bytes;
    size_t record_bytes;
} VicuEdfHeader;

/* @bytes may hold more than the header. @what names the file in errors. */
VicuEdfHeader *
vicu_edf_header_parse(const char *what, const uint8_t *bytes, size_t n, GError **error);
void vicu_edf_header_free(VicuEdfHeader *self);

/* One annotation of a record: microseconds from the file's start; @duration_us
 * is -1 where none is said. @text is UTF-8. */
typedef void (*VicuEdfAnnotation)(int64_t onset_us,
                                  int64_t duration_us,
                                  const char *text,
                                  gpointer user);

/* The annotations signal of one record. The first, empty one says when the record
 * began: @record_us (untouched where there is none). @func may be NULL. */
gboolean vicu_edf_annotations_parse(const char *what,
                                    const uint8_t *bytes,
                                    size_t n,
                                    int64_t *record_us,
                                    VicuEdfAnnotation func,
                                    gpointer user,
                                    GError **error);

/* ---- reading ---- */

typedef struct VicuEdfReader VicuEdfReader;

/* Reads the beginning of every record of an EDF+ file, and refuses one that is
 * shorter or longer than its header says. */
VicuEdfReader *vicu_edf_reader_open(const char *path, GError **error);
void vicu_edf_reader_free(VicuEdfReader *self);

const VicuEdfHeader *vicu_edf_reader_header(const VicuEdfReader *self);
int64_t vicu_edf_reader_records(const VicuEdfReader *self);
/* When record @i began, microseconds from the file's start. */
int64_t vicu_edf_reader_onset_us(const VicuEdfReader *self, int64_t i);
/* One whole record, borrowed until the next call; NULL on error. */
const uint8_t *vicu_edf_reader_record(VicuEdfReader *self, int64_t i, GError **error);

static inline int16_t
vicu_edf_sample(const uint8_t *record, const VicuEdfSignal *signal, size_t i)
{
    const uint8_t *at = record + signal->offset + 2 * i;

    return (int16_t)(at[0] | at[1] << 8);
}

/* ---- writing ---- */

typedef struct VicuEdfWriter VicuEdfWriter;

/* Always EDF+. @header: everything but offsets, sizes and the number of records;
 * the annotations signal (@annotation_bytes in each record) is added behind the
 * others. Refuses a text or number that its field cannot hold. */
VicuEdfWriter *vicu_edf_writer_new(const char *path,
                                   const VicuEdfHeader *header,
                                   size_t annotation_bytes,
                                   GError **error);
/* Closes the file as it is: incomplete unless _finish() has returned TRUE. */
void vicu_edf_writer_free(VicuEdfWriter *self);

/* Of the record that comes next; FALSE: no room in it, try the one after. */
gboolean vicu_edf_writer_annotate(VicuEdfWriter *self,
                                  int64_t onset_us,
                                  int64_t duration_us,
                                  const char *text);
/* Room for an annotation of @text beside what was said already. */
gboolean vicu_edf_writer_fits(const VicuEdfWriter *self, const char *text);

/* @samples: those of the first signal, then of the second, and so on. */
gboolean vicu_edf_writer_record(VicuEdfWriter *self,
                                int64_t onset_us,
                                const int16_t *samples,
                                GError **error);
/* Number of records into the header, synced. */
gboolean vicu_edf_writer_finish(VicuEdfWriter *self, GError **error);

/* @value in at most 8 characters, the nearest that fits; FALSE: none within 1/2000. */
gboolean vicu_edf_number(double value, char out[9]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuEdfHeader, vicu_edf_header_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuEdfReader, vicu_edf_reader_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VicuEdfWriter, vicu_edf_writer_free)

G_END_DECLS
