/* Sheets. See sheets.h.
 *
 * Pixels lie in one texture buffer, sheet behind sheet, and are fetched by number: no atlas, no
 * sampler, the same arithmetic on every driver.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/gl/sheets.h"

#include <stddef.h>
#include <string.h>

#include <epoxy/gl.h>

#include "common/error.h"
#include "dashboard/gl/program.h"

/* One rectangle for the shader. */
typedef struct {
    float origin[3];
    float step[2];
    int32_t source[4]; /* its first pixel, pixels a row, width, height */
    int32_t view;
} Instance;

typedef struct {
    GLuint program;
    GLint matrix;
    GLint view;
    GLint red_first;
} Program;

typedef struct {
    GLuint framebuffer;
    GLuint pixels;
    int w;
    int h;
} Target;

struct DashSheets {
    Program programs[DASH_N_SHEETS];
    Target targets[DASH_N_SHEETS];
    GLuint borrowed; /* a framebuffer for somebody else's texture */
    bool red_first;
    GLuint array;
    GLuint instances;
    GLuint buffer;
    GLuint texture;
    GLsizei n;
    GLint side_max;
    GLint pixels_max;
    DashSheetsKind kind; /* of the picture begun */
};

static const char vertex_text[] =
    "#version 330 core\n"
    "layout(location = 0) in vec3 origin;\n"
    "layout(location = 1) in vec2 unit;\n"
    "layout(location = 2) in ivec4 source;\n"
    "layout(location = 3) in int only;\n"
    "uniform mat4 matrix;\n"
    "uniform int view;\n"
    "out vec2 texel;\n"
    "flat out ivec4 from;\n"
    "flat out float depth;\n"
    "void main()\n"
    "{\n"
    "    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);\n"
    /* One triangle around the sheet and its soft edge: two have a seam along which places are off
     * by 64ths of a pixel. */
    "    texel = 2.0 * corner * (vec2(source.zw) + 2.0) - 1.0;\n"
    "    from = source;\n"
    "    depth = origin.z;\n"
    "    vec2 at = origin.xy + vec2(1.0, -1.0) * texel * unit;\n"
    "    gl_Position = only < 0 || only == view ? matrix * vec4(at, origin.z, 1.0)\n"
    "                                           : vec4(2.0, 2.0, 2.0, 1.0);\n"
    "}\n";

#define FETCH                                                                                      \
    "#version 330 core\n"                                                                          \
    "uniform usamplerBuffer pixels;\n"                                                             \
    "in vec2 texel;\n"                                                                             \
    "flat in ivec4 from;\n"                                                                        \
    "flat in float depth;\n"                                                                       \
    "uniform bool red_first;\n"                                                                    \
    "out vec4 colour;\n"                                                                           \
    "vec4 fetch(ivec2 at)\n"                                                                       \
    "{\n"                                                                                          \
    "    if (any(lessThan(at, ivec2(0))) || any(greaterThanEqual(at, from.zw)))\n"                 \
    "        return vec4(0.0);\n"                                                                  \
    "    uint p = texelFetch(pixels, from.x + at.y * from.y + at.x).r;\n"                          \
    "    return vec4(p & 255u, p >> 8 & 255u, p >> 16 & 255u, p >> 24) / 255.0;\n"                 \
    "}\n"

/* Blue, green, red, alpha: read back as they lie, they are the pixels of a surface. */
static const char colour_text[] =
    FETCH "void main()\n"
          "{\n"
          "    vec2 at = floor((texel - 0.5) * 256.0 + 0.5) / 256.0;\n"
          "    ivec2 whole = ivec2(floor(at));\n"
          "    vec2 part = at - vec2(whole);\n"
          "    colour = fetch(whole);\n"
          "    if (part.x > 0.0)\n"
          "        colour = mix(colour, fetch(whole + ivec2(1, 0)), part.x);\n"
          "    if (part.y > 0.0) {\n"
          "        vec4 below = mix(fetch(whole + ivec2(0, 1)), fetch(whole + ivec2(1, 1)), "
          "part.x);\n"
          "        colour = mix(colour, below, part.y);\n"
          "    }\n"
          "    if (red_first)\n"
          "        colour = colour.bgra;\n"
          "}\n";

