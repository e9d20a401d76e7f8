/* SPDX-License-Identifier: Apache-2.0
 *
 * The offline request, both ways:
 *
 *   version 1 | root 8 | product 8 | nonce 16 | device key 32 | size of the fingerprint 1 | fingerprint | key | checksum 4
 *
 * fingerprint: per component that is there component << 4 | values, and the values; components rise. key: PACKED | size of the prefix, the
 * prefix, 28 symbols of 5 bits in 18 bytes; or the size (1 to 100) and the text. checksum: the beginning of SHA-256 of all before it. The
 * sizes within tell where the request ends, whatever follows it.
 */
#include "wire/offline_request.h"

#include <string.h>

enum {
    VERSION = 1,
    KID_BYTES = 32,
    CHECKSUM_SIZE = 4,
    AT_ROOT = 1,
    AT_PRODUCT = AT_ROOT + PL_OFFLINE_NAME_SIZE,
    AT_NONCE = AT_PRODUCT + PL_OFFLINE_NAME_SIZE,
    AT_DEVICE_KEY = AT_NONCE + PL_OFFLINE_NONCE_SIZE,
    AT_FINGERPRINT_SIZE = AT_DEVICE_KEY + PL_DEVICE_PUBLIC_SIZE,
    AT_FINGERPRINT = AT_FINGERPRINT_SIZE + 1,
    VALUE_SIZE = PL_FINGERPRINT_VALUE_SIZE,
    PACKED = 0x80, /* of a key */
    PACKED_SYMBOLS_SIZE = 18,
    PREFIX_SIZE = sizeof PL_OFFLINE_REQUEST_PREFIX - 1,
    SHORT_BYTES = (PL_OFFLINE_REQUEST_SHORT - PREFIX_SIZE) * 3 / 4,
    BYTES_MAX = AT_FINGERPRINT + PL_COMPONENT_COUNT * (1 + VALUE_SIZE) + 1 + PL_LICENSE_KEY_MAX + CHECKSUM_SIZE
};

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; /* Crockford's base 32 */

pl_err pl_offline_root_name(const char *kid, uint8_t name[PL_OFFLINE_NAME_SIZE])
{
    uint8_t bytes[KID_BYTES];
    size_t size = sizeof bytes;
    pl_err err = pl_base64url_decode(pl_span_text(kid), bytes, &size);

    if (!err && size != sizeof bytes)
        err = pl_fail(PL_ERR_MALFORMED, "the id of a key is not %d bytes", KID_BYTES);
    if (!err)
        memcpy(name, bytes, PL_OFFLINE_NAME_SIZE);
    return err;
}

void pl_offline_product_name(const char *slug, uint8_t name[PL_OFFLINE_NAME_SIZE])
{
    uint8_t digest[PL_DIGEST_SIZE];

    pl_digest(pl_span_text(slug), digest);
    memcpy(name, digest, PL_OFFLINE_NAME_SIZE);
}

void pl_offline_nonce(const uint8_t nonce[PL_OFFLINE_NONCE_SIZE], uint8_t full[PL_NONCE_SIZE])
{
    static const char label[] = "pospal offline request nonce"; /* its NUL parts it from the nonce */
    uint8_t bytes[sizeof label + PL_OFFLINE_NONCE_SIZE];

    memcpy(bytes, label, sizeof label);
    memcpy(bytes + sizeof label, nonce, PL_OFFLINE_NONCE_SIZE);
    pl_digest(pl_span_of(bytes, sizeof bytes), full);
}

/* ---- license keys ---- */

static int symbol_value(char c)
{
    const char *found = c ? strchr(alphabet, c) : NULL;

    return found ? (int)(found - alphabet) : -1;
}

/* Whether the last 28 characters can be packed, and not too many stand before them. */
static bool is_packable(const char *key, size_t size)
{
    if (size < PL_LICENSE_KEY_SYMBOLS || size - PL_LICENSE_KEY_SYMBOLS > PL_LICENSE_KEY_PREFIX_MAX)
        return false;
    for (size_t i = size - PL_LICENSE_KEY_SYMBOLS; i < size; i++)
        if (symbol_value(key[i]) < 0)
            return false;
    return true;
}

