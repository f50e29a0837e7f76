/* libcurl that fails. */
#include <curl/curl.h>
#include "fault.h"

FAULT_WRAP(FAULT_LIBRARY, CURLM *, curl_multi_init, (void), (), NULL)
FAULT_WRAP(FAULT_LIBRARY, CURL *, curl_easy_init, (void), (), NULL)
FAULT_WRAP(FAULT_LIBRARY, CURLMcode, curl_multi_add_handle, (CURLM * multi, CURL *easy),
           (multi, easy), CURLM_OUT_OF_MEMORY)
FAULT_WRAP(FAULT_LIBRARY, CURLMcode, curl_multi_perform, (CURLM * multi, int *running),
           (multi, running), CURLM_INTERNAL_ERROR)
FAULT_WRAP(FAULT_LIBRARY, CURLcode, curl_easy_pause, (CURL * easy, int how), (easy, how),
           CURLE_OUT_OF_MEMORY)
FAULT_WRAP(FAULT_LIBRARY, struct curl_slist *, curl_slist_append,
           (struct curl_slist * list, const char *text), (list, text), NULL)