static const char depth_text[] = FETCH "void main()\n"
                                       "{\n"
                                       "    if (fetch(ivec2(floor(texel))).a < 127.5 / 255.0)\n"
                                       "        discard;\n"
                                       "    colour = vec4(depth);\n"
                                       "}\n";

/* ---- what is made once ---- */

static bool
make_program(Program *self, const char *fragment, GError **error)
{
    self->program = dash_program_new(vertex_text, fragment, error);
    if (self->program == 0)
        return false;
    self->matrix = glGetUniformLocation(self->program, "matrix");
    self->view = glGetUniformLocation(self->program, "view");
    self->red_first = glGetUniformLocation(self->program, "red_first");
    glUseProgram(self->program);
    glUniform1i(glGetUniformLocation(self->program, "pixels"), 0);
    return true;
}

static void
describe_instances(void)
{
    for (GLuint i = 0; i < 4; i++) {
        glEnableVertexAttribArray(i);
        glVertexAttribDivisor(i, 1);
    }
    glVertexAttribPointer(0, 3, GL_FLOAT, GL_FALSE, sizeof(Instance),
                          (const void *)offsetof(Instance, origin));
    glVertexAttribPointer(1, 2, GL_FLOAT, GL_FALSE, sizeof(Instance),
                          (const void *)offsetof(Instance, step));
    glVertexAttribIPointer(2, 4, GL_INT, sizeof(Instance),
                           (const void *)offsetof(Instance, source));
    glVertexAttribIPointer(3, 1, GL_INT, sizeof(Instance), (const void *)offsetof(Instance, view));
}

DashSheets *
dash_sheets_new(GError **error)
{
    g_autoptr(DashSheets) self = g_new0(DashSheets, 1);
    GLint render = 0, view[2] = {0, 0};

    if (!make_program(&self->programs[DASH_SHEETS_COLOUR], colour_text, error)
        || !make_program(&self->programs[DASH_SHEETS_DEPTH], depth_text, error))
        return NULL;
    glGetIntegerv(GL_MAX_RENDERBUFFER_SIZE, &render);
    glGetIntegerv(GL_MAX_VIEWPORT_DIMS, view);
    glGetIntegerv(GL_MAX_TEXTURE_BUFFER_SIZE, &self->pixels_max);
    self->side_max = MIN(render, MIN(view[0], view[1]));
    glGenFramebuffers(1, &self->borrowed);
    glGenVertexArrays(1, &self->array);
    glGenBuffers(1, &self->instances);
    glGenBuffers(1, &self->buffer);
    glGenTextures(1, &self->texture);
    glBindVertexArray(self->array);
    glBindBuffer(GL_ARRAY_BUFFER, self->instances);
    describe_instances();
    return g_steal_pointer(&self);
}

void
dash_sheets_free(DashSheets *self)
{
    if (self == NULL)
        return;
    for (unsigned i = 0; i < DASH_N_SHEETS; i++) {
        glDeleteProgram(self->programs[i].program);
        glDeleteFramebuffers(1, &self->targets[i].framebuffer);
        glDeleteRenderbuffers(1, &self->targets[i].pixels);
    }
    glDeleteFramebuffers(1, &self->borrowed);
    glDeleteVertexArrays(1, &self->array);
    glDeleteBuffers(1, &self->instances);
    glDeleteBuffers(1, &self->buffer);
    glDeleteTextures(1, &self->texture);
    g_free(self);
}

/* The driver's word on all since the last time. */
static bool
went_well(const char *what, GError **error)
{
    GLenum said = glGetError(), first = said;

    while (said != GL_NO_ERROR)
        said = glGetError();
    if (first == GL_NO_ERROR)
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED, "OpenGL: %s: %s (0x%x)", what,
                first == GL_OUT_OF_MEMORY ? "out of the graphics processor's memory"
                                          : "the driver refuses it",
                first);
    return false;
}

/* ---- a frame ---- */

static bool
is_same_picture(const DashSheet *a, const DashSheet *b)
{
    return a->pixels == b->pixels && a->stride == b->stride && a->w == b->w && a->h == b->h;
}

/* Where each sheet's pixels begin; a picture that several show lies there once. @of gets the sheet
 * whose pixels are copied to there. Returns how many pixels there are in all. */
