/* SPDX-License-Identifier: Apache-2.0
 *
 * `audit verify`: whether the audit is as it was sealed.
 */
#include "cli/fields.h"
#include "licensing/audit_check.h"
#include "platform/file.h"

typedef struct {
    cli_common_t common;
    const char *brand;
    const char *checkpoint;
} verify_t;

/* clang-format off */
static const option_t options[] = {
    {"brand", OPTION_TEXT, offsetof(verify_t, brand), false, "SLUG", "of this brand alone; else of all, and of the installation", 0, 0},
    {"checkpoint", OPTION_TEXT, offsetof(verify_t, checkpoint), false, "FILE", "a checkpoint of the brand that was kept elsewhere", 0, 0},
};
/* clang-format on */

typedef struct {
    const char *name; /* NULL: the installation */
    audit_check_t check;
    audit_findings_t findings;
} verified_t;

typedef struct {
    const keyring_t *keyring;
    const char *slug;
    pl_span kept;
    verified_t *each;
    size_t count;
} work_t;

static pl_err verify_one(tx_t *tx, const work_t *work, verified_t *one)
{
    pl_err err = audit_check(tx, work->keyring, &one->check, &one->findings);
    const char *detail;

    if (!err)
        return PL_OK;
    if (!(detail = pl_arena_format(tx->arena, "%s", pl_err_detail()[0] ? pl_err_detail() : pl_err_sentence(err))))
        return PL_ERR_MEMORY;
    return pl_fail(err, "the audit of %s: %s", one->name ? one->name : "the installation", detail);
}

static pl_err gather(tx_t *tx, work_t *work)
{
    brand_t *brands;
    size_t count;
    pl_err err = brands_list(tx, &brands, &count);

    if (err)
        return err;
    if (!(work->each = pl_arena_take(tx->arena, (count + 1) * sizeof *work->each)))
        return PL_ERR_MEMORY;
    work->count = 1; /* the installation comes first */
    for (size_t i = 0; i < count; i++, work->count++)
        work->each[work->count] = (verified_t){.name = brands[i].slug, .check = {.brand_id = brands[i].id}};
    return PL_OK;
}

static pl_err choose(tx_t *tx, work_t *work)
{
    brand_t brand;
    pl_err err = find_brand(tx, work->slug, &brand);

    if (err)
        return err;
    if (!(work->each = pl_arena_take(tx->arena, sizeof *work->each)))
        return PL_ERR_MEMORY;
    work->count = 1;
    *work->each = (verified_t){.name = brand.slug, .check = {brand.id, work->kept}};
    return PL_OK;
}

static pl_err work_verify(void *context, tx_t *tx)
{
    work_t *work = context;
    pl_err err = work->slug ? choose(tx, work) : gather(tx, work);

    for (size_t i = 0; !err && i < work->count; i++)
        err = verify_one(tx, work, &work->each[i]);
    return err;
}

static void put_verified(cli_t *cli, const verified_t *one)
{
    pl_json_open(&cli->json, NULL, '{');
    pl_json_put_text(&cli->json, "brand", one->name ? one->name : "");
    pl_json_put_int(&cli->json, "seals", one->findings.seals);
    pl_json_put_int(&cli->json, "rows", one->findings.rows);
    pl_json_put_int(&cli->json, "signed_up_to", one->findings.last_signed);
    pl_json_put_int(&cli->json, "unsealed", one->findings.unsealed);
    pl_json_put_int(&cli->json, "sealed_late", one->findings.late);
    if (one->findings.late)
        put_id(cli, "first_late", one->findings.first_late);
    pl_json_close(&cli->json);
}

static pl_err read_checkpoint(const verify_t *verify, pl_buf *kept)
{
    const pl_fs *fs = pl_fs_system();
    pl_err err;

    if (!verify->checkpoint)
        return PL_OK;
    if (!verify->brand)
        return pl_fail(PL_ERR_INVALID, "--checkpoint is of one brand; name it with --brand");
    if ((err = fs->read(fs->context, verify->checkpoint, PL_JWS_MAX, kept)))
        return pl_fail(err, "the checkpoint \"%s\" cannot be read: %s", verify->checkpoint, pl_err_sentence(err));
    while (kept->size > 0 && (kept->data[kept->size - 1] == '\n' || kept->data[kept->size - 1] == '\r'))
        kept->size--;
    return PL_OK;
}

static pl_err run(cli_t *cli, const void *values)
{
    const verify_t *verify = values;
    work_t work = {.keyring = keys_pin(instance_keys(cli->instance), &cli->arena), .slug = verify->brand};
    pl_buf kept;
    pl_err err;

    pl_buf_init(&kept);
    err = work.keyring ? read_checkpoint(verify, &kept) : PL_ERR_MEMORY;
    work.kept = pl_buf_span(&kept);
    if (!err)
        err = instance_read(cli->instance, &cli->arena, work_verify, &work);
    pl_buf_reset(&kept);
    if (err)
        return err;
    pl_json_open(&cli->json, "audits", '[');
    for (size_t i = 0; i < work.count; i++)
        put_verified(cli, &work.each[i]);
    pl_json_close(&cli->json);
    return PL_OK;
}

const command_t command_audit_verify = {
    .name = "audit verify",
    .summary = "check that no entry was changed, removed, added or moved",
    .example = "audit verify --data /var/lib/pospal --brand acme --checkpoint /safe/acme.checkpoint",
    .needs = CLI_INSTANCE,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
};
