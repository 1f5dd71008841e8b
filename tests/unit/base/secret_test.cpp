// SPDX-License-Identifier: Apache-2.0
#include "sallyport/base/secret.hpp"
#include "sallyport/base/unique_fd.hpp"

#include <type_traits>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

using namespace sallyport;

TEST_SUITE_BEGIN("base.secret");

TEST_CASE("a secret moves but is never copied") {
    static_assert(!std::is_copy_constructible_v<base::Secret> &&
                  !std::is_copy_assignable_v<base::Secret>);
    base::Secret a(std::string_view("hunter2"));
    base::Secret b = std::move(a);
    CHECK(a.empty()); // NOLINT(bugprone-use-after-move): the moved-from state is the point
    CHECK(base::to_text(b.reveal()) == "hunter2");
}

TEST_CASE("wipe clears memory") {
    char text[] = "hunter2";
    base::wipe(text, sizeof text);
    for (const char c : text)
        CHECK(c == 0);
}

TEST_CASE("comparison wants the same length and the same bytes") {
    CHECK(base::equal_constant_time(base::as_bytes("abc"), base::as_bytes("abc")));
    CHECK(!base::equal_constant_time(base::as_bytes("abc"), base::as_bytes("abd")));
    CHECK(!base::equal_constant_time(base::as_bytes("abc"), base::as_bytes("abcd")));
}

TEST_CASE("a descriptor is closed exactly once, by its last owner") {
    int raw = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    {
        base::UniqueFd first(raw);
        base::UniqueFd second = std::move(first);
        CHECK(::fcntl(raw, F_GETFD) >= 0);
    }
    CHECK(::fcntl(raw, F_GETFD) == -1);
}
TEST_SUITE_END();
