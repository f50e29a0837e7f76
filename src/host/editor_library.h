/* editor_library.h: the symbols that libreadline and libedit have in common; for editor.c only. */
#ifndef HOST_EDITOR_LIBRARY_H
#define HOST_EDITOR_LIBRARY_H

#include <stdbool.h>

typedef char **(*editor_attempt)(const char *text, int start, int end);

typedef struct editor_library {
    void (*install)(const char *prompt, void (*handler)(char *line));
    void (*read_char)(void);
    void (*remove)(void);
    void (*add_history)(const char *line);
    void (*stifle_history)(int most);
    int (*free_line_state)(void); /* these four may be NULL: libedit has not all */
    int (*cleanup)(void);
    int *catch_signals;
    int *suppress_append;
    int *attempted_over;
    int *append_character;
    char **line_buffer;
    int *point;
    const char **break_characters;
    editor_attempt *attempt;
} editor_library;

/* Loads "libreadline.so.8" or the like; false when it is not there or lacks something. */
bool editor_library_load(editor_library *lib, const char *file);

#endif
