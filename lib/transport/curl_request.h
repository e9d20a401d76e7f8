/* SPDX-License-Identifier: Apache-2.0
 *
 * An exchange as options of a libcurl handle: where to, by which way, whom to trust, what to send. Driving it is transport_curl.c's.
 */
#ifndef PL_TRANSPORT_CURL_REQUEST_H
#define PL_TRANSPORT_CURL_REQUEST_H

#include "transport/curl_functions.h"

typedef struct {
    const pl_curl *curl;
    const pl_exchange *exchange;
    CURL *easy;
    struct curl_slist *headers; /* to be freed after the handle */
    CURLcode refused;           /* the first option that was refused */
} pl_curl_request;

void pl_curl_request_note(pl_curl_request *request, CURLcode code);
void pl_curl_request_set_long(pl_curl_request *request, int option, long value);
/* All of a request. */
void pl_curl_request_prepare(pl_curl_request *request);
/*
 * The same way and no further than the TLS handshake: nothing is sent, nobody is trusted, and what the other side shows is kept to be
 * looked at. For telling a technician whose certificate it was.
 */
void pl_curl_request_prepare_look(pl_curl_request *request, int64_t timeout_ms);

enum { PL_CERTIFICATE_TEXT_SIZE = 256 };
/* "issued by ..., valid from ... until ..." of the certificate that was met; "" where libcurl can't tell. */
void pl_curl_certificate_text(const pl_curl *curl, CURL *easy, char text[PL_CERTIFICATE_TEXT_SIZE]);
/* Until when the certificate of a finished exchange holds, Unix seconds; 0 where it was not asked for or libcurl can't tell. */
int64_t pl_curl_certificate_end(const pl_curl *curl, CURL *easy);

#endif
