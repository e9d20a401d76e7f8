/* SPDX-License-Identifier: Apache-2.0
 *
 * libpospal-license: what is this program's license worth, now? This header is the whole public interface.
 *
 *   pospal_options *options = pospal_options_new();
 *   pospal_options_set_product(options, "till", "2.4.0");
 *   pospal_options_set(options, POSPAL_OPTION_SERVER, "https://license.example.com");
 *   pospal_options_set(options, POSPAL_OPTION_ROOT_KEYS, ROOT_KEYS_JSON);
 *   pospal_client *client = NULL;
 *   if (pospal_client_open(options, &client) != POSPAL_OK) { ... pospal_error_detail() ... }
 *   pospal_options_free(options);
 *   if (pospal_client_status(client) == POSPAL_STATUS_ACTIVE) { ... }
 *   pospal_client_close(client);
 *
 * Rules that hold for every function:
 *   - Text is UTF-8 and NUL-terminated. Times are int64 Unix seconds; 0 means "none". Durations carry their unit in the name.
 *   - Two enums answer two questions. pospal_result_t: did the call work? pospal_status_t: what is the license worth? An expired
 *     license is POSPAL_OK with POSPAL_STATUS_EXPIRED. Zero in the status enum is NONE and getters accept NULL: a forgotten check
 *     fails closed.
 *   - Unreachable is never denied; what is not signed is never believed. The program decides what to do with a status: the library never stops it.
 *   - There is no process-wide state to set up (pospal_set_allocator is a choice, not a duty). Any number of clients and products may live in one process. Every function may be
 *     called from any thread unless it says otherwise. The library never aborts, prints, exits, forks, runs another program, or
 *     touches signal handlers or the locale.
 *   - A client does not live on in a forked child, where its calls return POSPAL_ERROR_CLOSED: open a new one. Closing it there does nothing.
 *   - A handle is freed by exactly one call; the free and close functions accept NULL.
 *   - Blocks: network is the time-out for each exchange (two where keys of the server's are new), once the client's running one has ended, and 5 s for other processes.
 */
#ifndef POSPAL_LICENSE_H
#define POSPAL_LICENSE_H

#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32) && defined(POSPAL_SHARED_BUILD)
#define POSPAL_API __declspec(dllexport)
#elif defined(_WIN32) && defined(POSPAL_SHARED)
#define POSPAL_API __declspec(dllimport)
#elif defined(__GNUC__)
#define POSPAL_API __attribute__((visibility("default")))
#else
#define POSPAL_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Types ---------------------------------------------------------------------------------------------------------------- */

/* What a client is to be opened with. Used by one thread at a time. */
typedef struct pospal_options pospal_options;
/* One product of one vendor on this machine. */
typedef struct pospal_client pospal_client;
/* A seat among those that may be in use at once, as this program wants it. */
typedef struct pospal_session pospal_session;
/* What was known of the license at one moment. Never changes in your hand; may be read by many threads. */
typedef struct pospal_license pospal_license;

/* A call that runs in the background. */
typedef struct pospal_task pospal_task;

/* Did the call work? The numbers are stable. */
typedef enum pospal_result {
    POSPAL_OK = 0,
    POSPAL_ERROR_INVALID_ARGUMENT = 1, /* a parameter or option is wrong; the detail names it */
    POSPAL_ERROR_OUT_OF_MEMORY = 2,
    POSPAL_ERROR_STORAGE = 3,        /* the data directory cannot be read or written */
    POSPAL_ERROR_UNREACHABLE = 4,    /* no signed answer could be had from the server; nothing was decided */
    POSPAL_ERROR_DENIED = 5,         /* the server decided against the request, signed; the license says why */
    POSPAL_ERROR_NO_LICENSE_KEY = 6, /* a license key is needed and none is stored or given */
    POSPAL_ERROR_NO_FINGERPRINT = 7, /* too little hardware is readable to tell this machine from others */
    POSPAL_ERROR_BAD_DOCUMENT = 8,   /* a license file is damaged, forged, or meant for another product or device */
    POSPAL_ERROR_NOT_FOUND = 9,
    POSPAL_ERROR_CONFLICT = 10,     /* something newer is held, or the state does not allow it */
    POSPAL_ERROR_UNSUPPORTED = 11,  /* this platform or build cannot do it */
    POSPAL_ERROR_CLOSED = 12,       /* the client is being closed */
    POSPAL_ERROR_INTERNAL = 13,     /* a defect; please report it with the detail */
    POSPAL_ERROR_NOT_YET_VALID = 14 /* a license file is kept, and counts from a later date on; or the clock keeps a trial back */
} pospal_result_t;

/* What is the license worth? The numbers are stable. See docs/INTEGRATING.md for the table that decides it. */
typedef enum pospal_status {
    POSPAL_STATUS_NONE = 0,          /* nothing verified is held: not activated */
    POSPAL_STATUS_ACTIVE = 1,        /* good */
    POSPAL_STATUS_GRACE = 2,         /* good, but the server should be reached before grace_until */
    POSPAL_STATUS_STALE = 3,         /* must go online; an emergency extension may be at hand */
    POSPAL_STATUS_EXPIRED = 4,       /* the license's end is past */
    POSPAL_STATUS_SUSPENDED = 5,     /* stopped by the vendor for now, e.g. an unpaid invoice */
    POSPAL_STATUS_REVOKED = 6,       /* ended by the vendor */
    POSPAL_STATUS_NO_SEAT = 7,       /* all seats are taken by other devices */
    POSPAL_STATUS_WRONG_PRODUCT = 8, /* what is held was made for another product */
    POSPAL_STATUS_WRONG_DEVICE = 9   /* what is held is bound to another device */
} pospal_status_t;

