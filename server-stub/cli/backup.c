/* SPDX-License-Identifier: Apache-2.0
 *
 * `backup`, `restore`, and for a database that is put back by other means `epoch raise`.
 */
#include "cli/command.h"
#include "store/chores.h"

typedef struct {
    cli_common_t common;
    const char *file;
} backup_t;

static const option_t options[] = {
    {"file", OPTION_OPERAND, offsetof(backup_t, file), true, "FILE", "the copy of the database", 0, 0},
};

pl_err cli_backup_before(cli_t *cli, const char *directory, const char *what, const char **path)
{
    pl_err err;

    *path = pl_arena_format(&cli->arena, "%s/validator.db.before-%s-%lld", directory, what,
                            (long long)instance_now_ms(cli->instance));
    if (!*path)
        return PL_ERR_MEMORY;
    err = instance_backup(cli->instance, *path);
    return err == PL_ERR_UNSUPPORTED ? pl_fail(err, "make a backup of the database first (pg_dump), then say --no-backup") : err;
}

static pl_err work_note(void *context, tx_t *tx)
{
    return chores_note_done(tx, CHORE_BACKUP, context);
}

static pl_err run_backup(cli_t *cli, const void *values)
{
    const backup_t *backup = values;
    char *file = pl_arena_text(&cli->arena, pl_span_text(backup->file));
    pl_err err = file ? instance_backup(cli->instance, file) : PL_ERR_MEMORY;

    if (err || (err = instance_write(cli->instance, &cli->arena, work_note, file)))
        return err;
    pl_json_put_text(&cli->json, "backup", backup->file);
    pl_json_put_text(&cli->json, "note", "the master key and the root keys are not in it: keep them elsewhere");
    return PL_OK;
}

static pl_err run_restore(cli_t *cli, const void *values)
{
    const backup_t *backup = values;
    int64_t epoch;
    const instance_place_t place = cli_place(&backup->common);
    pl_err err = instance_restore(&place, backup->file, &cli->clock, &epoch);

    if (err)
        return err;
    pl_json_put_text(&cli->json, "restored", backup->file);
    pl_json_put_int(&cli->json, "epoch", epoch);
    return PL_OK;
}

static pl_err run_epoch_raise(cli_t *cli, const void *values)
{
    int64_t epoch;
    pl_err err = instance_raise_epoch(cli->instance, &cli->arena, &epoch);

    (void)values;
    if (err)
        return err;
    pl_json_put_int(&cli->json, "epoch", epoch);
    return PL_OK;
}

const command_t command_backup = {
    .name = "backup",
    .summary = "copy SQLite's database, also while the server runs",
    .example = "backup --data /var/lib/pospal /media/usb/validator-2027-01-31.db",
    .needs = CLI_INSTANCE,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run_backup,
};

const command_t command_restore = {
    .name = "restore",
    .summary = "put a backup in the database's place; the server must be stopped",
    .example = "restore --data /var/lib/pospal /media/usb/validator-2027-01-31.db",
    .needs = CLI_DIRECTORY,
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .run = run_restore,
};

const command_t command_epoch_raise = {
    .name = "epoch raise",
    .summary = "after PostgreSQL's own means have put an older state of the database back",
    .example = "epoch raise --data /var/lib/pospal --db postgres://pospal@db.example.com/pospal",
    .needs = CLI_INSTANCE,
    .run = run_epoch_raise,
};
