#include "host/editor_library.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

typedef struct symbol {
    const char *name;
    void *slot; /* a pointer member of the library */
    bool needed;
} symbol;

bool editor_library_load(editor_library *lib, const char *file) {
    void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
        return false;
    }
    const symbol symbols[] = {
        {"rl_callback_handler_install", &lib->install, true},
        {"rl_callback_read_char", &lib->read_char, true},
        {"rl_callback_handler_remove", &lib->remove, true},
        {"add_history", &lib->add_history, true},
        {"stifle_history", &lib->stifle_history, true},
        {"rl_free_line_state", &lib->free_line_state, false},
        {"rl_cleanup_after_signal", &lib->cleanup, false},
        {"rl_catch_signals", &lib->catch_signals, false},
        {"rl_completion_suppress_append", &lib->suppress_append, false},
        {"rl_attempted_completion_over", &lib->attempted_over, true},
        {"rl_completion_append_character", &lib->append_character, true},
        {"rl_line_buffer", &lib->line_buffer, true},
        {"rl_point", &lib->point, true},
        {"rl_completer_word_break_characters", &lib->break_characters, true},
        {"rl_attempted_completion_function", &lib->attempt, true},
    };
    for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
        void *found = dlsym(handle, symbols[i].name);
        if (!found && symbols[i].needed) {
            (void)dlclose(handle);
            return false;
        }
        memcpy(symbols[i].slot, &found,
               sizeof found); /* the way for functions and variables alike */
    }
    return true;
}
