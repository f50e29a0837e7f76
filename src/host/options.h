/* options.h: the part of the command line that is the program's own. */
#ifndef HOST_OPTIONS_H
#define HOST_OPTIONS_H

#include <stdbool.h>

enum host_action {
    ACTION_HELP,
    ACTION_VERSION,
    ACTION_CHUNK,
    ACTION_RUN,
    ACTION_REPL,
    ACTION_COMMAND
};

typedef struct host_options {
    enum host_action action;
    const char *subject; /* the chunk, the file or the command's name; NULL for repl */
    const char *script_dir;
    const char *archive; /* repl --archive */
    bool verbose;
    bool quiet;
    int argc; /* what follows the subject, for the script */
    char **argv;
} host_options;

/* Returns 0, or -1 after saying on stderr what is wrong. Strings point into argv. */
int options_parse(host_options *o, int argc, char **argv);

#endif
