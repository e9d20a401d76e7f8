/* SPDX-License-Identifier: Apache-2.0
 *
 * Token buckets in a small table: few addresses are refused often, and to forget the least of them is no loss.
 */
#include "http/limiter.h"

#include <string.h>

enum { WAYS = 4, HALF = LIMITER_ADDRESS_MAX / 2 };

static const int64_t MICRO = 1000000;

bool limiter_is_ipv4(const uint8_t address[LIMITER_ADDRESS_MAX])
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

    return memcmp(address, mapped, sizeof mapped) == 0;
}

/* Whoever has an IPv6 address has 2^64 of them. */
static void normalise(const uint8_t address[LIMITER_ADDRESS_MAX], uint8_t key[LIMITER_ADDRESS_MAX])
{
    memcpy(key, address, LIMITER_ADDRESS_MAX);
    if (!limiter_is_ipv4(address))
        memset(key + HALF, 0, HALF);
}

static size_t first_way(const uint8_t key[LIMITER_ADDRESS_MAX])
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */

    for (size_t i = 0; i < LIMITER_ADDRESS_MAX; i++)
        hash = (hash ^ key[i]) * UINT64_C(1099511628211);
    return (size_t)((hash ^ (hash >> 32)) % (LIMITER_SLOTS / WAYS)) * WAYS;
}

static int64_t drained(int64_t micro, int64_t per_minute, int64_t passed_ms)
{
    int64_t left = micro - passed_ms * per_minute * MICRO / 60000;

    return left < 0 ? 0 : left;
}

static void drain(const limiter_t *limiter, limiter_slot_t *slot, int64_t now_ms)
{
    slot->spent_micro = drained(slot->spent_micro, limiter->per_minute, now_ms - slot->at_ms);
    slot->flood_micro = drained(slot->flood_micro, limiter->per_minute * LIMITER_FLOOD, now_ms - slot->at_ms);
    slot->at_ms = now_ms;
}

/* The address's slot; failing that the one of its ways that is least in use. */
static limiter_slot_t *find(limiter_t *limiter, const uint8_t key[LIMITER_ADDRESS_MAX], int64_t now_ms, bool *is_found)
{
    limiter_slot_t *ways = limiter->slots + first_way(key);
    limiter_slot_t *least = ways;

    *is_found = false;
    for (size_t i = 0; i < WAYS; i++) {
        drain(limiter, &ways[i], now_ms);
        if (memcmp(ways[i].address, key, LIMITER_ADDRESS_MAX) == 0) {
            *is_found = true;
            return &ways[i];
        }
        if (ways[i].spent_micro < least->spent_micro)
            least = &ways[i];
    }
    return least;
}

bool limiter_is_loopback(const uint8_t address[LIMITER_ADDRESS_MAX])
{
    static const uint8_t loopback[LIMITER_ADDRESS_MAX] = {[LIMITER_ADDRESS_MAX - 1] = 1};

    if (limiter_is_ipv4(address))
        return address[LIMITER_ADDRESS_MAX - 4] == 127;
    return memcmp(address, loopback, sizeof loopback) == 0;
}

void limiter_init(limiter_t *limiter, int64_t per_minute)
{
    memset(limiter, 0, sizeof *limiter);
    limiter->per_minute = per_minute;
}

static int wait_s(int64_t micro, int64_t per_minute)
{
    int64_t over = micro - (per_minute - 1) * MICRO;

    return over <= 0 ? 0 : (int)(over * 60 / (per_minute * MICRO)) + 1;
}

limiter_wait_t limiter_wait(limiter_t *limiter, const uint8_t address[LIMITER_ADDRESS_MAX], int64_t now_ms)
{
    limiter_wait_t wait = {0, 0};
    uint8_t key[LIMITER_ADDRESS_MAX];
    limiter_slot_t *slot;
    bool is_found;

    if (limiter->per_minute == 0)
        return wait;
    normalise(address, key);
    slot = find(limiter, key, now_ms, &is_found);
    if (is_found) {
        wait.refused_s = wait_s(slot->spent_micro, limiter->per_minute);
        wait.all_s = wait_s(slot->flood_micro, limiter->per_minute * LIMITER_FLOOD);
    }
    return wait;
}

void limiter_charge(limiter_t *limiter, const uint8_t address[LIMITER_ADDRESS_MAX], int64_t now_ms)
{
    uint8_t key[LIMITER_ADDRESS_MAX];
    limiter_slot_t *slot;
    bool is_found;

    if (limiter->per_minute == 0)
        return;
    normalise(address, key);
    slot = find(limiter, key, now_ms, &is_found);
    if (!is_found) {
        memcpy(slot->address, key, LIMITER_ADDRESS_MAX);
        slot->spent_micro = slot->flood_micro = 0;
    }
    slot->flood_micro += MICRO;
    if (slot->spent_micro < limiter->per_minute * LIMITER_FLOOD * MICRO) /* nobody waits for more than that many minutes */
        slot->spent_micro += MICRO;
}
