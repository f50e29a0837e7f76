/* input.h: a fuzzer's bytes, taken piece by piece, and what every target needs. */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>

/* What libFuzzer calls; each target defines it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the run with a message that libFuzzer keeps the input of. */
#define MUST(expr) ((expr) ? (void)0 : must_fail(#expr, __FILE__, __LINE__))
_Noreturn void must_fail(const char *what, const char *file, int line);

typedef struct input {
    const uint8_t *data;
    size_t left;
} input;

/* The next byte, or 0 at the end. */
unsigned input_byte(input *in);

/* The next number of `bytes` bytes, the first being the highest. */
unsigned long long input_number(input *in, int bytes);

/* Up to n of the next bytes; their count in *got. */
const char *input_bytes(input *in, size_t n, size_t *got);

/* The next up to n bytes as a text of its own, cut at a NUL; free it. */
char *input_text(input *in, size_t n);

/* A descriptor of a nameless file that holds these bytes. */
int input_file(const void *data, size_t n);

#endif
