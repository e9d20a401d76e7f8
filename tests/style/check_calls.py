# SPDX-License-Identifier: Apache-2.0
"""Functions that may not be called: anywhere, in a library inside somebody's till, or past the layer that owns them."""

from scan import calls, own_sources, read

UNSAFE = set("""strcpy strcat sprintf vsprintf strncpy strncat atoi atol atoll atof sscanf gets strtok alloca
                gmtime localtime ctime asctime rand srand random tmpnam mktemp tempnam""".split())

# The SDK never aborts, prints, exits, forks, shells out, or touches signal handlers or the locale.
NOT_IN_A_TILL = set("""abort exit _exit _Exit quick_exit atexit assert raise fork vfork posix_spawn system popen execl execlp
                       execle execv execvp execve signal sigaction setlocale newlocale uselocale printf vprintf puts
                       putchar perror fprintf vfprintf fputs getenv_s setenv putenv unsetenv chdir umask""".split())

# One hook for memory, one place for time: tests fail the n-th allocation and set the clock.
OWNED = {
    "lib/base/mem": set("malloc calloc realloc free strdup strndup asprintf vasprintf aligned_alloc".split()),
    "lib/platform/": set("""time gettimeofday clock_gettime clock nanosleep usleep sleep pthread_create
                            pthread_mutex_lock dlopen dlsym""".split()),
}


# A product as the store has it is not what holds for a license: see licensing/license_policy.h. These change products, name them, or lay
# a license's own rules over them themselves.
PRODUCTS = set("products_find products_find_by_slug products_list".split())
MAY_FIND_PRODUCTS = {f"server-stub/{path}.c" for path in """store/products licensing/license_policy licensing/license_sift licensing/judge
                     licensing/admin_licenses licensing/provision licensing/trial licensing/trial_document licensing/simulate
                     licensing/key_access licensing/offline_activate licensing/check_in_watch transfer/import_row transfer/d1_import
                     api/brand_products
                     api/envelope_brand cli/product cli/release cli/facade licensing/hardware_trial""".split()}


def check_call(path, name):
    if name in UNSAFE:
        return f"{name} is banned"
    if path.startswith("lib/") and name in NOT_IN_A_TILL:
        return f"{name} has no place in a library inside somebody's program"
    for owner, names in OWNED.items():
        if name in names and path.startswith(("lib/", "server-stub/")) and not path.startswith(owner):
            return f"{name} belongs to {owner}*"
    if name in PRODUCTS and path.startswith("server-stub/") and path.endswith(".c") and path not in MAY_FIND_PRODUCTS:
        return f"{name} finds the product's policy, not that of a license; license_policy_product does"
    return None


def check(root, _options):
    for path in own_sources(root, "include", "lib", "server-stub", "tools", "examples", "tests"):
        for line, name in calls(read(root, path)):
            wrong = check_call(path, name)
            if wrong:
                yield f"{path}:{line}: {wrong}"


SAMPLES = [
    ({"lib/a.c": '/* strcpy( */ x = "sprintf(";\nmy_strcpy(a); list->free(x); // exit(\nops.time(1);\n',
      "lib/base/mem.c": "p = malloc(3);\n", "lib/platform/clock_posix.c": "clock_gettime(a, b);\n",
      "server-stub/main.c": "printf(x); exit(1);\n", "tests/a.c": "free(x);\n"}, None),
    ({"lib/a.c": "x;\nstrcpy(a, b);\n"}, "a.c:2: strcpy is banned"),
    ({"tests/a.c": "f(atoi (b));\n"}, "atoi is banned"),
    ({"lib/a.c": "if (x) abort();\n"}, "abort has no place"),
    ({"lib/a.c": "p = malloc(3);\n"}, "malloc belongs to lib/base/mem*"),
    ({"server-stub/api/a.c": "err = products_find(tx, brand, id, &product);\n"}, "products_find finds the product's policy"),
    ({"server-stub/licensing/license_policy.c": "err = products_find(tx, brand, id, &product);\n"}, None),
    ({"server-stub/api/a.c": "now = time(NULL);\n"}, "time belongs to lib/platform/*"),
]