static int64_t
lay_out(const DashSheet *sheets, size_t n, Instance *instances, bool *copies)
{
    g_autoptr(GHashTable) first = g_hash_table_new(NULL, NULL);
    int64_t all = 0;

    for (size_t i = 0; i < n; i++) {
        const DashSheet *s = &sheets[i];
        size_t like = GPOINTER_TO_SIZE(g_hash_table_lookup(first, s->pixels));
        bool same = like > 0 && is_same_picture(s, &sheets[like - 1]);
        int32_t at = same ? instances[like - 1].source[0] : (int32_t)MIN(all, INT32_MAX);
        instances[i] = (Instance){.origin = {s->x, s->y, s->z},
                                  .step = {s->step_x, s->step_y},
                                  .source = {at, s->w, s->w, s->h},
                                  .view = s->view};
        copies[i] = !same;
        if (same)
            continue;
        g_hash_table_insert(first, (gpointer)s->pixels, GSIZE_TO_POINTER(i + 1));
        all += (int64_t)s->w * s->h;
    }
    return all;
}

static void
copy_pixels(const DashSheet *sheets, size_t n, const bool *copies, uint32_t *to)
{
    for (size_t i = 0; i < n; i++)
        for (int y = 0; copies[i] && y < sheets[i].h; y++, to += sheets[i].w)
            memcpy(to, sheets[i].pixels + (size_t)y * (size_t)sheets[i].stride,
                   sizeof *to * (size_t)sheets[i].w);
}

bool
dash_sheets_load(DashSheets *self, const DashSheet *sheets, size_t n, GError **error)
{
    g_autofree Instance *instances = g_new(Instance, MAX(n, 1));
    g_autofree bool *copies = g_new(bool, MAX(n, 1));
    int64_t pixels = lay_out(sheets, n, instances, copies);
    GLsizeiptr bytes = (GLsizeiptr)MAX(pixels, 1) * (GLsizeiptr)sizeof(uint32_t);

    if (pixels > self->pixels_max) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED,
                    "OpenGL: %" G_GINT64_FORMAT " pixels of a scene, the driver takes %d: ask for "
                    "a smaller picture, or for sprites (--path sprites)",
                    pixels, self->pixels_max);
        return false;
    }
    glBindBuffer(GL_TEXTURE_BUFFER, self->buffer);
    glBufferData(GL_TEXTURE_BUFFER, bytes, NULL, GL_STREAM_DRAW);
    uint32_t *to = glMapBufferRange(GL_TEXTURE_BUFFER, 0, bytes,
                                    GL_MAP_WRITE_BIT | GL_MAP_INVALIDATE_BUFFER_BIT);
    if (to != NULL) {
        copy_pixels(sheets, n, copies, to);
        glUnmapBuffer(GL_TEXTURE_BUFFER);
    }
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_BUFFER, self->texture);
    glTexBuffer(GL_TEXTURE_BUFFER, GL_R32UI, self->buffer);
    glBindBuffer(GL_ARRAY_BUFFER, self->instances);
    glBufferData(GL_ARRAY_BUFFER, (GLsizeiptr)(n * sizeof *instances), instances, GL_STREAM_DRAW);
    self->n = (GLsizei)n;
    return went_well("loading a scene", error);
}

/* The picture of this kind, of this size. */
static bool
make_target(DashSheets *self, Target *target, int w, int h, GError **error)
{
    if (target->framebuffer != 0 && target->w == w && target->h == h)
        return true;
    if (target->framebuffer == 0) {
        glGenFramebuffers(1, &target->framebuffer);
        glGenRenderbuffers(1, &target->pixels);
    }
    target->w = target->h = 0;
    glBindRenderbuffer(GL_RENDERBUFFER, target->pixels);
    glRenderbufferStorage(GL_RENDERBUFFER, self->kind == DASH_SHEETS_DEPTH ? GL_R32F : GL_RGBA8, w,
                          h);
    glBindFramebuffer(GL_FRAMEBUFFER, target->framebuffer);
    glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER,
                              target->pixels);
    g_autofree char *what = g_strdup_printf("a picture of %d x %d", w, h);
    if (!went_well(what, error))
        return false;
    if (glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED, "OpenGL: %s: not to be drawn to", what);
        return false;
    }
    target->w = w;
    target->h = h;
    return true;
}

