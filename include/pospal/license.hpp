// SPDX-License-Identifier: Apache-2.0
//
// pospal/license.h for C++17: handles that free themselves, texts as std::string_view, results as values. Header only; it neither throws
// nor needs exceptions or RTTI. What each call does is said in license.h, at the function of the same name; get() has the C handle for
// whatever is not wrapped here.
//
//   pospal::options options;
//   options.product("till", "2.4.0").server("https://license.example.com").root_keys(ROOT_KEYS_JSON);
//   auto client = pospal::client::open(options);
//   if (!client) { ... client.error().detail ... }
//   if (client->status() == POSPAL_STATUS_ACTIVE) { ... }
//
// Rules: objects are moved, never copied; one that was moved from or is empty answers as the C functions answer to NULL, which fails
// closed. A text that is given ends at its first NUL. Views that are returned live as long as the object they came from.
#ifndef POSPAL_LICENSE_HPP
#define POSPAL_LICENSE_HPP

#include <pospal/license.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace pospal {

inline std::string_view name(pospal_result_t value) { return pospal_result_name(value); }
inline std::string_view name(pospal_status_t value) { return pospal_status_name(value); }
inline std::string_view name(pospal_source_t value) { return pospal_source_name(value); }
inline std::string_view name(pospal_reason_t value) { return pospal_reason_name(value); }
inline std::string_view version() { return pospal_version(); }

// Why a call failed: true where it did.
struct failure {
    pospal_result_t result = POSPAL_OK;
    std::string code;   // "dns_failed"; see docs/ERRORS.md
    std::string detail; // for people: what went wrong and what to do

    explicit operator bool() const noexcept { return result != POSPAL_OK; }

    // Of this thread's last call; nothing for POSPAL_OK.
    static failure of(pospal_result_t returned)
    {
        if (returned == POSPAL_OK)
            return {};
        return {returned, pospal_error_code(), pospal_error_detail()};
    }
};

// What a call gives: true where it worked. The value may be there all the same: a license says what is held although the server denied.
template <class T> class [[nodiscard]] outcome {
public:
    outcome(T value, failure error) : value_(std::move(value)), error_(std::move(error)) {}

    explicit operator bool() const noexcept { return !error_; }
    bool is_ok() const noexcept { return !error_; }
    pospal_result_t result() const noexcept { return error_.result; }
    const failure &error() const noexcept { return error_; }

    T &value() & noexcept { return value_; }
    const T &value() const & noexcept { return value_; }
    T &&value() && noexcept { return std::move(value_); }
    T &operator*() & noexcept { return value_; }
    const T &operator*() const & noexcept { return value_; }
    T &&operator*() && noexcept { return std::move(value_); }
    T *operator->() noexcept { return &value_; }
    const T *operator->() const noexcept { return &value_; }

private:
    T value_;
    failure error_;
};

namespace detail {

struct deleter {
    void operator()(pospal_options *handle) const noexcept { pospal_options_free(handle); }
    void operator()(pospal_client *handle) const noexcept { pospal_client_close(handle); }
    void operator()(pospal_license *handle) const noexcept { pospal_license_free(handle); }
    void operator()(pospal_task *handle) const noexcept { pospal_task_free(handle); }
    void operator()(char *text) const noexcept { pospal_text_free(text); }
};
template <class T> using handle = std::unique_ptr<T, deleter>;

// Freed also where there is no memory for the copy.
inline std::string take_text(char *text)
{
    const handle<char> owned(text);
    return text ? text : "";
}

// For a parameter that may be left out: NULL where it was.
class optional_text {
public:
    explicit optional_text(std::optional<std::string_view> text) : text_(text) {}
    const char *get() const noexcept { return text_ ? text_->c_str() : nullptr; }

private:
    std::optional<std::string> text_;
};

} // namespace detail

// What was known of the license at one moment.
class license {
public:
    license() noexcept = default;
    explicit license(pospal_license *handle) noexcept : handle_(handle) {} // takes it

    explicit operator bool() const noexcept { return handle_ != nullptr; }
    pospal_license *get() const noexcept { return handle_.get(); }

    pospal_status_t status() const noexcept { return pospal_license_status(get()); }
    bool is_usable() const noexcept { return pospal_license_is_usable(get()) != 0; }
    pospal_source_t source() const noexcept { return pospal_license_source(get()); }
    pospal_reason_t reason() const noexcept { return pospal_license_reason(get()); }

    std::string_view id() const noexcept { return pospal_license_field(get(), POSPAL_FIELD_LICENSE_ID); }
    std::string_view plan() const noexcept { return pospal_license_field(get(), POSPAL_FIELD_PLAN); }
    std::string_view customer() const noexcept { return pospal_license_field(get(), POSPAL_FIELD_CUSTOMER); }
    std::string_view device_name() const noexcept { return pospal_license_field(get(), POSPAL_FIELD_DEVICE_NAME); }
    std::string_view activation_id() const noexcept { return pospal_license_field(get(), POSPAL_FIELD_ACTIVATION_ID); }

