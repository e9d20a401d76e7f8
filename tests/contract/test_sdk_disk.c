/* SPDX-License-Identifier: Apache-2.0
 *
 * Stories of a data directory that cannot be read for a while, is crowded, is shared with a process in the middle of writing, holds files
 * of somebody else, or may only be read.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "support/fault_fs.h"
#include "support/shop.h"

#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "token/claims_json.h"
#include "token/license_file.h"

/* ---- a disk that cannot be read while it is sick, and one that lets somebody in while the lease is half written ---- */

typedef struct {
    pl_fs table;
    shop *s;
    bool is_sick;
    bool has_interrupted;
} disk;

static pl_err sick_read(void *context, const char *path, size_t limit, pl_buf *out)
{
    if (((disk *)context)->is_sick)
        return pl_fail(PL_ERR_IO, "this program has too many files open");
    return pl_fs_system()->read(NULL, path, limit, out);
}

static pl_err sick_list(void *context, const char *path, pl_err (*visit)(void *visitor, const char *name), void *visitor)
{
    if (((disk *)context)->is_sick)
        return pl_fail(PL_ERR_IO, "this program has too many files open");
    return pl_fs_system()->list(NULL, path, visit, visitor);
}

static pl_err interrupted_write(void *context, const char *path, pl_span bytes)
{
    disk *d = context;

    if (!d->has_interrupted && strstr(path, "/lease")) {
        const pl_fs *mine = d->s->fs;

        d->has_interrupted = true;
        (void)pl_fs_system()->write(NULL, path, pl_span_of(bytes.data, bytes.size / 2));
        d->s->fs = NULL;
        pospal_client_close(shop_client(d->s));
        d->s->fs = mine;
    }
    return pl_fs_system()->write(NULL, path, bytes);
}

static void use_disk(disk *d, shop *s)
{
    d->table = *pl_fs_system();
    d->table.context = d;
    d->table.read = sick_read;
    d->table.list = sick_list;
    d->s = s;
    s->fs = &d->table;
}

static void while_no_file_can_be_read_a_running_till_goes_on(void **state)
{
    shop *s = *state;
    pospal_client *client;
    disk d = {.s = s};

    use_disk(&d, s);
    client = shop_active_client(s);
    d.is_sick = true;
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    assert_int_equal(shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK), POSPAL_STATUS_ACTIVE); /* which reads all again */
    assert_int_equal(pospal_client_status(client), POSPAL_STATUS_ACTIVE);
    d.is_sick = false;
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
    s->fs = NULL;
}

static void a_denial_learned_while_no_file_can_be_read_counts(void **state)
{
    shop *s = *state;
    pospal_client *client;
    disk d = {.s = s};

    use_disk(&d, s);
    client = shop_active_client(s);
    d.is_sick = true;
    fake_validator_decide(&s->validator, PL_VERDICT_SUSPENDED, PL_REASON_NONE);
    (void)shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK);
    d.is_sick = false;
    assert_int_equal(shop_status(client), POSPAL_STATUS_SUSPENDED);
    pospal_client_close(client);
    s->fs = NULL;
}

static void while_the_directory_is_gone_a_running_till_goes_on(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    char away[SHOP_PATH_SIZE + 8];

    (void)snprintf(away, sizeof away, "%s.away", s->data);
    assert_int_equal(rename(s->data, away), 0);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    assert_int_equal(pospal_client_status(client), POSPAL_STATUS_ACTIVE);
    assert_int_equal(rename(away, s->data), 0);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void documents_that_were_removed_are_not_held_any_more(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);
    pospal_client *other = shop_client(s);

    assert_int_equal(pospal_client_forget(other), POSPAL_OK);
    assert_int_equal(shop_status(client), POSPAL_STATUS_NONE);
    pospal_client_close(other);
    pospal_client_close(client);
}

/* ---- more documents than room ---- */

