// SPDX-License-Identifier: Apache-2.0
//
// A stranger's program in C++: handles are moved and never copied, what is empty fails closed, failures are values. Prints the version.
#include <pospal/license.hpp>

#include <cstdio>
#include <type_traits>

static_assert(!std::is_copy_constructible_v<pospal::client> && std::is_nothrow_move_constructible_v<pospal::client>);
static_assert(!std::is_copy_constructible_v<pospal::options> && std::is_nothrow_move_constructible_v<pospal::options>);
static_assert(!std::is_copy_constructible_v<pospal::license> && std::is_nothrow_move_assignable_v<pospal::license>);
static_assert(!std::is_copy_constructible_v<pospal::task> && std::is_nothrow_move_assignable_v<pospal::task>);

// The key of RFC 8037, appendix A: its secret half is printed there, and no license is signed with it.
static constexpr std::string_view roots =
    R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","alg":"EdDSA","use":"sig"}]})";

#define EXPECT(condition)                                             \
    if (!(condition))                                                 \
    return std::printf("line %d: %s\n", __LINE__, #condition), 1

static int nothing_fails_closed()
{
    pospal::license nobody;
    pospal::client closed;
    pospal::task none;

    EXPECT(!nobody && !nobody.is_usable() && nobody.status() == POSPAL_STATUS_NONE && nobody.plan().empty());
    EXPECT(nobody.limit("tills", -1) == -1 && !nobody.has_feature("kds") && !nobody.entitlement(0) && nobody.text("tier", "none") == "none" && nobody.expires_at() == 0);
    EXPECT(!closed && closed.status() == POSPAL_STATUS_NONE && closed.check().result() == POSPAL_ERROR_INVALID_ARGUMENT);
    EXPECT(closed.deactivate() && closed.support_report().value().empty());
    EXPECT(closed.export_request("SHOP-0001-FAKE").result() == POSPAL_ERROR_INVALID_ARGUMENT && closed.export_release().value().empty());
    EXPECT(none.poll()->result() == POSPAL_ERROR_INVALID_ARGUMENT);
    return 0;
}

static int failures_are_values()
{
    pospal::options options;
    auto refused = pospal::client::open(options.product("Not A Slug"));

    EXPECT(!refused && !*refused && refused.result() == POSPAL_ERROR_INVALID_ARGUMENT);
    EXPECT(refused.error().code == "invalid_request" && refused.error().detail.find("product") != std::string::npos);
    return 0;
}

static int a_client_is_moved_checked_and_closed()
{
    pospal::options options;
    options.product("till", "1.0").root_keys(roots).data_directory("").hardware_root("/nonexistent").timeout_ms(1000);
    options.proxy("").pinned_keys("sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=").device_name("Till 1");
    auto opened = pospal::client::open(options);
    if (!opened)
        return std::printf("%s\n", opened.error().detail.c_str()), 1;

    pospal::client client = *std::move(opened), moved;
    moved = std::move(client);
    auto checked = moved.check(POSPAL_CHECK_LOCAL);
    EXPECT(checked && checked->status() == POSPAL_STATUS_NONE && pospal::name(checked->reason()) == "not_activated");
    EXPECT(moved.activate("SHOP-0001-FAKE").error().code == "no_server");

    auto request = moved.export_request("SHOP-0001-FAKE");
    EXPECT(request ? request->rfind("ppr1.", 0) == 0 : request->empty() && request.result() == POSPAL_ERROR_NO_FINGERPRINT);
    EXPECT(moved.export_request().error().code == "no_license_key");
    auto release = moved.export_release();
    EXPECT(release.result() == POSPAL_ERROR_NOT_FOUND && release->empty());

    auto started = moved.start(POSPAL_VERB_CHECK_ONLINE);
    EXPECT(started);
    pospal::task task = *std::move(started);
    auto done = task.poll();
    while (!done)
        done = task.poll();
    EXPECT(done->error().code == "no_server" && (*done)->status() == POSPAL_STATUS_NONE);
    EXPECT(moved.support_report()->find("till") != std::string::npos);
    moved.close();
    EXPECT(moved.start(POSPAL_VERB_CHECK_AUTO).result() == POSPAL_ERROR_INVALID_ARGUMENT);
    return 0;
}

int main()
{
    if (nothing_fails_closed() || failures_are_values() || a_client_is_moved_checked_and_closed())
        return 1;
    return std::puts(pospal::version().data()) < 0;
}