static void
prepare(DashSheets *self, GLuint framebuffer)
{
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
    glDisable(GL_SCISSOR_TEST);
    glDisable(GL_DEPTH_TEST);
    glDisable(GL_CULL_FACE);
    glBindVertexArray(self->array);
    glActiveTexture(GL_TEXTURE0);
    glBindTexture(GL_TEXTURE_BUFFER, self->texture);
    glUseProgram(self->programs[self->kind].program);
    glColorMask(GL_TRUE, GL_TRUE, GL_TRUE, GL_TRUE);
    if (self->kind == DASH_SHEETS_COLOUR)
        glEnable(GL_BLEND);
    else
        glDisable(GL_BLEND);
    glBlendFunc(GL_ONE, GL_ONE_MINUS_SRC_ALPHA);
}

bool
dash_sheets_begin(DashSheets *self, DashSheetsKind kind, int w, int h, GError **error)
{
    self->kind = kind;
    if (w < 1 || h < 1 || w > self->side_max || h > self->side_max) {
        g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED,
                    "OpenGL: a picture of %d x %d is outside 1..%d: ask for a smaller one, or for "
                    "sprites (--path sprites)",
                    w, h, self->side_max);
        return false;
    }
    if (!make_target(self, &self->targets[kind], w, h, error))
        return false;
    self->red_first = false;
    prepare(self, self->targets[kind].framebuffer);
    glClearColor(0, 0, 0, kind == DASH_SHEETS_COLOUR ? 1 : 0);
    glClear(GL_COLOR_BUFFER_BIT);
    return true;
}

bool
dash_sheets_begin_texture(DashSheets *self, unsigned texture, GError **error)
{
    self->kind = DASH_SHEETS_COLOUR;
    self->red_first = true;
    prepare(self, self->borrowed);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
    glDisable(GL_FRAMEBUFFER_SRGB); /* its bytes are sRGB already */
    if (glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE)
        return true;
    g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED,
                "OpenGL: texture %u of the runtime is not to be drawn to", texture);
    return false;
}

bool
dash_sheets_end_texture(DashSheets *self, GError **error)
{
    (void)self;
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, 0, 0);
    glFlush();
    return went_well("drawing a picture", error);
}

void
dash_sheets_draw(DashSheets *self, const float matrix[16], int view, DashRect rect, uint32_t back)
{
    const Program *program = &self->programs[self->kind];

    glViewport(rect.x, rect.y, rect.w, rect.h);
    glScissor(rect.x, rect.y, rect.w, rect.h);
    glEnable(GL_SCISSOR_TEST);
    if (self->kind == DASH_SHEETS_COLOUR) {
        glColorMask(GL_TRUE, GL_TRUE, GL_TRUE, GL_TRUE);
        float low = (float)(back & 255) / 255, high = (float)(back >> 16 & 255) / 255;
        glClearColor(self->red_first ? high : low, (float)(back >> 8 & 255) / 255,
                     self->red_first ? low : high, 1);
        glClear(GL_COLOR_BUFFER_BIT);
        glColorMask(GL_TRUE, GL_TRUE, GL_TRUE, GL_FALSE); /* what is opaque stays so */
    }
    glUniformMatrix4fv(program->matrix, 1, GL_FALSE, matrix);
    glUniform1i(program->view, view);
    glUniform1i(program->red_first, self->red_first);
    glDrawArraysInstanced(GL_TRIANGLES, 0, 3, self->n);
}

bool
dash_sheets_read(DashSheets *self, int x, int y, const DashSurface *out, GError **error)
{
    g_assert(self->kind == DASH_SHEETS_COLOUR);
    glPixelStorei(GL_PACK_ROW_LENGTH, out->stride);
    glReadPixels(x, y, out->w, out->h, GL_RGBA, GL_UNSIGNED_INT_8_8_8_8_REV, out->pixels);
    return went_well("drawing a picture", error);
}

bool
dash_sheets_read_depth(DashSheets *self, int w, int h, float *out, GError **error)
{
    g_assert(self->kind == DASH_SHEETS_DEPTH);
    glPixelStorei(GL_PACK_ROW_LENGTH, 0);
    glReadPixels(0, 0, w, h, GL_RED, GL_FLOAT, out);
    return went_well("drawing depth", error);
}