/* The options that are a text: what pospal_options_set sets. The numbers are stable. */
typedef enum pospal_option {
    /*
     * The validator's address, as https://host[:port][/path] of at most 512 bytes; an IPv6 address stands in brackets. Without one the
     * client works with license files only. http:// is accepted for loopback addresses only, since a license key travels in the request.
     */
    POSPAL_OPTION_SERVER = 1,
    /*
     * The brand's root public keys; required. A JSON Web Key Set (RFC 7517) as `pospal-validator init` writes it
     * (SLUG.root-public.jwks.json): the root in use first, then the reserve; 1 to 4 keys, EdDSA on Ed25519 or ES256 on P-256. Compile it
     * into the program.
     */
    POSPAL_OPTION_ROOT_KEYS = 2,
    /*
     * The directory for the license state, at most 900 bytes. It is created with rights for its owner only; where it exists with rights
     * for a group, that group shares the state. A second product's is PRODUCT.product beneath it. By default a directory named after the product under /var/lib/pospal for root, under
     * $XDG_DATA_HOME/pospal or ~/.local/share/pospal for users (macOS: Library/Application Support, Windows: ProgramData). An empty text
     * keeps everything in memory.
     */
    POSPAL_OPTION_DATA_DIRECTORY = 3,
    /*
     * The proxy, as [scheme://][user:password@]host[:port], or "" for a direct connection. Schemes: http (the default), https, socks4,
     * socks4a, socks5, socks5h, as far as libcurl has them. In user and password @ / : are percent-encoded. By default the system's
     * environment (https_proxy, HTTPS_PROXY, all_proxy, no_proxy) decides, but for http:// never. User and password are in no log, detail or report.
     */
    POSPAL_OPTION_PROXY = 4,
    /* A PEM file of CA certificates to trust for the server instead of the system's. */
    POSPAL_OPTION_CA_FILE = 5,
    /*
     * The server's public keys, pinned beside the usual check of its certificate: another key is unreachable, code "tls_pin".
     * "sha256//BASE64" up to 8 times with ";" between, each the SHA-256 of a SubjectPublicKeyInfo. Pin a reserve key too: a program whose
     * every pin is outdated reaches its server no more, and lives on what it holds. Not for http://, nor for a proxy.
     */
    POSPAL_OPTION_PINNED_KEYS = 6,
    /* The name under which the vendor sees this device, at most 128 bytes; the host name by default. */
    POSPAL_OPTION_DEVICE_NAME = 7,
    /*
     * A directory to read hardware identifiers from instead of "/", at most 900 bytes: for a program in a container that has the host's
     * /sys, /proc and /etc mounted there. Linux only; ignored elsewhere.
     */
    POSPAL_OPTION_HARDWARE_ROOT = 8
} pospal_option_t;

/* The texts of a license: what pospal_license_field returns. The numbers are stable. */
typedef enum pospal_field {
    POSPAL_FIELD_LICENSE_ID = 1,   /* its id at the vendor */
    POSPAL_FIELD_PLAN = 2,         /* what it was sold as */
    POSPAL_FIELD_CUSTOMER = 3,     /* the customer's name */
    POSPAL_FIELD_DEVICE_NAME = 4,  /* the device that it is bound to */
    POSPAL_FIELD_ACTIVATION_ID = 5 /* this device's activation, for talking to the vendor */
} pospal_field_t;

/* The times of a license, in Unix seconds: what pospal_license_time returns. The numbers are stable. */
typedef enum pospal_moment {
    POSPAL_MOMENT_EXPIRES_AT = 1,  /* the license ends; 0: it is perpetual */
    POSPAL_MOMENT_REFRESH_AT = 2,  /* the library asks the server again by itself; 0: it does not */
    POSPAL_MOMENT_CHECK_BY = 3,    /* ACTIVE becomes GRACE without contact to the server; 0: no contact is needed */
    POSPAL_MOMENT_GRACE_UNTIL = 4, /* GRACE becomes STALE without contact to the server; 0: no contact is needed */
    POSPAL_MOMENT_HOLDS_UNTIL = 5, /* the present status holds if nothing is heard; 0: it does not end by itself */
    POSPAL_MOMENT_ISSUED_AT = 6    /* the document behind this answer was signed, for "checked 5 minutes ago"; 0: none is held */
} pospal_moment_t;

/* Where the answer came from. */
typedef enum pospal_source {
    POSPAL_SOURCE_NONE = 0,
    POSPAL_SOURCE_ONLINE = 1,       /* the server, in this process */
    POSPAL_SOURCE_CACHE = 2,        /* a stored answer of the server */
    POSPAL_SOURCE_LICENSE_FILE = 3, /* an offline license file */
    POSPAL_SOURCE_EMERGENCY = 4     /* an emergency extension */
} pospal_source_t;

/* Why the status is what it is. */
typedef enum pospal_reason {
    POSPAL_REASON_NONE = 0,
    POSPAL_REASON_NOT_ACTIVATED = 1,
    POSPAL_REASON_IN_ORDER = 2,
    POSPAL_REASON_CHECK_OVERDUE = 3,
    POSPAL_REASON_LICENSE_ENDED = 4,
    POSPAL_REASON_PAYMENT_FAILED = 5,
    POSPAL_REASON_VENDOR = 6,
    POSPAL_REASON_REFUND = 7,
    POSPAL_REASON_DISPUTE = 8,
    POSPAL_REASON_SEATS_TAKEN = 9,
    POSPAL_REASON_OTHER_PRODUCT = 10,
    POSPAL_REASON_OTHER_DEVICE = 11,
    POSPAL_REASON_UNKNOWN_KEY = 12,
    POSPAL_REASON_EMERGENCY = 13,
    POSPAL_REASON_RELEASED = 14,
    POSPAL_REASON_NO_TRIAL = 15
} pospal_reason_t;

/* Does this device hold one of the seats that may be in use at once? The numbers are stable. */
typedef enum pospal_session_state {
    POSPAL_SESSION_NONE = 0,        /* never started, or ended */
    POSPAL_SESSION_HELD = 1,        /* the server says so, and its lease runs */
    POSPAL_SESSION_UNCONFIRMED = 2, /* nobody here has reached the server for a lease: go on, the license is usable */
    POSPAL_SESSION_TAKEN = 3,       /* other devices hold all seats; it is had again when one becomes free */
    POSPAL_SESSION_EVICTED = 4,     /* another device took it over: see pospal_session_evictor */
    POSPAL_SESSION_DENIED = 5       /* the license is not usable: its status says why */
} pospal_session_state_t;

/* Who holds a seat, by value in your own storage. Set size to sizeof(pospal_holder_t) before a call: later versions append members. */
typedef struct pospal_holder {
    size_t size;
    char session_id[40];
    char activation_id[68];
    char device_name[129]; /* "": not told */
    char reason[129];      /* evictor: what its user gave as reason */
    int64_t since;         /* when the session was started, or the seat taken over */
    int64_t seen;          /* when the server heard from it last */
    int is_this_device;
} pospal_holder_t;

/* How pospal_client_check may find its answer. */
typedef enum pospal_check_mode {
    POSPAL_CHECK_AUTO = 0,  /* local while ACTIVE or GRACE, refreshing in the background when due; otherwise online */
    POSPAL_CHECK_LOCAL = 1, /* never the network */
    POSPAL_CHECK_ONLINE = 2 /* ask the server now */
} pospal_check_mode_t;

/* What a task does. The numbers are stable. */
typedef enum pospal_verb {
    POSPAL_VERB_ACTIVATE = 1,     /* pospal_client_activate; the argument is the key or NULL */
    POSPAL_VERB_CHECK_ONLINE = 2, /* pospal_client_check, ONLINE */
    POSPAL_VERB_CHECK_AUTO = 3,   /* pospal_client_check, AUTO */
    POSPAL_VERB_DEACTIVATE = 4,   /* pospal_client_deactivate; gives no license */
    POSPAL_VERB_START_TRIAL = 5   /* pospal_client_start_trial */
} pospal_verb_t;

