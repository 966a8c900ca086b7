/* SPDX-License-Identifier: Apache-2.0 */
#include "dashboard/gl/program.h"

#include <epoxy/gl.h>

#include "common/error.h"

#define WORDS 512

static GLuint
compile(GLenum kind, const char *text, GError **error)
{
    GLuint shader = glCreateShader(kind);
    GLint ok = 0;
    char words[WORDS] = "";

    glShaderSource(shader, 1, &text, NULL);
    glCompileShader(shader);
    glGetShaderiv(shader, GL_COMPILE_STATUS, &ok);
    if (ok)
        return shader;
    glGetShaderInfoLog(shader, sizeof words, NULL, words);
    glDeleteShader(shader);
    g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED,
                "OpenGL: the driver does not compile the %s shader: %s",
                kind == GL_VERTEX_SHADER ? "vertex" : "fragment", words);
    return 0;
}

unsigned
dash_program_new(const char *vertex, const char *fragment, GError **error)
{
    GLuint first = compile(GL_VERTEX_SHADER, vertex, error);
    GLuint second = first != 0 ? compile(GL_FRAGMENT_SHADER, fragment, error) : 0;
    GLuint program = second != 0 ? glCreateProgram() : 0;
    GLint ok = 0;
    char words[WORDS] = "";

    if (program != 0) {
        glAttachShader(program, first);
        glAttachShader(program, second);
        glLinkProgram(program);
        glGetProgramiv(program, GL_LINK_STATUS, &ok);
    }
    glDeleteShader(first);
    glDeleteShader(second);
    if (program == 0 || ok)
        return program;
    glGetProgramInfoLog(program, sizeof words, NULL, words);
    glDeleteProgram(program);
    g_set_error(error, VICU_ERROR, VICU_ERROR_REFUSED,
                "OpenGL: the driver does not link a program: %s", words);
    return 0;
}
