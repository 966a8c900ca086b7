/* Lines: a text over several of them, for where one would cut it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "dashboard/scene/build.h"

int
dash_count_lines(DashScene *self, DashFace face, const char *text, int most)
{
    int n = *text != '\0';
    while (n > 0 && n < most) {
        text += dash_text_first_line(self->text, text, face.size, face.weight, face.max_w);
        if (*text == '\0')
            break;
        n++;
    }
    return n;
}

int
dash_put_lines(DashScene *self, int x, int y, int step, DashFace face, const char *text, int most)
{
    int n = dash_count_lines(self, face, text, most);
    for (int i = 0; i < n; i++) {
        size_t len = strlen(text);
        if (i + 1 < n)
            len = dash_text_first_line(self->text, text, face.size, face.weight, face.max_w);
        g_autofree char *line = g_strndup(text, len);
        dash_put_text(self, x, y + i * step, face, g_strchomp(line));
        text += len;
    }
    return n;
}