    bool has_feature(std::string_view feature) const { return pospal_license_has_feature(get(), std::string(feature).c_str()) != 0; }
    std::int64_t limit(std::string_view of, std::int64_t otherwise) const
    {
        return pospal_license_limit(get(), std::string(of).c_str(), otherwise);
    }
    std::string text(std::string_view of, std::string_view otherwise) const
    {
        return pospal_license_text(get(), std::string(of).c_str(), std::string(otherwise).c_str());
    }
    // Of what the license grants one after the other, until there is none; name and text live as long as the license.
    std::optional<pospal_entitlement_t> entitlement(std::size_t index) const noexcept
    {
        pospal_entitlement_t found = {};
        found.size = sizeof found;
        if (!pospal_license_entitlement(get(), index, &found))
            return std::nullopt;
        return found;
    }

    // Unix seconds; 0: none.
    std::int64_t expires_at() const noexcept { return pospal_license_time(get(), POSPAL_MOMENT_EXPIRES_AT); }
    std::int64_t refresh_at() const noexcept { return pospal_license_time(get(), POSPAL_MOMENT_REFRESH_AT); }
    std::int64_t check_by() const noexcept { return pospal_license_time(get(), POSPAL_MOMENT_CHECK_BY); }
    std::int64_t grace_until() const noexcept { return pospal_license_time(get(), POSPAL_MOMENT_GRACE_UNTIL); }
    std::int64_t holds_until() const noexcept { return pospal_license_time(get(), POSPAL_MOMENT_HOLDS_UNTIL); }
    std::int64_t issued_at() const noexcept { return pospal_license_time(get(), POSPAL_MOMENT_ISSUED_AT); }

    bool clock_is_wrong() const noexcept { return pospal_license_clock_is_wrong(get()) != 0; }
    bool can_extend() const noexcept { return pospal_license_can_extend(get()) != 0; }

private:
    detail::handle<pospal_license> handle_;
};

// What a client is opened with. Setters do not fail: the first failure is told by client::open. Contexts are borrowed.
class options {
public:
    options() noexcept : handle_(pospal_options_new()) {}

    pospal_options *get() const noexcept { return handle_.get(); }

    options &product(std::string_view slug, std::optional<std::string_view> version = std::nullopt)
    {
        pospal_options_set_product(get(), std::string(slug).c_str(), detail::optional_text(version).get());
        return *this;
    }
    options &server(std::string_view url) { return set(POSPAL_OPTION_SERVER, url); }
    options &root_keys(std::string_view jwks) { return set(POSPAL_OPTION_ROOT_KEYS, jwks); }
    options &data_directory(std::string_view path) { return set(POSPAL_OPTION_DATA_DIRECTORY, path); }
    options &proxy(std::string_view url) { return set(POSPAL_OPTION_PROXY, url); }
    options &ca_file(std::string_view path) { return set(POSPAL_OPTION_CA_FILE, path); }
    options &pinned_keys(std::string_view pins) { return set(POSPAL_OPTION_PINNED_KEYS, pins); }
    options &device_name(std::string_view value) { return set(POSPAL_OPTION_DEVICE_NAME, value); }
    options &hardware_root(std::string_view path) { return set(POSPAL_OPTION_HARDWARE_ROOT, path); }
    options &license_key(std::string_view value, pospal_key_source_t what = POSPAL_KEY_TEXT)
    {
        pospal_options_set_license_key(get(), what, std::string(value).c_str());
        return *this;
    }
    options &timeout_ms(std::int64_t value)
    {
        pospal_options_set_timeout_ms(get(), value);
        return *this;
    }
    options &transport(pospal_transport_fn function, void *context)
    {
        pospal_options_set_transport(get(), function, context);
        return *this;
    }
    options &clock(pospal_clock_fn function, void *context)
    {
        pospal_options_set_clock(get(), function, context);
        return *this;
    }
    options &log(pospal_log_fn function, void *context, pospal_log_level_t level)
    {
        pospal_options_set_log(get(), function, context, level);
        return *this;
    }
    options &change_callback(pospal_change_fn function, void *context)
    {
        pospal_options_set_change_callback(get(), function, context);
        return *this;
    }

private:
    options &set(pospal_option_t which, std::string_view value)
    {
        pospal_options_set(get(), which, std::string(value).c_str());
        return *this;
    }

    detail::handle<pospal_options> handle_;
};

// A call that runs in the background. Its end cancels it or leaves it to itself; see pospal_task_free.
class task {
public:
    task() noexcept = default;
    explicit task(pospal_task *handle) noexcept : handle_(handle) {} // takes it

    explicit operator bool() const noexcept { return handle_ != nullptr; }
    pospal_task *get() const noexcept { return handle_.get(); }

