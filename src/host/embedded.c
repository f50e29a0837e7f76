#include "host/embedded.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *key, const void *item) {
    const embedded_script *script = item;
    return strcmp(key, script->name);
}

const embedded_script *embedded_find(const char *name) {
    return bsearch(name, embedded_scripts, embedded_count, sizeof embedded_scripts[0], compare);
}