static pospal_result_t import_numbered(shop *s, pospal_client *client, const char *license_id, int64_t expires_at)
{
    const pl_key_pair *pair = &s->validator.pairs[s->validator.license_key];
    pl_claims claims = {.kind = PL_CLAIMS_LICENSE, .issuer = FAKE_BRAND_ID, .product_id = FAKE_PRODUCT_ID, .token_id = "x"};
    pl_jwk jwk = {"", pair->public_key};
    pospal_result_t result;
    pl_buf text, keyset, token;

    pl_buf_init(&text);
    pl_buf_init(&keyset);
    pl_buf_init(&token);
    claims.product = FAKE_PRODUCT;
    claims.license_id = license_id;
    claims.issued_at = s->clock.wall_ms / 1000;
    claims.sequence = 1;
    claims.expires_at = expires_at;
    pl_jwk_thumbprint(&jwk.key, jwk.kid);
    assert_int_equal(pl_claims_sign(&claims, pair, jwk.kid, &token), PL_OK);
    fake_validator_keyset(&s->validator, &keyset);
    pl_license_file_join(&text, pl_buf_span(&token), pl_buf_span(&keyset));
    result = pospal_client_import(client, text.data, text.size, NULL);
    pl_buf_reset(&text);
    pl_buf_reset(&keyset);
    pl_buf_reset(&token);
    return result;
}

/* The later, the longer. */
static void import_many(shop *s, pospal_client *client, int count)
{
    char id[32];

    for (int i = 0; i < count; i++) {
        (void)snprintf(id, sizeof id, "old-license-%d", i);
        assert_int_equal(import_numbered(s, client, id, SHOP_OPENS_AT + (i + 1) * DAY_S), POSPAL_OK);
    }
}

static void a_denial_is_held_among_any_number_of_license_files(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    shop_hold_worker(client);
    assert_int_equal(import_numbered(s, client, s->validator.licenses[0].license_id, 0), POSPAL_OK);
    import_many(s, client, PL_HELD_MAX * 2);
    fake_validator_decide(&s->validator, PL_VERDICT_SUSPENDED, PL_REASON_NONE);
    shop_pass(s, MINUTE_S);
    (void)shop_check(client, POSPAL_CHECK_ONLINE, POSPAL_OK);
    shop_pass(s, (PL_HELD_MAX * 2 + 1) * DAY_S); /* no other license counts any more */
    s->validator.line = LINE_OFFLINE;
    assert_int_equal(shop_status(client), POSPAL_STATUS_SUSPENDED);
    shop_close_held(client);
}