/* What the value given to pospal_options_set_license_key is. */
typedef enum pospal_key_source { POSPAL_KEY_TEXT = 0, POSPAL_KEY_FILE = 1, POSPAL_KEY_ENVIRONMENT = 2 } pospal_key_source_t;

/* What an entitlement is. The numbers are stable. */
typedef enum pospal_entitlement_kind {
    POSPAL_ENTITLEMENT_FEATURE = 0, /* yes or no */
    POSPAL_ENTITLEMENT_LIMIT = 1,   /* a number */
    POSPAL_ENTITLEMENT_TEXT = 2
} pospal_entitlement_kind_t;

/* How important a log line is. */
typedef enum pospal_log_level {
    POSPAL_LOG_ERROR = 1,
    POSPAL_LOG_WARNING = 2,
    POSPAL_LOG_INFO = 3,
    POSPAL_LOG_DEBUG = 4
} pospal_log_level_t;

/* One of what a license grants. */
typedef struct pospal_entitlement {
    size_t size; /* of this structure: later versions append members */
    const char *name;
    pospal_entitlement_kind_t kind;
    int is_on;        /* FEATURE */
    int64_t number;   /* LIMIT */
    const char *text; /* TEXT; else NULL */
    int64_t ends_at;  /* Unix seconds; 0: with the license */
} pospal_entitlement_t;

/* What is known of a meter. */
typedef struct pospal_usage {
    size_t size;       /* of this structure: later versions append members */
    int64_t used;      /* by all devices of the license, as the server said last */
    int64_t allowed;   /* the license's limit "usage.METER"; -1: none */
    int64_t pending;   /* recorded on this device and not yet acknowledged by the server */
    int64_t overdraft; /* how far used and pending are beyond what is allowed */
} pospal_usage_t;

/* A release of the program. */
typedef struct pospal_release {
    size_t size; /* of this structure: later versions append members */
    char version[65];
    char channel[33];
    char url[513];
    char notes_url[513]; /* "": none */
    char sha256[65];     /* of what the URL gives, in hex */
    int64_t published_at;
    int is_allowed; /* by the license */
} pospal_release_t;

/* The present, for a clock of your own. */
typedef struct pospal_time {
    int64_t wall_ms;  /* Unix time in milliseconds, as this machine believes it */
    int64_t boot_ms;  /* milliseconds since boot, never set back, counting suspended time */
    uint64_t boot_id; /* differs from boot to boot; 0 if unknown */
} pospal_time_t;

/* One HTTP exchange that a transport of your own is asked to make: GET without body, else POST. */
typedef struct pospal_exchange {
    size_t size; /* of this structure: later versions append members */
    const char *url;
    const void *body; /* application/json */
    size_t body_size;
    const char *user_agent;
    const char *proxy;       /* NULL: the system's; "": none */
    const char *ca_file;     /* NULL: the system's */
    int64_t timeout_ms;      /* for the whole exchange */
    const char *pinned_keys; /* as POSPAL_OPTION_PINNED_KEYS has them, yours to compare; NULL: none */
} pospal_exchange_t;

/* Memory for the library, of an application's own. As malloc, realloc (block is never NULL) and free (the same); size is never 0. */
typedef struct pospal_allocator {
    size_t size; /* of this structure: later versions append members */
    void *context;
    void *(*alloc)(void *context, size_t size); /* aligned for any type; NULL when exhausted */
    void *(*resize)(void *context, void *block, size_t size);
    void (*free)(void *context, void *block);
} pospal_allocator_t;

/* Where a transport puts the reply. */
typedef struct pospal_reply pospal_reply;

/*
 * A transport: makes one exchange, blocking for timeout_ms at most, fills reply and returns POSPAL_OK, or returns
 * POSPAL_ERROR_UNREACHABLE where no reply was had. Called from any thread, also several at once.
 */
typedef pospal_result_t (*pospal_transport_fn)(void *context, const pospal_exchange_t *exchange, pospal_reply *reply);
/* A clock: fills now. Called from any thread; must not block and must not call the library. */
typedef void (*pospal_clock_fn)(void *context, pospal_time_t *now);
/* A log sink: gets one line without line end and without secrets. Called from any thread; must not call the library. */
typedef void (*pospal_log_fn)(void *context, pospal_log_level_t level, const char *message);
/*
 * Told when the status or the state of the session has changed (but for pospal_session_end). Called without any lock held, from a thread that found out: one of yours inside a call, or the
 * library's own; by one thread at a time and in the order of the changes, so that the last one told is the present one. Of changes found
 * while it runs the newest is told, as soon as it returns and by the same thread. It may call the client, pospal_client_close too;
 * license is valid during the call.
 */
typedef void (*pospal_change_fn)(void *context, pospal_client *client, const pospal_license *license);
/*
 * Told once that a task is done, on a thread of the library; pospal_task_poll has its result. It may call the library, and end the task
 * with pospal_task_free, but should soon return: the client's next task waits. Most write into a pipe that wakes their event loop.
 */
typedef void (*pospal_done_fn)(void *context, pospal_task *task);

/* ---- Memory ------------------------------------------------------------------------------------------------------------------ */

/*
 * Sets where the library takes its memory from, for the whole process; NULL means the C library's. Its functions are called from any
 * thread and must not call the library. Only our own allocations: those of SQLite, libcurl, libsodium and Mbed TLS stay theirs.
 * Returns: POSPAL_OK; POSPAL_ERROR_INVALID_ARGUMENT where a function or size is missing; POSPAL_ERROR_CONFLICT where the library has
 *   allocated already: every block goes back to where it came from.
 * Ownership: allocator is copied; its context is borrowed until the process ends.
 * Threads: one, while no other thread is in the library.
 * Blocks: never.
 */
POSPAL_API pospal_result_t pospal_set_allocator(const pospal_allocator_t *allocator);

/* ---- Options ----------------------------------------------------------------------------------------------------------------- */

/*
 * Makes an empty set of options.
 * Returns: the options, or NULL when memory is exhausted.
 * Ownership: the caller frees it with pospal_options_free.
 * Threads: any.
 * Blocks: never.
 */
POSPAL_API pospal_options *pospal_options_new(void);

/*
 * Frees options; a client opened with them is not affected.
 * Returns: nothing.
 * Ownership: takes options; NULL is accepted.
 * Threads: any, but not while another call uses it.
 * Blocks: never.
 */
POSPAL_API void pospal_options_free(pospal_options *options);

/*
 * Names the product and its version. Required.
 * product is the slug the vendor chose: 1 to 64 characters of a-z, 0-9, '-', '_' and '.'. version is free text of at most 64 bytes,
 * NULL for none; the server sees it.
 * Returns: nothing; the first failure is kept and returned by pospal_client_open.
 * Ownership: both are copied.
 * Threads: one thread per options object.
 * Blocks: never.
 */
POSPAL_API void pospal_options_set_product(pospal_options *options, const char *product, const char *version);

