/* SPDX-License-Identifier: Apache-2.0
 *
 * The machine: the versions of what the library stands on, and whether its hardware can be told from another's.
 */
#include "examination.h"

#include <string.h>

#include "command_line/versions.h"
#include "platform/file.h"
#include "transport/transport.h"

enum { LIST_SIZE = 160 };

/* libcurl and its TLS library; the rest of what it was built with is of no interest here. */
static int two_words(const char *text)
{
    size_t first = strcspn(text, " ");

    return (int)(text[first] ? first + 1 + strcspn(text + first + 1, " ") : first);
}

void examine_versions(examination_t *e)
{
    char sodium[PL_VERSION_TEXT_SIZE], mbedtls[PL_VERSION_TEXT_SIZE], sqlite[PL_VERSION_TEXT_SIZE];
    const char *curl = pl_transport_curl_version();
    severity_t severity = FINDING_OK;
    const char *remedy = NULL;

    pl_sodium_version(sodium);
    pl_mbedtls_version(mbedtls);
    versions_sqlite(sqlite);
    if (!curl) {
        severity = FINDING_PROBLEM;
        remedy = "install libcurl 7.81 or newer (Debian: libcurl4)";
    }
    if (!sqlite[0]) {
        severity = FINDING_PROBLEM;
        remedy = "install SQLite 3.35 or newer (Debian: libsqlite3-0)";
    }
    examination_add(e, "versions", severity, remedy, "libpospal-license/%s (%s/%s) libsodium/%s MbedTLS/%s SQLite/%s %.*s",
                    pospal_version(), pl_platform_name(), pl_machine_name(), sodium, mbedtls, sqlite[0] ? sqlite : "missing",
                    curl ? two_words(curl) : 15, curl ? curl : "libcurl/missing");
}

static unsigned list_components(const pl_fingerprint *fingerprint, char list[LIST_SIZE])
{
    unsigned found = 0;

    list[0] = '\0';
    for (int i = 0; i < PL_COMPONENT_COUNT; i++) {
        size_t size = strlen(list);

        if (fingerprint->count[i] == 0)
            continue;
        (void)snprintf(list + size, LIST_SIZE - size, "%s%s", found ? ", " : "", pl_component_name((pl_component)i));
        found++;
    }
    return found;
}

void examine_hardware(examination_t *e)
{
    pl_fingerprint fingerprint = {0};
    char list[LIST_SIZE];
    unsigned found;
    pl_err err;

    pl_err_clear();
    err = session_fingerprint(e->common->hardware_root, e->common->product, &fingerprint);
    found = list_components(&fingerprint, list);
    if (err)
        examination_add_failure(e, "hardware", err, pl_err_detail());
    else if (found == 2)
        examination_add(e, "hardware", FINDING_WARNING, "`pospal-license explain` says what else could be read, and by whom",
                        "read: %s; enough, but a change of either makes this another machine", list);
    else
        examination_add(e, "hardware", FINDING_OK, NULL, "read: %s", list);
}
