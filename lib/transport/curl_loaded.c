/* SPDX-License-Identifier: Apache-2.0
 *
 * The curl functions of a program that loads libcurl when it first goes online: the shared library. Loading it with its TLS library
 * takes milliseconds that a program which works offline never pays. Its flavour with GnuTLS will do too.
 */
#include "transport/curl_functions.h"

#include "platform/library.h"

/* The slots have types of their own; pl_library_load stores into them byte by byte. */
static pl_function *slot(void *member)
{
    return (pl_function *)member;
}

pl_err pl_curl_fill(pl_curl *table)
{
    static const char *const names[] = {
        "libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.4.dylib", "libcurl-x64.dll", "libcurl.dll", "libcurl-4.dll", NULL};
    const pl_import imports[] = {
        {"curl_global_init", slot(&table->global_init)},
        {"curl_easy_init", slot(&table->easy_init)},
        {"curl_easy_setopt", slot(&table->easy_setopt)},
        {"curl_easy_getinfo", slot(&table->easy_getinfo)},
        {"curl_easy_strerror", slot(&table->easy_strerror)},
        {"curl_easy_cleanup", slot(&table->easy_cleanup)},
        {"curl_multi_init", slot(&table->multi_init)},
        {"curl_multi_add_handle", slot(&table->multi_add_handle)},
        {"curl_multi_remove_handle", slot(&table->multi_remove_handle)},
        {"curl_multi_perform", slot(&table->multi_perform)},
        {"curl_multi_poll", slot(&table->multi_poll)},
        {"curl_multi_wakeup", slot(&table->multi_wakeup)},
        {"curl_multi_info_read", slot(&table->multi_info_read)},
        {"curl_multi_cleanup", slot(&table->multi_cleanup)},
        {"curl_slist_append", slot(&table->slist_append)},
        {"curl_version", slot(&table->version)},
        {"curl_slist_free_all", slot(&table->slist_free_all)},
    };

    return pl_library_load(names, imports, sizeof imports / sizeof imports[0]);
}
