/* SPDX-License-Identifier: Apache-2.0
 *
 * Types and bytes of the engine's binary format. The numbers of built-in types are a part of its protocol.
 */
#include "store/db_postgres_value.h"

#include <limits.h>
#include <stddef.h>

enum {
    TYPE_BOOL = 16,
    TYPE_BYTEA = 17,
    TYPE_NAME = 19,
    TYPE_INT8 = 20,
    TYPE_INT2 = 21,
    TYPE_INT4 = 23,
    TYPE_TEXT = 25,
    TYPE_VARCHAR = 1043
};

static bool is_text(unsigned type)
{
    return type == TYPE_TEXT || type == TYPE_VARCHAR || type == TYPE_NAME;
}

static size_t number_size(unsigned type)
{
    switch (type) {
    case TYPE_INT8:
        return 8;
    case TYPE_INT4:
        return 4;
    case TYPE_INT2:
        return 2;
    default:
        return 0;
    }
}

bool postgres_type_is_known(unsigned type)
{
    return is_text(type) || number_size(type) > 0 || type == TYPE_BYTEA || type == TYPE_BOOL;
}

static pl_err encode_number(postgres_value_t *value, unsigned type, const char **data, int *size)
{
    size_t bytes = number_size(type);
    int64_t highest = bytes == 8 ? INT64_MAX : bytes == 4 ? INT32_MAX : INT16_MAX;

    if (bytes == 0)
        return pl_fail(PL_ERR_DATABASE, "a number was bound where the statement has type %u", type);
    if (value->integer > highest || value->integer < -highest - 1)
        return pl_fail(PL_ERR_DATABASE, "a number was bound that is larger than type %u", type);
    for (size_t i = 0; i < bytes; i++)
        value->number[i] = (uint8_t)((uint64_t)value->integer >> 8 * (bytes - 1 - i));
    *data = (const char *)value->number;
    *size = (int)bytes;
    return PL_OK;
}

pl_err postgres_value_encode(postgres_value_t *value, unsigned type, const char **data, int *size)
{
    *data = NULL;
    *size = 0;
    if (value->kind == VALUE_NULL)
        return PL_OK;
    if (value->kind == VALUE_INT)
        return encode_number(value, type, data, size);
    if (value->kind == VALUE_TEXT ? !is_text(type) : type != TYPE_BYTEA)
        return pl_fail(PL_ERR_DATABASE, "a %s was bound where the statement has type %u",
                       value->kind == VALUE_TEXT ? "text" : "blob", type);
    if (value->bytes.size > INT_MAX)
        return pl_fail(PL_ERR_DATABASE, "a value was bound that is too large");
    *data = value->bytes.data;
    *size = (int)value->bytes.size;
    return PL_OK;
}

int64_t postgres_value_number(const char *data, int size)
{
    uint64_t number = size > 0 && (data[0] & 0x80) && size > 1 ? UINT64_MAX : 0;

    if (size != 1 && size != 2 && size != 4 && size != 8)
        return 0;
    for (int i = 0; i < size; i++)
        number = number << 8 | (uint8_t)data[i];
    return (int64_t)number;
}