/*
 * Sets one of the options that are a text; pospal_option_t says what each wants. NULL takes it back to its default.
 * Returns: nothing; the first failure is kept and returned by pospal_client_open.
 * Ownership: value is copied.
 * Threads: one thread per options object.
 * Blocks: never.
 */
POSPAL_API void pospal_options_set(pospal_options *options, pospal_option_t which, const char *value);

/*
 * Limits how long a call that talks to the server may take in all, retries included: 100 to 120000 ms, 10000 by default.
 * Returns: nothing; the first failure is kept and returned by pospal_client_open.
 * Ownership: no pointers.
 * Threads: one thread per options object.
 * Blocks: never.
 */
POSPAL_API void pospal_options_set_timeout_ms(pospal_options *options, int64_t timeout_ms);

/*
 * Gives a license key for unattended activation, used when none is stored yet: the key itself (at most 100 bytes), the path of a
 * file whose first line is the key, or the name of an environment variable that holds it. File and variable are read when a key is
 * needed; that they are missing is no error.
 * Returns: nothing; the first failure is kept and returned by pospal_client_open.
 * Ownership: value is copied.
 * Threads: one thread per options object.
 * Blocks: never.
 */
POSPAL_API void pospal_options_set_license_key(pospal_options *options, pospal_key_source_t source, const char *value);

/*
 * Sets a transport of your own in place of libcurl; NULL restores the default. Its answers are believed no more than anybody's:
 * only a valid signature counts.
 * Returns: nothing; the first failure is kept and returned by pospal_client_open.
 * Ownership: context is borrowed until the client is closed.
 * Threads: one thread per options object.
 * Blocks: never.
 */
POSPAL_API void pospal_options_set_transport(pospal_options *options, pospal_transport_fn transport, void *context);

/*
 * Sets a clock of your own; NULL restores the system's.
 * Returns: nothing; the first failure is kept and returned by pospal_client_open.
 * Ownership: context is borrowed until the client is closed.
 * Threads: one thread per options object.
 * Blocks: never.
 */
POSPAL_API void pospal_options_set_clock(pospal_options *options, pospal_clock_fn clock, void *context);

/*
 * Sets a log sink and the most detailed level it wants; NULL for none, which is the default.
 * Returns: nothing; the first failure is kept and returned by pospal_client_open.
 * Ownership: context is borrowed until the client is closed.
 * Threads: one thread per options object.
 * Blocks: never.
 */
POSPAL_API void pospal_options_set_log(pospal_options *options, pospal_log_fn log, void *context, pospal_log_level_t level);

/*
 * Sets the function that is told when the status or the session's state has changed; NULL for none, which is the default.
 * Returns: nothing; the first failure is kept and returned by pospal_client_open.
 * Ownership: context is borrowed until the client is closed.
 * Threads: one thread per options object.
 * Blocks: never.
 */
POSPAL_API void pospal_options_set_change_callback(pospal_options *options, pospal_change_fn changed, void *context);

/* ---- Client ------------------------------------------------------------------------------------------------------------------ */

/*
 * Opens a client: checks the options and reads what is stored on this machine. The server is not asked.
 * Storage that cannot be used is no error: the client works in memory until it can be, and pospal_client_support_report says why.
 * Returns: POSPAL_OK; POSPAL_ERROR_INVALID_ARGUMENT for the first option that was wrong, named in the detail;
 *   POSPAL_ERROR_OUT_OF_MEMORY; POSPAL_ERROR_INTERNAL. *client is NULL on failure.
 * Ownership: the caller closes *client with pospal_client_close; options stay the caller's and are copied.
 * Threads: any.
 * Blocks: disk.
 */
POSPAL_API pospal_result_t pospal_client_open(const pospal_options *options, pospal_client **client);

/*
 * Closes a client: ends its background work, writes what is unsaved, frees it. Licenses obtained from it stay valid.
 * A running exchange is cut short; tasks that are not done end with POSPAL_ERROR_CLOSED and are freed as ever. Other calls on the
 * client must have returned. A session that was not ended says NONE from now on, and its seat is left to other processes or to lapse:
 * end it first to give the seat back at once. In a callback of this client it returns at once, and the client is closed when the callback returns; on a
 * thread of the library this thread ends by itself a moment later.
 * Returns: nothing.
 * Ownership: takes client; NULL is accepted.
 * Threads: any, but not while another thread uses the client.
 * Blocks: disk, and until a running exchange has noticed, normally below a second, and until callbacks on other threads have returned.
 */
POSPAL_API void pospal_client_close(pospal_client *client);

/*
 * Activates this device with a license key and stores the key, sealed. Repeating it is harmless: a device always gets its own seat
 * back.
 * key NULL means the stored key, else the one given in the options.
 * Returns: POSPAL_OK when the server answered ACTIVE; POSPAL_ERROR_DENIED when it decided otherwise: the detail names its verdict
 *   and reason, *license tells what is held: where that is another license that goes on, its status and reason are its own,
 *   and the detail says so; the stored key stays that license's; POSPAL_ERROR_INVALID_ARGUMENT for a key
 *   with a typing error or where no server is set; POSPAL_ERROR_NO_LICENSE_KEY; POSPAL_ERROR_UNREACHABLE;
 *   POSPAL_ERROR_NO_FINGERPRINT; POSPAL_ERROR_STORAGE where what is stored, or the file that names the key, is there and cannot be read
 *   just now; POSPAL_ERROR_CLOSED; POSPAL_ERROR_OUT_OF_MEMORY. license may be NULL; otherwise *license is set
 *   unless memory is exhausted.
 * Ownership: the caller frees *license with pospal_license_free.
 * Threads: any.
 * Blocks: network, one exchange.
 */
POSPAL_API pospal_result_t pospal_client_activate(pospal_client *client, const char *key, pospal_license **license);

/*
 * Tells what the license is worth now.
 * AUTO answers from what is held while that is ACTIVE or GRACE and refreshes it in the background when due; otherwise it asks the
 * server, but not again for 60 s after a failure: why it had no answer is in pospal_error_detail, and the result POSPAL_OK. LOCAL never asks. ONLINE asks now. A device that the server no longer knows is
 * activated again with the stored key.
 * Returns: POSPAL_OK whenever an answer could be had, whatever its status; with ONLINE POSPAL_ERROR_UNREACHABLE where the server
 *   gave no signed answer, POSPAL_ERROR_NO_LICENSE_KEY where there is nothing to ask with, POSPAL_ERROR_NO_FINGERPRINT,
 *   POSPAL_ERROR_INVALID_ARGUMENT where no server is set, POSPAL_ERROR_STORAGE where the stored key cannot be read just now (*license is
 *   still what is held); in each mode where nothing is held and a document is there that cannot be read; POSPAL_ERROR_CLOSED; POSPAL_ERROR_OUT_OF_MEMORY; POSPAL_ERROR_INVALID_ARGUMENT. license may be NULL.
 * Ownership: the caller frees *license with pospal_license_free.
 * Threads: any.
 * Blocks: AUTO: disk while ACTIVE or GRACE, otherwise network up to the time-out; LOCAL: disk; ONLINE: network up to the time-out, for
 *   each exchange where a device must be activated again, and 10 s more where usage waits to be told.
 *   Where it does not ask it never waits for another process of the product that writes: what that learned is seen a moment later.
 */