static void pack_symbols(const char *symbols, uint8_t bytes[PACKED_SYMBOLS_SIZE])
{
    memset(bytes, 0, PACKED_SYMBOLS_SIZE);
    for (size_t bit = 0; bit < (size_t)PL_LICENSE_KEY_SYMBOLS * 5; bit++)
        if (symbol_value(symbols[bit / 5]) >> (4 - bit % 5) & 1)
            bytes[bit / 8] = (uint8_t)(bytes[bit / 8] | 0x80u >> bit % 8);
}

static void unpack_symbols(const uint8_t bytes[PACKED_SYMBOLS_SIZE], char symbols[PL_LICENSE_KEY_SYMBOLS])
{
    for (size_t i = 0; i < PL_LICENSE_KEY_SYMBOLS; i++) {
        unsigned value = 0;

        for (size_t bit = i * 5; bit < i * 5 + 5; bit++)
            value = value << 1 | ((unsigned)bytes[bit / 8] >> (7 - bit % 8) & 1u);
        symbols[i] = alphabet[value];
    }
}

static size_t write_key(pl_span key, uint8_t *bytes)
{
    size_t size = key.size;
    size_t prefix = size - PL_LICENSE_KEY_SYMBOLS;

    if (!is_packable(key.data, size)) {
        bytes[0] = (uint8_t)size;
        memcpy(bytes + 1, key.data, size);
        return 1 + size;
    }
    bytes[0] = (uint8_t)(PACKED | prefix);
    memcpy(bytes + 1, key.data, prefix);
    pack_symbols(key.data + prefix, bytes + 1 + prefix);
    return 1 + prefix + PACKED_SYMBOLS_SIZE;
}

/* Of the key that begins with this byte. */
static size_t key_size(uint8_t first)
{
    return 1 + (first & PACKED ? (size_t)(first & ~(unsigned)PACKED) + PACKED_SYMBOLS_SIZE : first);
}

static pl_err read_key(const uint8_t *bytes, char key[PL_LICENSE_KEY_MAX + 1])
{
    size_t size = bytes[0] & ~(unsigned)PACKED;
    size_t most = bytes[0] & PACKED ? PL_LICENSE_KEY_PREFIX_MAX : PL_LICENSE_KEY_MAX;
    char normal[PL_LICENSE_KEY_MAX + 1];

    if (size > most)
        return pl_fail(PL_ERR_MALFORMED, "the license key in the request is too long");
    memcpy(key, bytes + 1, size);
    if (bytes[0] & PACKED) {
        unpack_symbols(bytes + 1 + size, key + size);
        size += PL_LICENSE_KEY_SYMBOLS;
    }
    key[size] = '\0';
    if (strlen(key) != size || pl_license_key_normalize(pl_span_of(key, size), normal) || strcmp(key, normal) != 0)
        return pl_fail(PL_ERR_MALFORMED, "the license key in the request is none");
    return PL_OK;
}

/* ---- fingerprints ---- */

static size_t fingerprint_size(const pl_fingerprint *fingerprint)
{
    size_t size = 0;

    for (size_t c = 0; c < PL_COMPONENT_COUNT; c++)
        if (fingerprint->count[c] > 0)
            size += 1 + (size_t)fingerprint->count[c] * VALUE_SIZE;
    return size;
}

/* Further network cards go first, then what else has several values. */
static void shorten(pl_fingerprint *fingerprint, size_t room)
{
    static const pl_component ORDER[PL_COMPONENT_COUNT] = {PL_COMPONENT_NIC,        PL_COMPONENT_DISK,  PL_COMPONENT_CPU,
                                                           PL_COMPONENT_MACHINE_ID, PL_COMPONENT_BOARD, PL_COMPONENT_FIRMWARE};

    for (size_t i = 0; i < PL_COMPONENT_COUNT; i++)
        while (fingerprint->count[ORDER[i]] > 1 && fingerprint_size(fingerprint) > room)
            fingerprint->count[ORDER[i]]--;
}

