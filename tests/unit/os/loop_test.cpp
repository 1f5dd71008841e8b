// SPDX-License-Identifier: Apache-2.0
#include "sallyport/os/loop.hpp"
#include "sallyport/os/process.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

using namespace sallyport;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("os.loop");

TEST_CASE("timers fire in the order of their time and a cancelled one never") {
    auto loop = std::move(os::Loop::open().value());
    std::string order;
    loop->after(20ms, [&] {
        order += 'c';
        loop->stop();
    });
    loop->after(1ms, [&] { order += 'a'; });
    loop->after(5ms, [&] { order += 'b'; });
    loop->cancel(loop->after(2ms, [&] { order += 'x'; }));
    loop->run();
    CHECK(order == "abc");
}

TEST_CASE("a descriptor is called back when readable and not after it was forgotten") {
    auto loop = std::move(os::Loop::open().value());
    auto ends = os::socket_pair().value();
    int calls = 0;
    const int fd = ends.first.get();
    REQUIRE(loop->watch(fd,
                        [&](os::Ready ready) {
                            CHECK(ready.readable);
                            ++calls;
                            loop->forget(
                                fd); // the byte stays unread: level triggered, it would call again
                        })
                .ok());
    REQUIRE(::write(ends.second.get(), "x", 1) == 1);
    loop->turn(10ms);
    loop->turn(10ms);
    CHECK(calls == 1);
}

TEST_CASE("a posted task runs in the next turn without waiting") {
    auto loop = std::move(os::Loop::open().value());
    bool ran = false;
    loop->post([&] { ran = true; });
    loop->turn(1h);
    CHECK(ran);
}
TEST_SUITE_END();