POSPAL_API pospal_result_t pospal_client_check(pospal_client *client, pospal_check_mode_t mode, pospal_license **license);

/*
 * Tells the status by value, for hot paths: tens of nanoseconds, no lock, no system call, no allocation. It follows the clock; what
 * another process learned is seen within two seconds.
 * Returns: the status; POSPAL_STATUS_NONE for NULL.
 * Ownership: no pointers are kept.
 * Threads: any.
 * Blocks: never.
 */
POSPAL_API pospal_status_t pospal_client_status(const pospal_client *client);

/*
 * Gives this device's seat back to the server and forgets the lease; the stored license key stays. Needs the device key made at
 * activation. Usage that waits is told before where it can be, else later.
 * Returns: POSPAL_OK; POSPAL_ERROR_NOT_FOUND when this device holds no activation; POSPAL_ERROR_UNREACHABLE (this device goes on;
 *   should the server have heard it all the same, the next check takes the seat again);
 *   POSPAL_ERROR_DENIED; POSPAL_ERROR_NO_FINGERPRINT; POSPAL_ERROR_STORAGE where what is stored cannot be read just now;
 *   POSPAL_ERROR_INVALID_ARGUMENT where no server is set; POSPAL_ERROR_CLOSED; POSPAL_ERROR_OUT_OF_MEMORY.
 * Ownership: no pointers.
 * Threads: any.
 * Blocks: network up to the time-out, and once more, with 10 s to it, where usage waits to be told.
 */
POSPAL_API pospal_result_t pospal_client_deactivate(pospal_client *client);

/*
 * Takes in what came from the vendor by hand, at most 96 KiB: an offline license file (`pospal-validator license file`), the answer to
 * a request of pospal_client_export_request, a keyset, a revocation list. It is verified, stored, and counts from now on, a license file
 * perhaps from the date in it; no server is needed.
 * White space does not matter, nor lines that begin with '#': it may be typed, scanned, or wrapped by a mail program. An answer
 * counts only for a request of this device that is still open; then it is the lease, as one that came online, and its license key is
 * stored. Importing it again while it is held changes nothing. An offline trial (`pospal-validator trial file`) begins here: once on a
 * machine, whatever document it began with and also after pospal_client_forget, and only where that can be stored; a license comes before it.
 * Returns: POSPAL_OK; POSPAL_ERROR_BAD_DOCUMENT (damaged, forged, other product or device, no such request; nothing changed);
 *   POSPAL_ERROR_DENIED when the answer denies: nothing that is held is taken away, and the request stays open;
 *   POSPAL_ERROR_CONFLICT when a newer document for that license is held, or there is no room (nothing changed);
 *   POSPAL_ERROR_NOT_YET_VALID when a license file is dated more than 26 hours ahead: it is stored all the same and counts by itself when
 *   its date has come, so a license for next year can be imported today; or when a trial can't begin by this machine's clock, and nothing
 *   changed; POSPAL_ERROR_STORAGE when it is held in memory only, or a trial's begin can't be stored or read (nothing changed);
 *   POSPAL_ERROR_UNSUPPORTED for the answer of a later version, and what is signed in a way that this version does not know (nothing
 *   changed); POSPAL_ERROR_INVALID_ARGUMENT; POSPAL_ERROR_OUT_OF_MEMORY. license may be NULL; otherwise *license is what is held after,
 *   unless memory is exhausted.
 * Ownership: text is borrowed during the call; the caller frees *license with pospal_license_free.
 * Threads: any.
 * Blocks: disk, and up to 5 s while another process of the product writes.
 */
POSPAL_API pospal_result_t pospal_client_import(pospal_client *client, const char *text, size_t size, pospal_license **license);

/*
 * Makes an activation request for a device without network: a text that a person carries to the vendor, typed, mailed or as a QR code.
 * key is the license key; NULL takes the one that is stored or named by the options. With a key that the validator made the text
 * has less than 300 characters (a QR code of version 13 or lower at level M), with an imported one at most 369. The license key is
 * in it. Each call makes a new request; up to 8 stay open, across restarts, until pospal_client_import takes their answer in.
 * Returns: POSPAL_OK; POSPAL_ERROR_NO_LICENSE_KEY; POSPAL_ERROR_INVALID_ARGUMENT also for a key with a typing error;
 *   POSPAL_ERROR_NO_FINGERPRINT; POSPAL_ERROR_STORAGE when what is stored can't be read just now; POSPAL_ERROR_CLOSED;
 *   POSPAL_ERROR_OUT_OF_MEMORY.
 * Ownership: the caller frees *text with pospal_text_free.
 * Threads: any.
 * Blocks: disk, and up to 5 s while another process of the product writes.
 */
POSPAL_API pospal_result_t pospal_client_export_request(pospal_client *client, const char *key, char **text);

/*
 * Gives this device's seat back without network: forgets the lease, as pospal_client_deactivate does, and makes a proof, signed with
 * the device key, that a person carries to the vendor (`pospal-validator license release`), typed, mailed or as a QR code. It is
 * stored before the lease is forgotten: asked again, the same text comes, until the device is activated again. Requests that are
 * still open are closed. The stored license key stays.
 * Returns: POSPAL_OK; POSPAL_ERROR_NOT_FOUND when this device holds no activation and gave none back so;
 *   POSPAL_ERROR_STORAGE when the proof can't be stored: nothing was given back; POSPAL_ERROR_CLOSED; POSPAL_ERROR_OUT_OF_MEMORY;
 *   POSPAL_ERROR_INVALID_ARGUMENT.
 * Ownership: the caller frees *text with pospal_text_free.
 * Threads: any.
 * Blocks: disk, and up to 5 s while another process of the product writes; while another call of this client asks the server, up to its
 *   time-out.
 */
POSPAL_API pospal_result_t pospal_client_export_release(pospal_client *client, char **text);

/*
 * Takes the emergency extension that the vendor signed in advance, so that a shop goes on selling when server and line are both
 * down. One per lease, at STALE only; see pospal_license_can_extend.
 * Returns: POSPAL_OK: the status is GRACE with source EMERGENCY until its end; POSPAL_ERROR_DENIED when none is available, or it cannot
 *   be noted on disk; POSPAL_ERROR_INVALID_ARGUMENT; POSPAL_ERROR_OUT_OF_MEMORY. license may be NULL.
 * Ownership: the caller frees *license with pospal_license_free.
 * Threads: any.
 * Blocks: disk, and up to 5 s while another process of the product writes.
 */
