/* What servers send besides bodies: header lines, the Engine's progress lines and its stat header.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "docker/copy.h"
#include "docker/image.h"
#include "http/headers.h"
#include "http/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_headers(const char *text, size_t size) {
    http_headers h = HTTP_HEADERS_INIT;
    error e = ERROR_INIT;
    long status = 0;
    while (size > 0) {
        const char *end = memchr(text, '\n', size);
        size_t n = end == NULL ? size : (size_t)(end - text) + 1;
        if (http_headers_line(&h, text, n, &status, &e) != 0) {
            break;
        }
        text += n;
        size -= n;
    }
    (void)http_headers_get(&h, "content-type");
    http_headers_free(&h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1);
    char redacted[64];
    error e = ERROR_INIT;
    docker_stat s;
    buffer id = BUFFER_INIT(4096);
    if (text == NULL) {
        return 0;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    read_headers(text, size);
    (void)docker_read_progress(text, size, "import", "x", &id, &e);
    if (docker_stat_parse(text, &s, &e) == 0) {
        docker_stat_free(&s);
    }
    url_redact(text, redacted, sizeof redacted);
    buffer_free(&id);
    free(text);
    return 0;
}