/* A shorter one for a license of which a long one is held: the long one stays. */
static void one_that_takes_the_place_of_a_better_one_and_has_no_room_changes_nothing(void **state)
{
    shop *s = *state;
    pospal_client *client;

    s->is_without_server = true;
    client = shop_client(s);
    import_many(s, client, PL_HELD_MAX); /* the shortest is of "old-license-0" */
    assert_int_equal(import_numbered(s, client, "perpetual", 0), POSPAL_OK);
    shop_pass(s, MINUTE_S);
    assert_int_equal(import_numbered(s, client, "perpetual", SHOP_OPENS_AT + HOUR_S), POSPAL_ERROR_CONFLICT);
    assert_non_null(strstr(pospal_error_detail(), "nothing changed"));
    shop_pass(s, (PL_HELD_MAX + 2) * DAY_S);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
    client = shop_client(s);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void in_memory_there_is_room_for_so_many_and_the_next_is_told_why(void **state)
{
    shop *s = *state;
    pospal_client *client;
    pospal_result_t result = POSPAL_OK;
    char id[32];

    s->is_without_server = s->is_in_memory = true;
    client = shop_client(s);
    for (int i = 0; i <= PL_SHELF_MEMORY_MAX && result == POSPAL_OK; i++) {
        (void)snprintf(id, sizeof id, "license-%d", i);
        result = import_numbered(s, client, id, 0);
    }
    assert_int_equal(result, POSPAL_ERROR_CONFLICT);
    assert_non_null(strstr(pospal_error_detail(), "no room"));
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void a_license_file_for_which_there_is_no_room_is_refused(void **state)
{
    shop *s = *state;
    pospal_client *client;

    s->is_without_server = true;
    client = shop_client(s);
    import_many(s, client, PL_HELD_MAX + 1); /* each lasts longer than one that is held */
    assert_int_equal(import_numbered(s, client, "shortest", SHOP_OPENS_AT + HOUR_S), POSPAL_ERROR_CONFLICT);
    assert_int_equal(import_numbered(s, client, "for ever", 0), POSPAL_OK);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void forget_removes_all_that_is_ours_and_nothing_else(void **state)
{
    shop *s = *state;
    pospal_client *client;

    shop_write_file(s, "lease", pl_span_text("a foreign file"));
    shop_write_file(s, "vault.db.1795370400000.bad", pl_span_text("of another machine"));
    shop_write_file(s, "license-0123456789abcdef.fedcba9876543210.new", pl_span_text("half a lice"));
    shop_write_file(s, "license-key", pl_span_text(FAKE_KEY));
    shop_write_file(s, "license-key.bad", pl_span_text("somebody's"));
    shop_write_file(s, "mark.txt", pl_span_text("somebody's"));
    client = shop_client(s);
    import_many(s, client, 100);
    assert_true(shop_has_file(s, "lease.bad"));
    assert_int_equal(pospal_client_forget(client), POSPAL_OK);
    pospal_client_close(client);
    assert_true(shop_has_file(s, "license-key") && shop_has_file(s, "license-key.bad") && shop_has_file(s, "mark.txt"));
    assert_int_equal(shop_count_files(s, "license-"), 2);
    assert_int_equal(shop_count_files(s, ".bad"), 1);
    assert_int_equal(shop_count_files(s, "lease"), 0);
    assert_int_equal(shop_count_files(s, "keyset"), 0);
    assert_int_equal(shop_count_files(s, ".new"), 0);
}

/* ---- setting aside ---- */

static void a_file_that_another_process_is_writing_is_left_to_it(void **state)
{
    shop *s = *state;
    pospal_client *client;
    disk d = {.s = s};

    use_disk(&d, s);
    d.table.write = interrupted_write;
    client = shop_active_client(s);
    assert_true(d.has_interrupted);
    assert_int_equal(client->storage, PL_OK);
    pospal_client_close(client);
    s->fs = NULL;
    assert_int_equal(shop_count_files(s, ".bad"), 0);
    s->validator.line = LINE_OFFLINE;
    client = shop_client(s);
    assert_int_equal(shop_status(client), POSPAL_STATUS_ACTIVE);
    pospal_client_close(client);
}

static void a_license_key_file_in_the_directory_is_not_touched(void **state)
{
    shop *s = *state;
    char path[SHOP_PATH_SIZE + 16];
    pospal_client *client;

    (void)snprintf(path, sizeof path, "%s/license-key", s->data);
    shop_write_file(s, "license-key", pl_span_text(FAKE_KEY "\n"));
    s->key = path;
    s->key_source = POSPAL_KEY_FILE;
    client = shop_client(s);
    shop_hold_worker(client);
    assert_int_equal(shop_check(client, POSPAL_CHECK_AUTO, POSPAL_OK), POSPAL_STATUS_ACTIVE);
    assert_int_equal(client->holding->refused, 0);
    shop_close_held(client);
    assert_true(shop_has_file(s, "license-key"));
    assert_int_equal(shop_count_files(s, ".bad"), 0);
}

static void what_was_set_aside_before_is_kept_up_to_nine(void **state)
{
    shop *s = *state;
    char text[16];
    pl_buf bytes;

    for (int i = 1; i <= 10; i++) {
        (void)snprintf(text, sizeof text, "foreign %d", i);
        shop_write_file(s, "lease", pl_span_text(text));
        pospal_client_close(shop_client(s));
    }
    assert_int_equal(shop_count_files(s, ".bad"), 9);
    pl_buf_init(&bytes);
    shop_read_file(s, "lease.bad", &bytes);
    assert_string_equal(bytes.data, "foreign 2"); /* the first gave way */
    pl_buf_clear(&bytes);
    shop_read_file(s, "lease.bad9", &bytes);
    assert_string_equal(bytes.data, "foreign 10");
    pl_buf_reset(&bytes);
}

/* ---- a directory that may only be read; only root can show it ---- */

static shop *the_shop; /* for work in another account's process */

/* 0, or the number of the step that went wrong. */
static int refresh_and_extend(const char *directory)
{
    pospal_client *client = shop_client(the_shop);
    int step = 0;

    (void)directory;
    if (pospal_client_check(client, POSPAL_CHECK_ONLINE, NULL) || the_shop->validator.validations != 1)
        step = 1;
    the_shop->validator.line = LINE_OFFLINE;
    shop_pass(the_shop, 10 * DAY_S - HOUR_S / 2); /* the stored lease is stale, the refreshed one is not */
    if (!step && shop_status(client) != POSPAL_STATUS_GRACE)
        step = 2;
    shop_pass(the_shop, HOUR_S);
    if (!step && (pospal_client_extend(client, NULL) != POSPAL_ERROR_DENIED || !strstr(pospal_error_detail(), "noted")))
        step = 3;
    if (!step && (pospal_client_forget(client) != POSPAL_ERROR_STORAGE || shop_status(client) != POSPAL_STATUS_NONE))
        step = 4;
    pospal_client_close(client);
    return step;
}

static int let_read(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)walk;
    return kind == FTW_SL ? 0 : chmod(path, kind == FTW_F ? 0444 : 0555);
}

static void in_a_read_only_directory_the_stored_key_refreshes_the_lease_and_nothing_is_extended(void **state)
{
    shop *s = *state;

    if (geteuid() != 0)
        skip();
    pospal_client_close(shop_active_client(s));
    shop_pass(s, HOUR_S);
    assert_int_equal(nftw(s->hardware, let_read, 16, FTW_PHYS), 0);
    assert_int_equal(nftw(s->data, let_read, 16, FTW_PHYS), 0);
    assert_int_equal(chmod(s->root, 0755), 0);
    the_shop = s;
    assert_int_equal(run_as(65534, 65534, refresh_and_extend, s->data), 0);
}

/* ---- the extension is taken once, whatever is left of the directory ---- */

static void an_extension_is_not_granted_again_where_the_vault_was_deleted(void **state)
{
    shop *s = *state;
    pospal_client *client = shop_active_client(s);

    shop_pass(s, 10 * DAY_S);
    s->validator.line = LINE_OFFLINE;
    assert_int_equal(pospal_client_extend(client, NULL), POSPAL_OK);
    pospal_client_close(client);
    shop_delete_file(s, "vault.db");
    client = shop_client(s);
    assert_int_equal(shop_status(client), POSPAL_STATUS_GRACE);
    shop_pass(s, 10 * DAY_S);
    assert_int_equal(shop_status(client), POSPAL_STATUS_STALE);
    assert_int_equal(pospal_client_extend(client, NULL), POSPAL_ERROR_DENIED);
    pospal_client_close(client);
}

static void an_extension_is_refused_where_the_mark_cannot_be_written(void **state)
{
    shop *s = *state;
    fault_fs *faulty = fault_fs_new();
    pospal_client *client;

    s->fs = fault_fs_table(faulty);
    client = shop_active_client(s);
    shop_pass(s, 10 * DAY_S);
    s->validator.line = LINE_OFFLINE;
    assert_int_equal(shop_status(client), POSPAL_STATUS_STALE);
    fault_fs_fill_after(faulty, 0);
    assert_int_equal(pospal_client_extend(client, NULL), POSPAL_ERROR_DENIED);
    assert_int_equal(shop_status(client), POSPAL_STATUS_STALE);
    fault_fs_fill_after(faulty, SIZE_MAX);
    assert_int_equal(pospal_client_extend(client, NULL), POSPAL_OK);
    pospal_client_close(client);
    s->fs = NULL;
    fault_fs_free(faulty);
}

#define STORY(name) cmocka_unit_test_setup_teardown(name, shop_setup, shop_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORY(while_no_file_can_be_read_a_running_till_goes_on),
        STORY(a_denial_learned_while_no_file_can_be_read_counts),
        STORY(while_the_directory_is_gone_a_running_till_goes_on),
        STORY(documents_that_were_removed_are_not_held_any_more),
        STORY(a_denial_is_held_among_any_number_of_license_files),
        STORY(a_license_file_for_which_there_is_no_room_is_refused),
        STORY(one_that_takes_the_place_of_a_better_one_and_has_no_room_changes_nothing),
        STORY(in_memory_there_is_room_for_so_many_and_the_next_is_told_why),
        STORY(forget_removes_all_that_is_ours_and_nothing_else),
        STORY(a_file_that_another_process_is_writing_is_left_to_it),
        STORY(a_license_key_file_in_the_directory_is_not_touched),
        STORY(what_was_set_aside_before_is_kept_up_to_nine),
        STORY(in_a_read_only_directory_the_stored_key_refreshes_the_lease_and_nothing_is_extended),
        STORY(an_extension_is_not_granted_again_where_the_vault_was_deleted),
        STORY(an_extension_is_refused_where_the_mark_cannot_be_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