POSPAL_API pospal_result_t pospal_client_extend(pospal_client *client, pospal_license **license);

/*
 * Forgets everything stored for this product on this machine: documents, license key, device key, and usage that was not told. The seat at the server is not
 * given back (see pospal_client_deactivate). Only that an offline trial began stays, and with it how late it is.
 * Returns: POSPAL_OK; POSPAL_ERROR_STORAGE when something could not be removed, named in the detail; POSPAL_ERROR_INVALID_ARGUMENT;
 *   POSPAL_ERROR_CLOSED; POSPAL_ERROR_OUT_OF_MEMORY.
 * Ownership: no pointers.
 * Threads: any.
 * Blocks: disk, until a running exchange has ended, and up to 5 s while another process of the product writes.
 */
POSPAL_API pospal_result_t pospal_client_forget(pospal_client *client);

/*
 * Gives a text that lets a vendor's support see what is wrong: versions, storage, clock, documents held, last failures. It holds no
 * license key, no customer name and no hardware serial; the path of the data directory and the ids of licenses are in it.
 * Returns: POSPAL_OK; POSPAL_ERROR_INVALID_ARGUMENT; POSPAL_ERROR_OUT_OF_MEMORY.
 * Ownership: the caller frees *report with pospal_text_free.
 * Threads: any.
 * Blocks: disk.
 */
POSPAL_API pospal_result_t pospal_client_support_report(pospal_client *client, char **report);

/*
 * Explains this machine's fingerprint: which component was read from where, which changed since activation, what survives cloning
 * of the disk. as_json chooses JSON instead of text for people. No hardware serial is in it.
 * Returns: POSPAL_OK; POSPAL_ERROR_INVALID_ARGUMENT; POSPAL_ERROR_OUT_OF_MEMORY.
 * Ownership: the caller frees *text with pospal_text_free.
 * Threads: any.
 * Blocks: disk.
 */
POSPAL_API pospal_result_t pospal_client_explain(pospal_client *client, int as_json, char **text);

/*
 * Gives this machine's fingerprint for a product without a client.
 * Returns: POSPAL_OK; POSPAL_ERROR_NO_FINGERPRINT; POSPAL_ERROR_INVALID_ARGUMENT; POSPAL_ERROR_OUT_OF_MEMORY.
 * Ownership: the caller frees *text with pospal_text_free.
 * Threads: any.
 * Blocks: disk.
 */
POSPAL_API pospal_result_t pospal_fingerprint(const char *product, char **text);

/* ---- Trial ------------------------------------------------------------------------------------------------------------------- */

/*
 * Starts a trial: a license for this device without a key. The server gives one per device and product, and the same again, ended or not,
 * after a reinstall or with a wiped data directory. A server is needed; a trial that needs none is a document: pospal_client_import.
 * Returns: POSPAL_OK when the trial runs; POSPAL_ERROR_DENIED when it ended, or the server decided otherwise: the detail names its verdict
 *   and reason; POSPAL_ERROR_NOT_FOUND where the vendor offers this device no trial of the product; POSPAL_ERROR_CONFLICT where a license that is good
 *   is held, and nothing was asked; otherwise as pospal_client_activate. license may be NULL; otherwise *license is set unless memory is
 *   exhausted.
 * Ownership: the caller frees *license with pospal_license_free.
 * Threads: any.
 * Blocks: network, one exchange.
 */
POSPAL_API pospal_result_t pospal_client_start_trial(pospal_client *client, pospal_license **license);

/* ---- Usage ------------------------------------------------------------------------------------------------------------------- */

/*
 * Records that so many seconds, or so many of something, were used of a meter: on the disk, in one transaction, before it returns. The
 * background tells the server later, in batches, and each exactly once; so does pospal_client_check with ONLINE, before it returns.
 * meter has 1 to 58 of the characters A-Z a-z 0-9 . _ -, amount is 1 to 10^12. What is beyond the allowance is recorded as well:
 * pospal_usage_balance shows it as overdraft. idempotency (NULL: none) is a text of 1 to 64 bytes of your own, such as a receipt's number:
 * the same one again is not counted again, for 7 days at least among this device's last 100,000 reports. It counts for the license that is held now, also
 * when it is told later; for the first one held where there is none. In memory (an empty data directory) it is lost with the process.
 * Returns: POSPAL_OK: it is recorded; POSPAL_ERROR_STORAGE: the data directory cannot be used now, or another process was at it for 3 s;
 *   nothing was recorded, try again with the same idempotency; POSPAL_ERROR_INVALID_ARGUMENT; POSPAL_ERROR_UNSUPPORTED where SQLite is missing;
 *   POSPAL_ERROR_CLOSED; POSPAL_ERROR_OUT_OF_MEMORY.
 * Ownership: texts are copied.
 * Threads: any.
 * Blocks: disk, and up to 3 s while another process of the product writes.
 */
POSPAL_API pospal_result_t pospal_usage_add(pospal_client *client, const char *meter, int64_t amount, const char *idempotency);

/*
 * Tells what is used of a meter and what is allowed. Set usage->size to sizeof *usage before. The server is not asked.
 * Returns: POSPAL_OK, for a meter that was never used too; POSPAL_ERROR_STORAGE; POSPAL_ERROR_INVALID_ARGUMENT; POSPAL_ERROR_UNSUPPORTED;
 *   POSPAL_ERROR_OUT_OF_MEMORY.
 * Ownership: no pointers are kept.
 * Threads: any.
 * Blocks: disk, and up to 3 s while another process of the product writes.
 */
POSPAL_API pospal_result_t pospal_usage_balance(pospal_client *client, const char *meter, pospal_usage_t *usage);

/* ---- Releases ---------------------------------------------------------------------------------------------------------------- */

/*
 * Asks which release of the program there is in a channel (NULL: "stable"): the newest that the license allows, or, where that is not newer
 * than the version given to pospal_options_set_product, the newest of all, with is_allowed 0. The answer is signed, so the checksum in it
 * can be trusted; nothing is downloaded. Set release->size to sizeof *release before.
 * Returns: POSPAL_OK; POSPAL_ERROR_NOT_FOUND where the channel has no release; POSPAL_ERROR_DENIED where the server does not know the license
 *   key; POSPAL_ERROR_NO_LICENSE_KEY; POSPAL_ERROR_UNREACHABLE; POSPAL_ERROR_NO_FINGERPRINT; POSPAL_ERROR_STORAGE;
 *   POSPAL_ERROR_INVALID_ARGUMENT; POSPAL_ERROR_CLOSED; POSPAL_ERROR_OUT_OF_MEMORY.
 * Ownership: no pointers are kept.
 * Threads: any.
 * Blocks: network, one exchange.
 */
POSPAL_API pospal_result_t pospal_client_check_release(pospal_client *client, const char *channel, pospal_release_t *release);

/* ---- Tasks ------------------------------------------------------------------------------------------------------------------- */

