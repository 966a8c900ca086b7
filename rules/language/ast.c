/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/language/ast.h"

#include <string.h>

AstFile *
rules_ast_new(void)
{
    AstFile *self = g_new0(AstFile, 1);
    self->uses = g_ptr_array_new();
    self->limits = g_ptr_array_new();
    self->derives = g_ptr_array_new();
    self->scores = g_ptr_array_new();
    self->rules = g_ptr_array_new();
    self->arena = g_ptr_array_new_with_free_func(g_free);
    self->arrays = g_ptr_array_new_with_free_func((GDestroyNotify)g_array_unref);
    return self;
}

void
rules_ast_free(AstFile *self)
{
    g_ptr_array_unref(self->uses);
    g_ptr_array_unref(self->limits);
    g_ptr_array_unref(self->derives);
    g_ptr_array_unref(self->scores);
    g_ptr_array_unref(self->rules);
    g_ptr_array_unref(self->arena);
    g_ptr_array_unref(self->arrays);
    g_free(self);
}

void *
rules_ast_alloc(AstFile *self, size_t size)
{
    void *p = g_malloc0(size);
    g_ptr_array_add(self->arena, p);
    return p;
}

GArray *
rules_ast_array(AstFile *self, size_t element_size)
{
    GArray *a = g_array_new(FALSE, TRUE, (guint)element_size);
    g_ptr_array_add(self->arrays, a);
    return a;
}

bool
rules_slice_is(RulesSlice slice, const char *word)
{
    return slice.length == strlen(word) && memcmp(slice.text, word, slice.length) == 0;
}

bool
rules_slice_same(RulesSlice a, RulesSlice b)
{
    return a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
}
