/* SPDX-License-Identifier: Apache-2.0
 *
 * The curl functions of a program that is linked with libcurl: the static library.
 */
#include "transport/curl_functions.h"

pl_err pl_curl_fill(pl_curl *table)
{
    static const pl_curl linked = {
        .global_init = curl_global_init,
        .easy_init = curl_easy_init,
        .easy_setopt = curl_easy_setopt,
        .easy_getinfo = curl_easy_getinfo,
        .easy_strerror = curl_easy_strerror,
        .easy_cleanup = curl_easy_cleanup,
        .multi_init = curl_multi_init,
        .multi_add_handle = curl_multi_add_handle,
        .multi_remove_handle = curl_multi_remove_handle,
        .multi_perform = curl_multi_perform,
        .multi_poll = curl_multi_poll,
        .multi_wakeup = curl_multi_wakeup,
        .multi_info_read = curl_multi_info_read,
        .multi_cleanup = curl_multi_cleanup,
        .version = curl_version,
        .slist_append = curl_slist_append,
        .slist_free_all = curl_slist_free_all,
    };

    *table = linked;
    return PL_OK;
}