/*
 * Starts a call that would block, on a thread of the library. A client's tasks run one after the other in the order of their start; the
 * thread ends with the last of them. done (NULL: none) is called once when the task is done, before or after this call returns.
 * Returns: POSPAL_OK: the task's own result comes from pospal_task_poll; POSPAL_ERROR_INVALID_ARGUMENT for an unknown verb or an
 *   argument it does not take; POSPAL_ERROR_CLOSED; POSPAL_ERROR_OUT_OF_MEMORY, also where no thread can be started.
 * Ownership: the caller frees *task with pospal_task_free, also after the client is closed; argument is copied; context is borrowed
 *   until done has returned or the task is freed.
 * Threads: any.
 * Blocks: never.
 */
POSPAL_API pospal_result_t pospal_task_start(pospal_client *client, pospal_verb_t verb, const char *argument, pospal_done_fn done,
                                             void *context, pospal_task **task);

/*
 * Asks whether a task is done. If it failed, this thread's pospal_error_code and pospal_error_detail are the task's from here on.
 * result and license may be NULL.
 * Returns: 1 when it is done and *result and *license are those of the call, else 0; 1 with POSPAL_ERROR_CLOSED in a forked child.
 * Ownership: the caller frees *license; it is given once, then NULL.
 * Threads: any.
 * Blocks: never.
 */
POSPAL_API int pospal_task_poll(pospal_task *task, pospal_result_t *result, pospal_license **license);

/*
 * Frees a task. One that has not begun is cancelled; one that runs goes on to its end unheard: what the server answers counts for the
 * client all the same. done is not called afterwards. In a forked child it does nothing.
 * Returns: nothing.
 * Ownership: takes task; NULL is accepted.
 * Threads: any, once per task.
 * Blocks: while another thread is in this task's done, hence hold no lock that done takes; otherwise never.
 */
POSPAL_API void pospal_task_free(pospal_task *task);

/* ---- Session ----------------------------------------------------------------------------------------------------------------- */

/*
 * Gets this device one of the seats that may be in use at once, and keeps it until pospal_session_end. All handles and all processes of
 * the product on this machine share one seat; a device gets its own seat back at once, also after a power cut. Activates first with the
 * stored key where this device is not activated.
 * Where the server cannot be reached and the license is usable the program goes on: the state is UNCONFIRMED, and the background gets
 * the seat when the line is back.
 * Returns: POSPAL_OK: see pospal_session_state; POSPAL_ERROR_CONFLICT when other devices hold all seats: *holder is the longest silent
 *   of them; POSPAL_ERROR_DENIED when the license is not good; POSPAL_ERROR_UNREACHABLE when it is not usable without word from the
 *   server; POSPAL_ERROR_NO_LICENSE_KEY; POSPAL_ERROR_NO_FINGERPRINT; POSPAL_ERROR_INVALID_ARGUMENT also where no server is set;
 *   POSPAL_ERROR_CLOSED; POSPAL_ERROR_OUT_OF_MEMORY. *session is NULL on failure; holder may be NULL.
 * Ownership: the caller ends *session with pospal_session_end; holder is the caller's.
 * Threads: any.
 * Blocks: network up to the time-out for each exchange (an activation may come first); disk where this machine holds the seat already.
 */
POSPAL_API pospal_result_t pospal_session_start(pospal_client *client, pospal_session **session, pospal_holder_t *holder);

/*
 * The same, and where no seat is free takes one from another device of the license, which is told by whom and why. session_id names
 * whose, NULL: that of the longest silent. reason is for whoever loses it: 1 to 128 bytes.
 * Returns: as pospal_session_start; POSPAL_ERROR_CONFLICT when the vendor's policy does not allow it, or not yet: the detail says when
 *   it may be tried again; POSPAL_ERROR_UNREACHABLE where nothing was decided.
 * Ownership: session_id and reason are borrowed during the call; the caller ends *session with pospal_session_end.
 * Threads: any.
 * Blocks: network, one exchange; an activation may come first, and a second attempt after it.
 */
POSPAL_API pospal_result_t pospal_session_take_over(pospal_client *client, const char *session_id, const char *reason,
                                                    pospal_session **session, pospal_holder_t *holder);

/*
 * Tells by value how the seat stands, as the background knew it within the last second or two. HELD ends with the lease, whatever the
 * background is at.
 * Returns: the state; POSPAL_SESSION_NONE for NULL and after the client was closed.
 * Ownership: no pointers.
 * Threads: any. In a forked child it does not change any more.
 * Blocks: never; no lock, no system call, no allocation.
 */
POSPAL_API pospal_session_state_t pospal_session_state(const pospal_session *session);

/*
 * Tells who took the seat over: device_name, since and reason are filled, the rest is empty.
 * Returns: POSPAL_OK; POSPAL_ERROR_NOT_FOUND where the state is not EVICTED; POSPAL_ERROR_INVALID_ARGUMENT.
 * Ownership: holder is the caller's.
 * Threads: any.
 * Blocks: never.
 */
POSPAL_API pospal_result_t pospal_session_evictor(const pospal_session *session, pospal_holder_t *holder);

/*
 * Asks the server who holds the seats of the license, the longest silent first, at most 32. Needs the license key only, so that a shop
 * can see its own stuck seat.
 * Returns: POSPAL_OK; POSPAL_ERROR_DENIED when the server decided otherwise; POSPAL_ERROR_UNREACHABLE; POSPAL_ERROR_NO_LICENSE_KEY;
 *   POSPAL_ERROR_NO_FINGERPRINT; POSPAL_ERROR_INVALID_ARGUMENT; POSPAL_ERROR_CLOSED; POSPAL_ERROR_OUT_OF_MEMORY. *count is how many
 *   there are, which may be more than room.
 * Ownership: holders is the caller's, room of them; the size of the first is set.
 * Threads: any.
 * Blocks: network, one exchange.
 */
POSPAL_API pospal_result_t pospal_session_holders(pospal_client *client, pospal_holder_t *holders, size_t room, size_t *count);

/*
 * Ends a session: the machine's last one gives the seat back to the server, so that another device gets it at once. What the server
 * does not hear lapses by itself.
 * Returns: nothing.
 * Ownership: takes session; NULL is accepted, also after pospal_client_close.
 * Threads: any, but not while the client is being closed. In a forked child it does nothing.
 * Blocks: the machine's last one network, its own exchange 3 s at most, after one that is under way; otherwise disk.
 */
POSPAL_API void pospal_session_end(pospal_session *session);

/* ---- License snapshot -------------------------------------------------------------------------------------------------------- */

/*
 * Frees a license snapshot.
 * Returns: nothing.
 * Ownership: takes license; NULL is accepted.
 * Threads: any.
 * Blocks: never.
 */
POSPAL_API void pospal_license_free(pospal_license *license);

