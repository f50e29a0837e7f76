/* editor.h: a line from a terminal, with the line editor of the system if it is installed.
 *
 * libreadline or libedit is loaded when a prompt begins, so the program needs neither. Both are
 * driven through their callback interface: the waiting is ours, so that signals are seen at once.
 */
#ifndef HOST_EDITOR_H
#define HOST_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

enum editor_result { EDITOR_LINE, EDITOR_END, EDITOR_INTERRUPTED, EDITOR_FAILED };

/* Candidates for the word that ends at the cursor: `count` malloc'ed strings in a malloc'ed array;
 * 0: none. */
typedef size_t (*editor_completer)(void *user, const char *line, size_t cursor, const char *word,
                                   char ***out);

/* Looks for a line editor when input and output are terminals. HOSSKEEP_LINE_EDITOR=readline, edit
 * or plain chooses one. Returns its name. */
const char *editor_open(void);

void editor_complete_with(editor_completer f, void *user);

/* Reads a line; *line is to be freed with free(), without its newline. The prompt is shown on
 * terminals only. */
enum editor_result editor_read(const char *prompt, char **line);

/* A line for the arrow keys. */
void editor_remember(const char *line);

/* True when the input is a terminal. */
bool editor_interactive(void);

#endif
