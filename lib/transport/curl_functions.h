/* SPDX-License-Identifier: Apache-2.0
 *
 * The libcurl functions in use, as a table with their own types. curl_linked.c and curl_loaded.c are the two ways to fill it; a program
 * links one of them. The only file that includes curl's header.
 */
#ifndef PL_TRANSPORT_CURL_FUNCTIONS_H
#define PL_TRANSPORT_CURL_FUNCTIONS_H

#include <curl/curl.h>

#include "base/err.h"
#include "transport/transport.h"

typedef struct {
    CURLcode (*global_init)(long flags);
    CURL *(*easy_init)(void);
    CURLcode (*easy_setopt)(CURL *easy, CURLoption option, ...);
    CURLcode (*easy_getinfo)(CURL *easy, CURLINFO info, ...);
    const char *(*easy_strerror)(CURLcode code);
    void (*easy_cleanup)(CURL *easy);
    CURLM *(*multi_init)(void);
    CURLMcode (*multi_add_handle)(CURLM *multi, CURL *easy);
    CURLMcode (*multi_remove_handle)(CURLM *multi, CURL *easy);
    CURLMcode (*multi_perform)(CURLM *multi, int *running);
    CURLMcode (*multi_poll)(CURLM *multi, struct curl_waitfd *extra, unsigned count, int timeout_ms, int *ready);
    CURLMcode (*multi_wakeup)(CURLM *multi);
    CURLMsg *(*multi_info_read)(CURLM *multi, int *left);
    CURLMcode (*multi_cleanup)(CURLM *multi);
    struct curl_slist *(*slist_append)(struct curl_slist *list, const char *text);
    char *(*version)(void);
    void (*slist_free_all)(struct curl_slist *list);
} pl_curl;

/* Fills the table; PL_ERR_UNSUPPORTED where libcurl is not there or too old. */
pl_err pl_curl_fill(pl_curl *table);

/* How an exchange ended that libcurl could not complete. */
typedef struct {
    CURL *easy;
    CURLcode code;
    const char *message;     /* libcurl's own words; may be "" */
    const char *certificate; /* what is known of one that was not accepted; may be "" */
} pl_curl_end;

/* The error, with a detail that tells a technician what to check (curl_failure.c). */
pl_err pl_curl_failure(const pl_curl *curl, const pl_curl_end *end, const pl_exchange *exchange);

#endif