/*
 * The status of the license.
 * Returns: the status; POSPAL_STATUS_NONE for NULL.
 * Ownership: no pointers.
 * Threads: any.
 * Blocks: never.
 */
POSPAL_API pospal_status_t pospal_license_status(const pospal_license *license);

/*
 * Whether the status is ACTIVE or GRACE.
 * Returns: 1 or 0; 0 for NULL.
 * Ownership: no pointers.
 * Threads: any.
 * Blocks: never.
 */
POSPAL_API int pospal_license_is_usable(const pospal_license *license);

/*
 * Where the answer came from.
 * Returns: the source; POSPAL_SOURCE_NONE for NULL.
 * Ownership: no pointers.
 * Threads: any.
 * Blocks: never.
 */
POSPAL_API pospal_source_t pospal_license_source(const pospal_license *license);

/*
 * Why the status is what it is.
 * Returns: the reason; POSPAL_REASON_NONE for NULL.
 * Ownership: no pointers.
 * Threads: any.
 * Blocks: never.
 */
POSPAL_API pospal_reason_t pospal_license_reason(const pospal_license *license);

/*
 * One of the license's texts, as the vendor wrote it.
 * Returns: the text; "" where there is none, for NULL, and for a field that this library does not know.
 * Ownership: borrowed from license; valid until it is freed.
 * Threads: any.
 * Blocks: never.
 */
POSPAL_API const char *pospal_license_field(const pospal_license *license, pospal_field_t which);

/*
 * One of the license's times.
 * Returns: Unix seconds; 0 where there is none, for NULL, and for a time that this library does not know.
 * Ownership: no pointers.
 * Threads: any.
 * Blocks: never.
 */
POSPAL_API int64_t pospal_license_time(const pospal_license *license, pospal_moment_t which);

/*
 * Whether a feature is on: the license is usable, names the feature, and its own end is not past.
 * Returns: 1 or 0.
 * Ownership: no pointers.
 * Threads: any.
 * Blocks: never.
 */
POSPAL_API int pospal_license_has_feature(const pospal_license *license, const char *name);

/*
 * A number the license grants, such as how many tills.
 * Returns: the number, or otherwise where the license is not usable, does not name it, or its own end is past.
 * Ownership: no pointers.
 * Threads: any.
 * Blocks: never.
 */
POSPAL_API int64_t pospal_license_limit(const pospal_license *license, const char *name, int64_t otherwise);

/*
 * A text the license grants, such as the tier.
 * Returns: the text, or otherwise where the license is not usable, does not name it, or its own end is past.
 * Ownership: borrowed from license, valid until it is freed; or otherwise as given.
 * Threads: any.
 * Blocks: never.
 */
POSPAL_API const char *pospal_license_text(const pospal_license *license, const char *name, const char *otherwise);

/*
 * One of what the license grants, by index from 0: features (those that are off too), limits and texts whose own end is not past.
 * Set entitlement->size to sizeof *entitlement before.
 * Returns: 1 and *entitlement; 0 beyond the last, and where the license is not usable.
 * Ownership: name and text are borrowed from license; valid until it is freed.
 * Threads: any.
 * Blocks: never.
 */
POSPAL_API int pospal_license_entitlement(const pospal_license *license, size_t index, pospal_entitlement_t *entitlement);

/*
 * Whether this machine's clock is wrong: a hint for the technician, not a status. One that is far ahead counts while it is, and for good after
 * 24 h of uptime: an answer of the server sets that right, or a license file that the vendor issued since.
 * Returns: 1 or 0.
 * Ownership: no pointers.
 * Threads: any.
 * Blocks: never.
 */
POSPAL_API int pospal_license_clock_is_wrong(const pospal_license *license);

/*
 * Whether pospal_client_extend would be granted now.
 * Returns: 1 or 0.
 * Ownership: no pointers.
 * Threads: any.
 * Blocks: never.
 */
POSPAL_API int pospal_license_can_extend(const pospal_license *license);

/* ---- Errors, names, texts ---------------------------------------------------------------------------------------------------- */

/*
 * Says for people what went wrong in this thread's last call that failed, and what to do.
 * Returns: the text; "" where nothing failed.
 * Ownership: borrowed; valid until this thread's next call of the library.
 * Threads: any.
 * Blocks: never.
 */
POSPAL_API const char *pospal_error_detail(void);

/*
 * The stable code of this thread's last failure, finer than the result: "dns_failed", "tls_clock", "captive_portal". docs/ERRORS.md
 * lists them.
 * Returns: the code; "ok" where nothing failed.
 * Ownership: static.
 * Threads: any.
 * Blocks: never.
 */
POSPAL_API const char *pospal_error_code(void);

/*
 * The name of a result, such as "UNREACHABLE".
 * Returns: the name; "UNKNOWN" for a number that is none.
 * Ownership: static.
 * Threads: any.
 * Blocks: never.
 */
POSPAL_API const char *pospal_result_name(pospal_result_t result);

/*
 * The name of a status, such as "ACTIVE".
 * Returns: the name; "UNKNOWN" for a number that is none.
 * Ownership: static.
 * Threads: any.
 * Blocks: never.
 */
POSPAL_API const char *pospal_status_name(pospal_status_t status);

/*
 * The name of a source, such as "CACHE".
 * Returns: the name; "UNKNOWN" for a number that is none.
 * Ownership: static.
 * Threads: any.
 * Blocks: never.
 */
POSPAL_API const char *pospal_source_name(pospal_source_t source);

/*
 * The name of a reason, such as "payment_failed".
 * Returns: the name; "unknown" for a number that is none.
 * Ownership: static.
 * Threads: any.
 * Blocks: never.
 */
POSPAL_API const char *pospal_reason_name(pospal_reason_t reason);

/*
 * The version of the library, such as "0.1.0".
 * Returns: the version.
 * Ownership: static.
 * Threads: any.
 * Blocks: never.
 */
POSPAL_API const char *pospal_version(void);

/*
 * Frees a text the library gave.
 * Returns: nothing.
 * Ownership: takes text; NULL is accepted.
 * Threads: any.
 * Blocks: never.
 */
POSPAL_API void pospal_text_free(char *text);

/* ---- Replies of a transport of your own -------------------------------------------------------------------------------------- */

/*
 * Fills a reply: the HTTP status, the header lines ("Name: value\r\n" each; Content-Type, Retry-After and Date are used, others
 * ignored; NULL for none) and the body, at most 128 KiB.
 * Returns: POSPAL_OK; POSPAL_ERROR_INVALID_ARGUMENT for a body beyond the limit; POSPAL_ERROR_OUT_OF_MEMORY.
 * Ownership: reply belongs to the library and is valid during the transport's call; the rest is copied.
 * Threads: the one in which the transport runs.
 * Blocks: never.
 */
POSPAL_API pospal_result_t pospal_reply_set(pospal_reply *reply, int status, const char *headers, const void *body, size_t size);

#ifdef __cplusplus
}
#endif

#endif
