/* SPDX-License-Identifier: Apache-2.0
 *
 * `audit export`: the audit of a brand as JSON lines, so that others can verify it; docs/PROTOCOL.md says how.
 */
#include "cli/fields.h"
#include "licensing/audit_chain.h"

typedef struct {
    cli_common_t common;
    const char *brand;
    bool without_addresses;
} export_t;

/* clang-format off */
static const option_t options[] = {
    {"brand", OPTION_TEXT, offsetof(export_t, brand), false, "SLUG", "of this brand; else what concerns the whole installation", 0, 0},
    {"without-addresses", OPTION_FLAG, offsetof(export_t, without_addresses), false, NULL, "leave out addresses, notes and salts; it verifies all the same", 0, 0},
};
/* clang-format on */

typedef struct {
    cli_t *cli;
    const export_t *asked;
    const keyring_t *keyring;
    pl_uuid brand_id;
} work_t;

/* ---- lines ---- */

static pl_err print_line(const cli_t *cli, pl_buf *line)
{
    if (!line->err && fprintf(cli->out, "%s\n", line->data) < 0)
        return pl_fail(PL_ERR_IO, "the audit could not be printed");
    return line->err;
}

static void put_uuid(pl_json_writer *json, const char *name, pl_uuid id)
{
    char text[PL_UUID_TEXT_SIZE];

    pl_uuid_format(id, text);
    if (!pl_uuid_is_nil(id))
        pl_json_put_text(json, name, text);
}

static void put_bytes(pl_json_writer *json, const char *name, const uint8_t *bytes, size_t size)
{
    char text[64];

    pl_base64url_encode(pl_span_of(bytes, size), text);
    pl_json_put_text(json, name, text);
}

/* Texts stay texts, also where they hold JSON: the digest is over their bytes. */
static void write_row(pl_json_writer *json, const audit_t *row, bool with_address)
{
    pl_json_put_text(json, "type", "row");
    if (row->seal)
        pl_json_put_int(json, "seal", row->seal);
    put_uuid(json, "brand_id", row->brand_id);
    put_uuid(json, "id", row->id);
    pl_json_put_text(json, "actor", row->actor);
    pl_json_put_text(json, "action", audit_action_text(row->action));
    put_uuid(json, "target", row->target);
    pl_json_put_text(json, "metadata", row->metadata);
    pl_json_put_text(json, "before", row->before);
    pl_json_put_text(json, "after", row->after);
    pl_json_put_text(json, "request_id", row->request_id);
    pl_json_put_text(json, "address_mark", row->address_mark);
    if (!with_address)
        return;
    pl_json_put_text(json, "address", row->address);
    pl_json_put_text(json, "note", row->note);
    if (row->has_salt)
        put_bytes(json, "salt", row->salt, sizeof row->salt);
}

static void write_seal(pl_json_writer *json, const audit_seal_t *seal)
{
    pl_json_put_text(json, "type", "seal");
    put_uuid(json, "brand_id", seal->brand_id);
    pl_json_put_int(json, "sequence", seal->sequence);
    put_uuid(json, "first_id", seal->first_id);
    put_uuid(json, "last_id", seal->last_id);
    pl_json_put_int(json, "row_count", seal->row_count);
    pl_json_put_int(json, "sealed_at_ms", seal->sealed_at_ms);
    put_bytes(json, "hash", seal->hash, sizeof seal->hash);
    pl_json_put_text(json, "checkpoint", seal->checkpoint);
}

static void write_head(pl_json_writer *json, const work_t *work)
{
    const brand_keys_t *brand = keyring_find_brand(work->keyring, work->brand_id);

    pl_json_put_text(json, "type", "audit");
    pl_json_put_int(json, "version", 1);
    put_uuid(json, "brand_id", work->brand_id);
    if (brand && brand->has_keyset)
        pl_json_put_span(json, "keyset", brand->keyset_token);
}

typedef struct {
    const audit_t *row; /* or */
    const audit_seal_t *seal;
} line_t;

static pl_err print_one(const work_t *work, line_t what)
{
    pl_json_writer json;
    pl_buf line;
    pl_err err;

    pl_buf_init(&line);
    pl_json_writer_init(&json, &line);
    pl_json_open(&json, NULL, '{');
    if (what.row)
        write_row(&json, what.row, !work->asked->without_addresses);
    else if (what.seal)
        write_seal(&json, what.seal);
    else
        write_head(&json, work);
    pl_json_close(&json);
    err = print_line(work->cli, &line);
    pl_buf_reset(&line);
    return err;
}

/* ---- the whole ---- */

static pl_err print_rows(const work_t *work, const audit_t *rows, size_t count)
{
    pl_err err = PL_OK;

    for (size_t i = 0; !err && i < count; i++)
        err = print_one(work, (line_t){.row = &rows[i]});
    return err;
}

static pl_err print_seal(tx_t *tx, const work_t *work, int64_t *sequence)
{
    audit_seal_t seal;
    audit_t *rows;
    size_t count;
    pl_err err;

    if ((err = audit_seal_after(tx, work->brand_id, *sequence, &seal)) || (err = audit_seal_rows(tx, &seal, &rows, &count)) ||
        (err = print_rows(work, rows, count)))
        return err;
    *sequence = seal.sequence;
    return print_one(work, (line_t){.seal = &seal});
}

static pl_err work_export(void *context, tx_t *tx)
{
    work_t *work = context;
    brand_t brand = {.slug = NULL};
    int64_t sequence = 0;
    audit_t *rows;
    size_t count;
    pl_err err = work->asked->brand ? find_brand(tx, work->asked->brand, &brand) : PL_OK;

    work->brand_id = brand.id;
    if (!err)
        err = print_one(work, (line_t){.row = NULL});
    while (!err) {
        tx_t inner = *tx;
        pl_arena arena;

        pl_arena_init(&arena); /* the memory of one seal at a time */
        inner.arena = &arena;
        err = print_seal(&inner, work, &sequence);
        pl_arena_reset(&arena);
    }
    if (err != PL_ERR_NOT_FOUND || (work->asked->brand && !brand.slug) ||
        (err = audit_unsealed_rows(tx, work->brand_id, &rows, &count)))
        return err;
    return print_rows(work, rows, count);
}

static pl_err run(cli_t *cli, const void *values)
{
    work_t work = {.cli = cli, .asked = values, .keyring = keys_pin(instance_keys(cli->instance), &cli->arena)};

    return work.keyring ? instance_read(cli->instance, &cli->arena, work_export, &work) : PL_ERR_MEMORY;
}

const command_t command_audit_export = {
    .name = "audit export",
    .summary = "print the audit with its seals as JSON lines, for others to verify",
    .example = "audit export --data /var/lib/pospal --brand acme > acme-audit.jsonl",
    .needs = CLI_INSTANCE,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run,
    .prints_itself = true,
};
