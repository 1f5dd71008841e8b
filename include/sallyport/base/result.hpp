// SPDX-License-Identifier: Apache-2.0
// The one error idiom: an expected failure is a Result, a broken invariant is an assert, and no
// exception crosses a module. An Error has a code for programs and one sentence for people: lower
// case, no final period, input in backticks, never a type name of the implementation. Values; any
// thread.
#pragma once
#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace sallyport::base {

enum class ErrorCode {
    InvalidInput, // the bytes or the text are not what they must be
    TooLarge,     // a named limit was exceeded
    NotFound,
    Denied,      // a rule or a check said no
    Unavailable, // a peer, a disk or a service did not do its part; trying again may work
    Conflict,    // the state is no longer the one that the caller saw
    Internal,
};

struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string message;
    bool operator==(const Error &) const = default;
};

struct Nothing {
    bool operator==(const Nothing &) const = default;
};

template <typename T>
class [[nodiscard]] Result {
  public:
    Result(T value)
        : state_(std::in_place_index<0>, std::move(value)) {} // NOLINT: implicit on purpose
    Result(Error error)
        : state_(std::in_place_index<1>, std::move(error)) {} // NOLINT: implicit on purpose

    bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    // REQUIRES: ok()
    T &value() & {
        auto *value = std::get_if<0>(&state_);
        assert(value != nullptr);
        return *value;
    }
    const T &value() const & {
        auto *value = std::get_if<0>(&state_);
        assert(value != nullptr);
        return *value;
    }
    T &&value() && {
        auto *value = std::get_if<0>(&state_);
        assert(value != nullptr);
        return std::move(*value);
    }
    T *operator->() { return &value(); }
    const T *operator->() const { return &value(); }
    T &operator*() & { return value(); }
    const T &operator*() const & { return value(); }
    T &&operator*() && { return std::move(*this).value(); }

    // REQUIRES: !ok()
    const Error &error() const {
        const auto *error = std::get_if<1>(&state_);
        assert(error != nullptr);
        return *error;
    }

  private:
    std::variant<T, Error> state_;
};

using Status = Result<Nothing>;
inline Status success() {
    return Nothing{};
}

inline Error fail(ErrorCode code, std::string message) {
    return Error{code, std::move(message)};
}
inline Error invalid(std::string message) {
    return fail(ErrorCode::InvalidInput, std::move(message));
}

// The same error with where it happened in front: `certificate: principal is empty`.
inline Error within(std::string_view where, const Error &inner) {
    return Error{inner.code, std::string(where) + ": " + inner.message};
}

} // namespace sallyport::base

#define SALLYPORT_JOIN_(a, b) a##b
#define SALLYPORT_JOIN(a, b) SALLYPORT_JOIN_(a, b)
#define SALLYPORT_TRY_(holder, declaration, ...)                                                   \
    auto holder = (__VA_ARGS__);                                                                   \
    if (!holder.ok())                                                                              \
        return holder.error();                                                                     \
    declaration = std::move(holder).value()
// SALLYPORT_TRY(const auto script, shell::parse(text)); returns the error from this function or
// declares the value.
#define SALLYPORT_TRY(declaration, ...)                                                            \
    SALLYPORT_TRY_(SALLYPORT_JOIN(result_, __LINE__), declaration, __VA_ARGS__)
// SALLYPORT_CHECK(write_all(fd, bytes)); returns the error from this function, else goes on.
#define SALLYPORT_CHECK(...)                                                                       \
    if (auto SALLYPORT_JOIN(status_, __LINE__) = (__VA_ARGS__);                                    \
        !SALLYPORT_JOIN(status_, __LINE__).ok())                                                   \
    return SALLYPORT_JOIN(status_, __LINE__).error()
