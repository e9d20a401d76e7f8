/* SPDX-License-Identifier: Apache-2.0
 *
 * The offline_release and offline_answer tables.
 */
#include "store/offline_releases.h"

#include "store/statements.h"

enum { TAKE, COUNT, FIND_ANSWER, PUT_ANSWER, PRUNE_ANSWERS };

static const char *const sql[] = {
    [TAKE] = "INSERT INTO offline_release (brand_id, license_id, activation_id, released_at)"
             " SELECT $1, $2, $3, $4"
             " WHERE (SELECT count(*) FROM offline_release"
             "        WHERE brand_id = $1 AND license_id = $2 AND released_at > $5) < $6",

    [COUNT] = "SELECT count(*) FROM offline_release"
              " WHERE brand_id = $1 AND license_id = $2 AND released_at > $3",

    [FIND_ANSWER] = "SELECT license_id, activation_id FROM offline_answer"
                    " WHERE brand_id = $1 AND digest = $2",

    [PUT_ANSWER] = "INSERT INTO offline_answer (brand_id, digest, license_id, activation_id, answered_at)"
                   " VALUES ($1, $2, $3, $4, $5)"
                   " ON CONFLICT (brand_id, digest) DO UPDATE"
                   " SET license_id = excluded.license_id, activation_id = excluded.activation_id,"
                   "     answered_at = excluded.answered_at",

    [PRUNE_ANSWERS] = "DELETE FROM offline_answer"
                      " WHERE brand_id = $1 AND license_id = $2 AND activation_id = $3"
                      "   AND digest NOT IN (SELECT digest FROM offline_answer"
                      "                      WHERE brand_id = $1 AND license_id = $2 AND activation_id = $3"
                      "                      ORDER BY answered_at DESC, digest"
                      "                      LIMIT $4)",
};

const store_set offline_releases_set = {sql, sizeof(sql) / sizeof(sql[0])};

static pl_db_statement *with_license(const tx_t *tx, size_t statement, const offline_release_t *release)
{
    pl_db_statement *bound = store_statement(tx, STORE_OFFLINE_RELEASES, statement);

    pl_db_bind_uuid(bound, 1, release->brand_id);
    pl_db_bind_uuid(bound, 2, release->license_id);
    return bound;
}

pl_err offline_releases_take(tx_t *tx, const offline_release_t *release, bool *taken)
{
    pl_db_statement *insert = with_license(tx, TAKE, release);
    pl_err err;

    pl_db_bind_uuid(insert, 3, release->activation_id);
    pl_db_bind_int(insert, 4, tx->now_ms);
    pl_db_bind_int(insert, 5, release->since_ms);
    pl_db_bind_int(insert, 6, release->most);
    err = store_change_one(tx, insert);
    *taken = err == PL_OK;
    return err == PL_ERR_NOT_FOUND ? PL_OK : err;
}

pl_err offline_releases_count(tx_t *tx, const offline_release_t *release, int64_t *count)
{
    pl_db_statement *select = with_license(tx, COUNT, release);
    pl_err err;

    pl_db_bind_int(select, 3, release->since_ms);
    if (!(err = store_one(select)))
        *count = pl_db_column_int(select, 0);
    pl_db_reset(select);
    return err;
}

pl_err offline_answers_find(tx_t *tx, offline_answer_t *answer)
{
    pl_db_statement *select = store_statement(tx, STORE_OFFLINE_RELEASES, FIND_ANSWER);
    pl_err err;

    pl_db_bind_uuid(select, 1, answer->brand_id);
    pl_db_bind_blob(select, 2, answer->digest, sizeof(answer->digest));
    if (!(err = store_one(select))) {
        answer->license_id = pl_db_column_uuid(select, 0);
        answer->activation_id = pl_db_column_uuid(select, 1);
    }
    pl_db_reset(select);
    return err;
}

static pl_err prune(tx_t *tx, const offline_answer_t *answer)
{
    pl_db_statement *delete = store_statement(tx, STORE_OFFLINE_RELEASES, PRUNE_ANSWERS);

    pl_db_bind_uuid(delete, 1, answer->brand_id);
    pl_db_bind_uuid(delete, 2, answer->license_id);
    pl_db_bind_uuid(delete, 3, answer->activation_id);
    pl_db_bind_int(delete, 4, OFFLINE_ANSWERS_KEPT);
    return pl_db_err(pl_db_run(delete));
}

pl_err offline_answers_put(tx_t *tx, const offline_answer_t *answer)
{
    pl_db_statement *put = store_statement(tx, STORE_OFFLINE_RELEASES, PUT_ANSWER);
    pl_err err;

    pl_db_bind_uuid(put, 1, answer->brand_id);
    pl_db_bind_blob(put, 2, answer->digest, sizeof(answer->digest));
    pl_db_bind_uuid(put, 3, answer->license_id);
    pl_db_bind_uuid(put, 4, answer->activation_id);
    pl_db_bind_int(put, 5, tx->now_ms);
    err = pl_db_err(pl_db_run(put));
    return err ? err : prune(tx, answer);
}
