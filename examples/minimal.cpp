// SPDX-License-Identifier: Apache-2.0
//
// minimal.c in C++: it activates itself with the key it finds and goes by the status. No exceptions, nothing to free.
#include <pospal/license.hpp>

#include <cstdio>
#include <cstdlib>

static const char *environment(const char *name, const char *otherwise)
{
    const char *value = std::getenv(name);
    return value ? value : otherwise;
}

int main()
{
    pospal::options options;
    options.product("till", "1.0.0")
        .server(environment("TILL_SERVER", "https://license.example.com")) // a real program has this and the root keys compiled in
        .root_keys(environment("TILL_ROOT_KEYS", ""))
        .license_key("TILL_LICENSE_KEY", POSPAL_KEY_ENVIRONMENT)
        .data_directory(environment("TILL_DATA", "")) // "": in memory
        .hardware_root(environment("TILL_HARDWARE", ""));

    auto client = pospal::client::open(options);
    if (!client)
        std::fprintf(stderr, "license: %s\n", client.error().detail.c_str());

    auto checked = client->check(); // of no client: nothing, which fails closed
    if (client && !checked)
        std::fprintf(stderr, "license: %s\n", checked.error().detail.c_str());

    const pospal::license &license = *checked;
    std::printf("%s (%s)\n", pospal::name(license.status()).data(), pospal::name(license.reason()).data());
    return license.is_usable() ? EXIT_SUCCESS : EXIT_FAILURE;
}