static size_t write_fingerprint(const pl_fingerprint *fingerprint, uint8_t *bytes)
{
    size_t size = 0;

    for (size_t c = 0; c < PL_COMPONENT_COUNT; c++) {
        if (fingerprint->count[c] == 0)
            continue;
        bytes[size++] = (uint8_t)(c << 4 | fingerprint->count[c]);
        memcpy(bytes + size, fingerprint->value[c], (size_t)fingerprint->count[c] * VALUE_SIZE);
        size += (size_t)fingerprint->count[c] * VALUE_SIZE;
    }
    return size;
}

static pl_err read_fingerprint(const uint8_t *bytes, size_t size, pl_fingerprint *fingerprint)
{
    size_t next = 0;

    memset(fingerprint, 0, sizeof *fingerprint);
    for (size_t at = 0; at < size;) {
        size_t component = bytes[at] >> 4;
        size_t count = bytes[at++] & 0x0fu;

        if (component < next || component >= PL_COMPONENT_COUNT || count == 0 || count > PL_COMPONENT_VALUES_MAX ||
            count * VALUE_SIZE > size - at)
            return pl_fail(PL_ERR_MALFORMED, "the fingerprint in the request has a component that this version does not know");
        fingerprint->count[component] = (uint8_t)count;
        memcpy(fingerprint->value[component], bytes + at, count * VALUE_SIZE);
        at += count * VALUE_SIZE;
        next = component + 1;
    }
    return PL_OK;
}

/* ---- the whole ---- */

static void write_checksum(uint8_t *bytes, size_t size)
{
    uint8_t digest[PL_DIGEST_SIZE];

    pl_digest(pl_span_of(bytes, size), digest);
    memcpy(bytes + size, digest, CHECKSUM_SIZE);
}

pl_err pl_offline_request_write(const pl_offline_request *request, char text[PL_OFFLINE_REQUEST_MAX + 1])
{
    pl_fingerprint fingerprint = request->fingerprint;
    uint8_t key[1 + PL_LICENSE_KEY_MAX], bytes[BYTES_MAX];
    char normal[PL_LICENSE_KEY_MAX + 1];
    size_t size_of_key, size = AT_FINGERPRINT;
    pl_err err;

    if ((err = pl_license_key_normalize(pl_span_text(request->key), normal)))
        return err;
    size_of_key = write_key(pl_span_text(normal), key);
    shorten(&fingerprint,
            size + size_of_key + CHECKSUM_SIZE < SHORT_BYTES ? SHORT_BYTES - size - size_of_key - CHECKSUM_SIZE : 0);
    bytes[0] = VERSION;
    memcpy(bytes + AT_ROOT, request->root, PL_OFFLINE_NAME_SIZE);
    memcpy(bytes + AT_PRODUCT, request->product, PL_OFFLINE_NAME_SIZE);
    memcpy(bytes + AT_NONCE, request->nonce, PL_OFFLINE_NONCE_SIZE);
    memcpy(bytes + AT_DEVICE_KEY, request->device_key, PL_DEVICE_PUBLIC_SIZE);
    bytes[AT_FINGERPRINT_SIZE] = (uint8_t)fingerprint_size(&fingerprint);
    size += write_fingerprint(&fingerprint, bytes + size);
    memcpy(bytes + size, key, size_of_key);
    size += size_of_key;
    write_checksum(bytes, size);
    memcpy(text, PL_OFFLINE_REQUEST_PREFIX, PREFIX_SIZE);
    pl_base64url_encode(pl_span_of(bytes, size + CHECKSUM_SIZE), text + PREFIX_SIZE);
    pl_wipe(key, sizeof key);
    return PL_OK;
}

static pl_err damaged(const char *what)
{
    return pl_fail(
        PL_ERR_DAMAGED,
        "the request was damaged by typing or scanning (%s); upper and lower case, - and _ matter: compare it, or scan it again",
        what);
}

