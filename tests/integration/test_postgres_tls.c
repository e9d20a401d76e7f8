/* SPDX-License-Identifier: Apache-2.0
 *
 * A PostgreSQL on the line behind TLS: who it is is verified by the certificate in the database's address, and what is wrong with it is
 * said with what to do.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "store/db_postgres.h"
#include "support/postgres_server.h"
#include "support/temp_dir.h"
#include "support/tls_certificate.h"

enum { PATH_SIZE = 512 };

static postgres_server_t cluster;
static char own[TEMP_DIR_SIZE];
static char foreign_file[PATH_SIZE];
static char server_file[PATH_SIZE];

static pl_err open_url(const char *url, pl_db **db)
{
    const pl_db_postgres_options options = {
        .url = url, .mode = DB_READ_WRITE, .connect_timeout_s = 10, .statement_timeout_ms = 20000, .busy_timeout_ms = 1000};

    return pl_db_open_postgres(&options, db);
}

/* The server reads its key only from its own file, which nobody else may read. */
static void write_for_server(const char *name, const char *pem)
{
    char path[PATH_SIZE];
    struct stat data;

    (void)snprintf(path, sizeof path, "%s/data", cluster.directory);
    assert_int_equal(stat(path, &data), 0);
    (void)snprintf(path, sizeof path, "%s/data/%s", cluster.directory, name);
    tls_pem_write(pem, path);
    assert_int_equal(chmod(path, 0600), 0);
    if (geteuid() == 0)
        assert_int_equal(chown(path, data.st_uid, data.st_gid), 0);
}

static void run_on_socket(const char *sql)
{
    char url[POSTGRES_URL_SIZE];
    pl_db *db;

    (void)snprintf(url, sizeof url, "postgres://postgres@/postgres?host=%s&port=%d", cluster.directory, cluster.port);
    assert_int_equal(open_url(url, &db), PL_OK);
    assert_int_equal(pl_db_script(db, sql), PL_OK);
    pl_db_close(db);
}

/* One that lets nobody in over the network but by TLS. */
static int set_up(void **state)
{
    static const char *const careless[] = {"fsync=off", "ssl=on", NULL};
    tls_pem certificate, other;
    char path[PATH_SIZE];
    FILE *file;

    (void)state;
    temp_dir_make(own);
    if (!postgres_server_create(&cluster, NULL, true))
        return -1;
    tls_certificate_make("20200101000000", "20991231235959", &certificate);
    tls_certificate_make("20200101000000", "20991231235959", &other);
    run_on_socket("CREATE ROLE guard LOGIN PASSWORD 'open-sesame'");
    postgres_server_stop(&cluster, SIGINT);
    write_for_server("server.crt", certificate.certificate);
    write_for_server("server.key", certificate.key);
    (void)snprintf(server_file, sizeof server_file, "%s/server.pem", own);
    (void)snprintf(foreign_file, sizeof foreign_file, "%s/other.pem", own);
    tls_pem_write(certificate.certificate, server_file);
    tls_pem_write(other.certificate, foreign_file);
    (void)snprintf(path, sizeof path, "%s/data/pg_hba.conf", cluster.directory);
    file = fopen(path, "we");
    assert_non_null(file);
    (void)fputs("local all postgres trust\nhostssl all guard 127.0.0.1/32 scram-sha-256\n", file);
    (void)fclose(file);
    return postgres_server_start(&cluster, careless) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    postgres_server_remove(&cluster);
    temp_dir_remove(own);
    return 0;
}

static pl_err dial(const char *host, const char *options)
{
    char url[POSTGRES_URL_SIZE];
    pl_db *db = NULL;
    pl_err err;

    (void)snprintf(url, sizeof url, "postgres://guard:open-sesame@%s:%d/postgres?hostaddr=127.0.0.1&%s", host, cluster.port,
                   options);
    err = open_url(url, &db);
    if (!err)
        pl_db_close(db);
    return err;
}

static void with_root(char *options, size_t size, const char *mode, const char *root)
{
    (void)snprintf(options, size, "sslmode=%s&sslrootcert=%s", mode, root);
}

static void a_server_that_is_who_it_says_is_let_in(void **state)
{
    char options[PATH_SIZE + 64];

    (void)state;
    with_root(options, sizeof options, "verify-full", server_file);
    assert_int_equal(dial("127.0.0.1", options), PL_OK);
}

static void one_that_another_signed_is_refused_and_what_to_do_is_said(void **state)
{
    char options[PATH_SIZE + 64];

    (void)state;
    with_root(options, sizeof options, "verify-full", foreign_file);
    assert_int_equal(dial("127.0.0.1", options), PL_ERR_DATABASE);
    assert_non_null(strstr(pl_err_detail(), "certificate verify failed"));
    assert_non_null(strstr(pl_err_detail(), "sslrootcert"));
    assert_null(strstr(pl_err_detail(), "open-sesame"));
}

static void one_of_another_name_is_refused_by_the_strictest_mode_alone(void **state)
{
    char options[PATH_SIZE + 64];

    (void)state;
    with_root(options, sizeof options, "verify-full", server_file);
    assert_int_equal(dial("db.example.com", options), PL_ERR_DATABASE);
    assert_non_null(strstr(pl_err_detail(), "db.example.com"));
    assert_non_null(strstr(pl_err_detail(), "sslmode"));
    with_root(options, sizeof options, "verify-ca", server_file);
    assert_int_equal(dial("db.example.com", options), PL_OK);
}

static void a_missing_file_and_a_line_in_the_clear_are_refused(void **state)
{
    char options[PATH_SIZE + 64];

    (void)state;
    with_root(options, sizeof options, "verify-full", "/nonexistent/ca.pem");
    assert_int_equal(dial("127.0.0.1", options), PL_ERR_DATABASE);
    assert_non_null(strstr(pl_err_detail(), "does not exist"));
    assert_non_null(strstr(pl_err_detail(), "sslrootcert=FILE"));
    assert_int_equal(dial("127.0.0.1", "sslmode=disable"), PL_ERR_DATABASE);
    assert_non_null(strstr(pl_err_detail(), "no encryption"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_that_is_who_it_says_is_let_in),
        cmocka_unit_test(one_that_another_signed_is_refused_and_what_to_do_is_said),
        cmocka_unit_test(one_of_another_name_is_refused_by_the_strictest_mode_alone),
        cmocka_unit_test(a_missing_file_and_a_line_in_the_clear_are_refused),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
