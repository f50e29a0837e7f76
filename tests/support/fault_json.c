/* cJSON without memory. */
#include <cJSON.h>
#include "fault.h"

FAULT_WRAP(FAULT_LIBRARY, void *, cJSON_malloc, (size_t n), (n), NULL)
FAULT_WRAP(FAULT_LIBRARY, cJSON *, cJSON_ParseWithLengthOpts,
           (const char *text, size_t n, const char **end, cJSON_bool whole), (text, n, end, whole),
           NULL)
