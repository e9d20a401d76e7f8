/* SPDX-License-Identifier: Apache-2.0
 *
 * Reading X-Forwarded-For.
 */
#include "http/forwarded.h"

#include <arpa/inet.h>
#include <string.h>

bool forwarded_parse(pl_span text, uint8_t address[FORWARDED_ADDRESS_SIZE])
{
    char host[INET6_ADDRSTRLEN];
    uint8_t parsed[FORWARDED_ADDRESS_SIZE] = {[10] = 0xff, [11] = 0xff};

    if (text.size == 0 || text.size >= sizeof host)
        return false;
    memcpy(host, text.data, text.size);
    host[text.size] = '\0';
    if (inet_pton(AF_INET, host, parsed + 12) != 1 && inet_pton(AF_INET6, host, parsed) != 1)
        return false;
    memcpy(address, parsed, sizeof parsed);
    return true;
}

void forwarded_apply(const char *header, uint8_t address[FORWARDED_ADDRESS_SIZE])
{
    const char *comma = strrchr(header, ',');
    const char *hop = comma ? comma + 1 : header;
    size_t size;

    hop += strspn(hop, " \t");
    size = strcspn(hop, " \t");
    (void)forwarded_parse(pl_span_of(hop, size), address);
}
