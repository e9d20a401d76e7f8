/* SPDX-License-Identifier: Apache-2.0
 *
 * The HTTPS server of tests, over Mbed TLS 2.28 or 3.x.
 */
#include "support/tls_server.h"

#include "support/tls_certificate.h"

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/entropy.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

struct tls_server {
    const char *reply;
    int port;
    char pin[TLS_PIN_SIZE];
    mbedtls_net_context listener;
    mbedtls_entropy_context entropy;
    mbedtls_ctr_drbg_context random;
    mbedtls_pk_context key;
    mbedtls_x509_crt certificate;
    mbedtls_ssl_config config;
    pthread_t thread;
};

static void must(int result)
{
    if (result != 0) {
        fprintf(stderr, "tls_server: -0x%04x\n", (unsigned)-result);
        abort();
    }
}

static void parse_key(tls_server *s, const char *pem)
{
    const unsigned char *text = (const unsigned char *)pem;

#if MBEDTLS_VERSION_MAJOR >= 3
    must(mbedtls_pk_parse_key(&s->key, text, strlen(pem) + 1, NULL, 0, mbedtls_ctr_drbg_random, &s->random));
#else
    must(mbedtls_pk_parse_key(&s->key, text, strlen(pem) + 1, NULL, 0));
#endif
}

static void make_certificate(tls_server *s, const tls_server_options *options)
{
    tls_pem pem;

    tls_certificate_make(options->not_before, options->not_after, &pem);
    parse_key(s, pem.key);
    must(mbedtls_x509_crt_parse(&s->certificate, (const unsigned char *)pem.certificate, strlen(pem.certificate) + 1));
    tls_pem_write(pem.certificate, options->ca_file);
    memcpy(s->pin, pem.pin, sizeof s->pin);
}

static void serve_one(tls_server *s, mbedtls_net_context *client)
{
    unsigned char request[8192];
    mbedtls_ssl_context ssl;

    mbedtls_ssl_init(&ssl);
    must(mbedtls_ssl_setup(&ssl, &s->config));
    mbedtls_ssl_set_bio(&ssl, client, mbedtls_net_send, mbedtls_net_recv, NULL);
    if (mbedtls_ssl_handshake(&ssl) == 0 && mbedtls_ssl_read(&ssl, request, sizeof request) > 0) {
        (void)mbedtls_ssl_write(&ssl, (const unsigned char *)s->reply, strlen(s->reply));
        (void)mbedtls_ssl_close_notify(&ssl);
    }
    mbedtls_ssl_free(&ssl);
}

static void *serve(void *context)
{
    tls_server *s = context;
    mbedtls_net_context client;

    mbedtls_net_init(&client);
    while (mbedtls_net_accept(&s->listener, &client, NULL, 0, NULL) == 0) {
        serve_one(s, &client);
        mbedtls_net_free(&client);
    }
    return NULL;
}

static void configure(tls_server *s)
{
    must(
        mbedtls_ssl_config_defaults(&s->config, MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT));
    mbedtls_ssl_conf_rng(&s->config, mbedtls_ctr_drbg_random, &s->random);
    must(mbedtls_ssl_conf_own_cert(&s->config, &s->certificate, &s->key));
}

/* False where the address is none of this machine's. */
static bool listen_somewhere(tls_server *s, const char *host)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;

    if (mbedtls_net_bind(&s->listener, host, "0", MBEDTLS_NET_PROTO_TCP) != 0)
        return false;
    must(getsockname(s->listener.fd, (struct sockaddr *)&address, &size));
    s->port = ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)(void *)&address)->sin6_port
                                                  : ((struct sockaddr_in *)(void *)&address)->sin_port);
    return true;
}

static void release(tls_server *s)
{
    mbedtls_net_free(&s->listener);
    mbedtls_ssl_config_free(&s->config);
    mbedtls_x509_crt_free(&s->certificate);
    mbedtls_pk_free(&s->key);
    mbedtls_ctr_drbg_free(&s->random);
    mbedtls_entropy_free(&s->entropy);
    free(s);
}

static tls_server *start(const tls_server_options *options, const char *host)
{
    tls_server *s = calloc(1, sizeof *s);

    if (!s)
        abort();
    s->reply = options->reply;
    mbedtls_net_init(&s->listener);
    mbedtls_entropy_init(&s->entropy);
    mbedtls_ctr_drbg_init(&s->random);
    mbedtls_pk_init(&s->key);
    mbedtls_x509_crt_init(&s->certificate);
    mbedtls_ssl_config_init(&s->config);
    must(mbedtls_ctr_drbg_seed(&s->random, mbedtls_entropy_func, &s->entropy, NULL, 0));
    make_certificate(s, options);
    configure(s);
    if (!listen_somewhere(s, host)) {
        release(s);
        return NULL;
    }
    must(pthread_create(&s->thread, NULL, serve, s));
    return s;
}

tls_server *tls_server_start(const tls_server_options *options)
{
    tls_server *s = start(options, "127.0.0.1");

    if (!s)
        abort();
    return s;
}

tls_server *tls_server_start_ipv6(const tls_server_options *options)
{
    return start(options, "::1");
}

void tls_server_stop(tls_server *s)
{
    shutdown(s->listener.fd, SHUT_RDWR); /* accept returns, with an error */
    pthread_join(s->thread, NULL);
    release(s);
}

int tls_server_port(const tls_server *s)
{
    return s->port;
}

const char *tls_server_pin(const tls_server *s)
{
    return s->pin;
}