    // Nothing while it runs; the license is given once.
    std::optional<outcome<license>> poll()
    {
        pospal_result_t ended = POSPAL_OK;
        pospal_license *found = nullptr;
        if (!pospal_task_poll(get(), &ended, &found))
            return std::nullopt;
        return outcome<license>(license(found), failure::of(ended));
    }

private:
    detail::handle<pospal_task> handle_;
};

// One product on this machine. Its end closes it; see pospal_client_close.
class client {
public:
    client() noexcept = default;
    explicit client(pospal_client *handle) noexcept : handle_(handle) {} // takes it

    static outcome<client> open(const options &how)
    {
        pospal_client *opened = nullptr;
        failure error = failure::of(pospal_client_open(how.get(), &opened));
        return {client(opened), std::move(error)};
    }

    explicit operator bool() const noexcept { return handle_ != nullptr; }
    pospal_client *get() const noexcept { return handle_.get(); }
    void close() noexcept { handle_.reset(); }

    pospal_status_t status() const noexcept { return pospal_client_status(get()); }
    outcome<license> check(pospal_check_mode_t mode = POSPAL_CHECK_AUTO)
    {
        return ask([&](pospal_license **found) { return pospal_client_check(get(), mode, found); });
    }
    outcome<license> activate(std::optional<std::string_view> key = std::nullopt)
    {
        const detail::optional_text text(key);
        return ask([&](pospal_license **found) { return pospal_client_activate(get(), text.get(), found); });
    }
    outcome<license> import(std::string_view text)
    {
        return ask([&](pospal_license **found) { return pospal_client_import(get(), text.data(), text.size(), found); });
    }
    // The text that a person carries to the vendor; import() takes in what comes back.
    outcome<std::string> export_request(std::optional<std::string_view> key = std::nullopt)
    {
        const detail::optional_text given(key);
        char *text = nullptr;
        failure error = failure::of(pospal_client_export_request(get(), given.get(), &text));
        return {detail::take_text(text), std::move(error)};
    }
    // Gives the seat back: the text is the proof of it.
    outcome<std::string> export_release()
    {
        char *text = nullptr;
        failure error = failure::of(pospal_client_export_release(get(), &text));
        return {detail::take_text(text), std::move(error)};
    }
    outcome<license> extend()
    {
        return ask([&](pospal_license **found) { return pospal_client_extend(get(), found); });
    }
    outcome<license> start_trial()
    {
        return ask([&](pospal_license **found) { return pospal_client_start_trial(get(), found); });
    }
    failure usage_add(std::string_view meter, std::int64_t amount, std::optional<std::string_view> idempotency = std::nullopt)
    {
        return failure::of(
            pospal_usage_add(get(), std::string(meter).c_str(), amount, detail::optional_text(idempotency).get()));
    }
    outcome<pospal_usage_t> usage_balance(std::string_view meter)
    {
        pospal_usage_t usage = {};
        usage.size = sizeof usage;
        failure error = failure::of(pospal_usage_balance(get(), std::string(meter).c_str(), &usage));
        return {usage, std::move(error)};
    }
    outcome<pospal_release_t> check_release(std::optional<std::string_view> channel = std::nullopt)
    {
        pospal_release_t release = {};
        release.size = sizeof release;
        failure error = failure::of(pospal_client_check_release(get(), detail::optional_text(channel).get(), &release));
        return {release, std::move(error)};
    }
    failure deactivate() { return failure::of(pospal_client_deactivate(get())); }
    failure forget() { return failure::of(pospal_client_forget(get())); }

    outcome<std::string> support_report()
    {
        char *text = nullptr;
        failure error = failure::of(pospal_client_support_report(get(), &text));
        return {detail::take_text(text), std::move(error)};
    }
    outcome<std::string> explain(bool as_json = false)
    {
        char *text = nullptr;
        failure error = failure::of(pospal_client_explain(get(), as_json, &text));
        return {detail::take_text(text), std::move(error)};
    }

    // done runs on a thread of the library; its context is borrowed until it has returned or the task is gone.
    outcome<task> start(pospal_verb_t verb, std::optional<std::string_view> argument = std::nullopt, pospal_done_fn done = nullptr,
                        void *context = nullptr)
    {
        pospal_task *started = nullptr;
        failure error = failure::of(
            pospal_task_start(get(), verb, detail::optional_text(argument).get(), done, context, &started));
        return {task(started), std::move(error)};
    }

private:
    template <class Call> static outcome<license> ask(Call call)
    {
        pospal_license *found = nullptr;
        failure error = failure::of(call(&found));
        return {license(found), std::move(error)};
    }

    detail::handle<pospal_client> handle_;
};

// This machine's fingerprint for a product.
inline outcome<std::string> fingerprint(std::string_view product)
{
    char *text = nullptr;
    failure error = failure::of(pospal_fingerprint(std::string(product).c_str(), &text));
    return {detail::take_text(text), std::move(error)};
}

} // namespace pospal

#endif