static bool is_symbol(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Where the prefix ends, which may itself be broken by white space; 0: there is none. */
static size_t find_start(pl_span typed)
{
    size_t matched = 0;

    for (size_t i = 0; i < typed.size; i++) {
        if (is_blank(typed.data[i]))
            continue;
        if (typed.data[i] != PL_OFFLINE_REQUEST_PREFIX[matched])
            matched = typed.data[i] == 'p' ? (matched == 2 ? 1 : 0) : 0;
        if (typed.data[i] == PL_OFFLINE_REQUEST_PREFIX[matched])
            matched++;
        if (matched == PREFIX_SIZE)
            return i + 1;
    }
    return 0;
}

/* The characters of a request, white space dropped, and perhaps some of what follows it. */
static size_t gather(pl_span typed, char *symbols)
{
    size_t size = 0;

    for (size_t i = find_start(typed); i < typed.size && size < PL_OFFLINE_REQUEST_MAX - PREFIX_SIZE; i++) {
        if (is_blank(typed.data[i]))
            continue;
        if (!is_symbol(typed.data[i]))
            break;
        symbols[size++] = typed.data[i];
    }
    return size;
}

/* How long the request is by what it says itself. */
static pl_err measure(const char *symbols, size_t count, size_t *size)
{
    uint8_t bytes[BYTES_MAX + 3];
    size_t have = sizeof bytes;
    size_t at_key;

    if (pl_base64url_decode(pl_span_of(symbols, count - count % 4), bytes, &have) || have <= AT_FINGERPRINT)
        return damaged("it is too short");
    at_key = AT_FINGERPRINT + (size_t)bytes[AT_FINGERPRINT_SIZE];
    if (at_key >= have)
        return damaged("a part is missing");
    *size = at_key + key_size(bytes[at_key]) + CHECKSUM_SIZE;
    if (*size > BYTES_MAX || pl_base64url_size(*size) > count)
        return damaged("a part is missing");
    return PL_OK;
}

static pl_err check_sum(const uint8_t *bytes, size_t size)
{
    uint8_t digest[PL_DIGEST_SIZE];

    pl_digest(pl_span_of(bytes, size - CHECKSUM_SIZE), digest);
    if (memcmp(bytes + size - CHECKSUM_SIZE, digest, CHECKSUM_SIZE) != 0)
        return damaged("the checksum does not fit");
    return bytes[0] == VERSION
               ? PL_OK
               : pl_fail(PL_ERR_UNSUPPORTED, "a request of version %d, which this version does not know", bytes[0]);
}

static pl_err decode(const uint8_t *bytes, pl_offline_request *request)
{
    size_t size = bytes[AT_FINGERPRINT_SIZE];
    pl_err err;

    memcpy(request->root, bytes + AT_ROOT, PL_OFFLINE_NAME_SIZE);
    memcpy(request->product, bytes + AT_PRODUCT, PL_OFFLINE_NAME_SIZE);
    memcpy(request->nonce, bytes + AT_NONCE, PL_OFFLINE_NONCE_SIZE);
    memcpy(request->device_key, bytes + AT_DEVICE_KEY, PL_DEVICE_PUBLIC_SIZE);
    if ((err = read_fingerprint(bytes + AT_FINGERPRINT, size, &request->fingerprint)))
        return err;
    return read_key(bytes + AT_FINGERPRINT + size, request->key);
}

pl_err pl_offline_request_read(pl_span typed, pl_offline_request *request, char canonical[PL_OFFLINE_REQUEST_MAX + 1])
{
    char *symbols = canonical + PREFIX_SIZE;
    uint8_t bytes[BYTES_MAX];
    size_t count, size, room = sizeof bytes;
    pl_err err;

    memset(request, 0, sizeof *request);
    if (typed.size > PL_OFFLINE_REQUEST_TYPED_MAX)
        return pl_fail(PL_ERR_TOO_LARGE, "a request has much less than %d characters", PL_OFFLINE_REQUEST_TYPED_MAX);
    if (find_start(typed) == 0)
        return pl_fail(PL_ERR_MALFORMED, "there is no request in this text; one begins with %s", PL_OFFLINE_REQUEST_PREFIX);
    count = gather(typed, symbols);
    if ((err = measure(symbols, count, &size)))
        return err;
    symbols[pl_base64url_size(size)] = '\0';
    memcpy(canonical, PL_OFFLINE_REQUEST_PREFIX, PREFIX_SIZE);
    if (pl_base64url_decode(pl_span_text(symbols), bytes, &room) || room != size)
        return damaged("its last character does not fit");
    if ((err = check_sum(bytes, size)))
        return err;
    return decode(bytes, request);
}
