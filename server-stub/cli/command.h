/* SPDX-License-Identifier: Apache-2.0
 *
 * A command as a row of the table in cli.c: how it is written, what it says of itself, what it runs. One command per file, families
 * of small ones together.
 */
#ifndef POSPAL_CLI_COMMAND_H
#define POSPAL_CLI_COMMAND_H

#include "base/clock.h"
#include "base/json.h"
#include "command_line/options.h"
#include "licensing/instance.h"

/* One invocation. Commands write their result as members of one JSON object; without --json it is printed as text. */
typedef struct {
    FILE *out;
    FILE *err;
    const char *(*environment)(const char *name);
    pl_clock clock;
    pl_arena arena;
    pl_json_writer json;
    instance_t *instance; /* for those that need one */
    bool is_partial;      /* it is done, but for a part that was refused: an exit code of its own */
    bool needs_attention; /* it went well, and found something to look at: exit code 1 */
} cli_t;

/* The first member of every command's values. */
typedef struct {
    const char *data;
    const char *db; /* postgres://...; NULL: SQLite's in the data directory */
    bool json;
    bool help;
} cli_common_t;

typedef enum {
    CLI_NO_DATA,   /* no --data */
    CLI_DIRECTORY, /* --data, not opened */
    CLI_OPTIONAL,  /* the same, but it may be missing */
    CLI_INSTANCE   /* --data, opened */
} cli_needs_t;

typedef struct {
    const char *name; /* "license issue" */
    const char *summary;
    const char *example; /* what follows "pospal-validator " */
    cli_needs_t needs;
    const option_t *options; /* besides the common ones */
    size_t option_count;
    pl_err (*run)(cli_t *cli, const void *values);
    bool prints_itself; /* the JSON object, if it wrote any, is shown with --json only */
} command_t;

enum { CLI_VALUES_MAX = 512 };

/* Where the installation is that the common options name. */
instance_place_t cli_place(const cli_common_t *common);

/* A copy of SQLite's database beside it, before what cannot be undone. PL_ERR_UNSUPPORTED says what to do for PostgreSQL. */
pl_err cli_backup_before(cli_t *cli, const char *directory, const char *what, const char **path);

extern const command_t command_epoch_raise;
extern const command_t command_init, command_serve, command_version, command_backup, command_restore;
extern const command_t command_brand_add, command_brand_list, command_brand_set, command_brand_settings;
extern const command_t command_facade_bind, command_facade_list, command_facade_unbind;
extern const command_t command_billing_reconcile, command_billing_events, command_billing_retry;
extern const command_t command_operator_key_add, command_operator_key_list, command_operator_key_revoke;
extern const command_t command_product_add, command_product_change, command_product_list;
extern const command_t command_license_issue, command_license_show, command_license_list, command_license_file;
extern const command_t command_license_suspend, command_license_resume, command_license_cancel, command_license_renew;
extern const command_t command_license_reactivate, command_license_change, command_license_policy, command_license_transfer;
extern const command_t command_customer_list, command_customer_add, command_customer_change;
extern const command_t command_session_list, command_session_end;
extern const command_t command_api_key_list, command_api_key_add, command_api_key_change, command_api_key_rotate,
    command_api_key_revoke;
extern const command_t command_webhook_list, command_webhook_add, command_webhook_change, command_webhook_remove,
    command_webhook_rotate, command_webhook_test;
extern const command_t command_webhook_deliveries, command_webhook_delivery, command_webhook_redeliver;
extern const command_t command_revocations_export;
extern const command_t command_license_answer, command_license_release;
extern const command_t command_trial_file;
extern const command_t command_activation_list, command_activation_release;
extern const command_t command_audit_list, command_usage_list;
extern const command_t command_audit_verify, command_audit_export, command_audit_erase;
extern const command_t command_release_add, command_release_list, command_release_withdraw;
extern const command_t command_simulate, command_import, command_import_d1, command_export;
extern const command_t command_customer_show, command_customer_export, command_customer_erase;
extern const command_t command_refund_list, command_refund_show, command_refund_approve, command_refund_reject,
    command_refund_settle;
extern const command_t command_report;
extern const command_t command_keys_list, command_keys_rotate, command_keys_retire, command_keys_revoke;
extern const command_t command_mail_list, command_mail_show, command_mail_resend, command_mail_preview, command_mail_test;
extern const command_t command_keys_export, command_keys_rewrap, command_keys_add_root;

#endif
