/* A keyboard on the display of a test. The libraries are opened where they are: nothing
 * is built against them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "tests/dashboard/display.h"

typedef struct {
    void *x11, *xtst;
    void *(*open)(const char *name);
    int (*close)(void *display);
    int (*sync)(void *display, int discard);
    unsigned long (*symbol)(const char *name);
    unsigned char (*code)(void *display, unsigned long symbol);
    int (*key)(void *display, unsigned code, int down, unsigned long delay_ms);
    int (*button)(void *display, unsigned button, int down, unsigned long delay_ms);
    int (*motion)(void *display, int screen, int x, int y, unsigned long delay_ms);
} Library;

static void *
find(void *library, const char *name)
{
    return library ? dlsym(library, name) : NULL;
}

static gboolean
open_library(Library *lib)
{
    lib->x11 = dlopen("libX11.so.6", RTLD_LAZY);
    lib->xtst = dlopen("libXtst.so.6", RTLD_LAZY);
    /* POSIX lets a pointer of dlsym() be a function; ISO C has no word for it. */
    *(void **)&lib->open = find(lib->x11, "XOpenDisplay");
    *(void **)&lib->close = find(lib->x11, "XCloseDisplay");
    *(void **)&lib->sync = find(lib->x11, "XSync");
    *(void **)&lib->symbol = find(lib->x11, "XStringToKeysym");
    *(void **)&lib->code = find(lib->x11, "XKeysymToKeycode");
    *(void **)&lib->key = find(lib->xtst, "XTestFakeKeyEvent");
    *(void **)&lib->button = find(lib->xtst, "XTestFakeButtonEvent");
    *(void **)&lib->motion = find(lib->xtst, "XTestFakeMotionEvent");
    return lib->open && lib->close && lib->sync && lib->symbol && lib->code && lib->key
           && lib->button && lib->motion;
}

static void
press(const Library *lib, void *display, const char *name, gboolean shift, gboolean ctrl)
{
    unsigned code = lib->code(display, lib->symbol(name));
    unsigned shift_code = lib->code(display, lib->symbol("Shift_L"));
    unsigned ctrl_code = lib->code(display, lib->symbol("Control_L"));
    g_assert_cmpuint(code, !=, 0);
    if (ctrl)
        lib->key(display, ctrl_code, 1, 0);
    if (shift)
        lib->key(display, shift_code, 1, 0);
    lib->key(display, code, 1, 0);
    lib->key(display, code, 0, 0);
    if (shift)
        lib->key(display, shift_code, 0, 0);
    if (ctrl)
        lib->key(display, ctrl_code, 0, 0);
}

typedef void (*Playing)(const Library *lib, void *display, const char *what);

static gboolean
play(const char *display_name, const char *what, Playing func)
{
    Library lib = {0};
    void *display = open_library(&lib) ? lib.open(display_name) : NULL;
    if (!display)
        return FALSE;
    lib.motion(display, -1, 200, 200, 0); /* without a window manager the pointer has the keys */
    func(&lib, display, what);
    lib.sync(display, 0);
    lib.close(display);
    return TRUE;
}

static void
play_keys(const Library *lib, void *display, const char *keys)
{
    g_auto(GStrv) each = g_strsplit(keys, " ", -1);
    for (char **key = each; *key; key++) {
        const char *name = *key;
        gboolean ctrl = g_str_has_prefix(name, "ctrl+");
        name += ctrl ? 5 : 0;
        gboolean shift = g_str_has_prefix(name, "shift+");
        press(lib, display, name + (shift ? 6 : 0), shift, ctrl);
    }
}

static void
play_text(const Library *lib, void *display, const char *text)
{
    for (const char *c = text; *c; c++) {
        char name[] = {g_ascii_tolower(*c), '\0'};
        press(lib, display,
              *c == ' '   ? "space"
              : *c == '-' ? "minus"
              : *c == '.' ? "period"
                          : name,
              g_ascii_isupper(*c), FALSE);
    }
}

gboolean
test_display_keys(const char *display, const char *keys)
{
    return play(display, keys, play_keys);
}

gboolean
test_display_type(const char *display, const char *text)
{
    return play(display, text, play_text);
}

static void
play_click(const Library *lib, void *display, const char *where)
{
    int x = 0, y = 0;
    g_assert_cmpint(sscanf(where, "%d %d", &x, &y), ==, 2);
    lib->motion(display, -1, x, y, 0);
    lib->button(display, 1, 1, 0);
    lib->button(display, 1, 0, 0);
}

gboolean
test_display_click(const char *display, int x, int y)
{
    g_autofree char *where = g_strdup_printf("%d %d", x, y);
    return play(display, where, play_click);
}
