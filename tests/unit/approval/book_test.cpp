// SPDX-License-Identifier: Apache-2.0
#include "sallyport/approval/book.hpp"

#include <cstdlib>

#include <doctest/doctest.h>
#include <unistd.h>

using namespace sallyport;
using namespace std::chrono_literals;
using model::RequestState;

TEST_SUITE_BEGIN("approval.book");

namespace {
const base::WallTime noon = base::from_unix_seconds(1772618400);

struct Bench {
    std::string folder;
    std::unique_ptr<store::Store> store;
    std::uint8_t next = 0;
    std::unique_ptr<approval::Book> book;

    Bench() {
        char name[] = "/tmp/sallyport-book-XXXXXX";
        folder = ::mkdtemp(name);
        store = std::move(store::Store::open(folder + "/s.db").value());
        book = std::make_unique<approval::Book>(*store, [this](std::size_t size) {
            base::Bytes bytes(size, 0);
            bytes.back() = next; // the test decides when it collides
            next = static_cast<std::uint8_t>(next < 3 ? next + 1 : 0);
            return bytes;
        });
    }
    ~Bench() {
        store.reset();
        [[maybe_unused]] const int done = std::system(("rm -r " + folder).c_str());
    }
    model::Request open() {
        model::Request request;
        request.person = "alice";
        request.binding = "abcdef";
        request.need.approvals = {{{"sre"}, 1}};
        request.opened = noon;
        request.expires = noon + 10min;
        return book->open(request).value();
    }
    model::RequestState approve(const model::RequestId &id) {
        return book
            ->vote(id, {"bob", {"sre"}, model::Answer::Approve, "ssh", "", noon},
                   model::Origin::Human, noon)
            ->request.state;
    }
};
} // namespace

TEST_CASE("ids of open requests never collide, and running out of ids is an error") {
    Bench bench;
    std::vector<std::string> ids;
    for (int i = 0; i < 4; ++i)
        ids.push_back(bench.open().id.text);
    std::sort(ids.begin(), ids.end());
    CHECK(std::unique(ids.begin(), ids.end()) == ids.end());
    CHECK(!bench.book->open(model::Request{}).ok());
}

TEST_CASE("a request is released once, with the bytes that were approved, in time") {
    Bench bench;
    const model::Request held = bench.open();
    CHECK(bench.book->release(held.id, "abcdef", noon).error().code ==
          base::ErrorCode::Denied); // pending
    CHECK(bench.approve(held.id) == RequestState::Approved);
    CHECK(bench.book->release(held.id, "abcdeg", noon).error().code == base::ErrorCode::Denied);
    CHECK(bench.book->release(held.id, "", noon).error().code == base::ErrorCode::Denied);
    CHECK(bench.book->release(held.id, "abcdef", noon + 10min).error().code ==
          base::ErrorCode::Denied);
    CHECK(bench.book->release(held.id, "abcdef", noon)->state == RequestState::Released);
    CHECK(!bench.book->release(held.id, "abcdef", noon).ok());
    CHECK(bench.book->close(held.id, RequestState::Ended, noon)->closed == noon);
}

TEST_CASE("what was cancelled is not revived by a late vote") {
    Bench bench;
    const model::Request held = bench.open();
    REQUIRE(bench.book->close(held.id, RequestState::Cancelled, noon).ok());
    CHECK(bench.approve(held.id) == RequestState::Cancelled);
    CHECK(!bench.book->release(held.id, "abcdef", noon).ok());
    CHECK(!bench.book->close(held.id, RequestState::Cancelled, noon).ok());
}

TEST_CASE("time closes what is pending and what is approved but not what runs") {
    Bench bench;
    const model::Request pending = bench.open(), approved = bench.open(), released = bench.open();
    bench.approve(approved.id);
    bench.approve(released.id);
    REQUIRE(bench.book->release(released.id, "abcdef", noon).ok());
    CHECK(bench.book->expire(noon + 9min)->empty());
    CHECK(bench.book->expire(noon + 10min)->size() == 2);
    CHECK(bench.store->find_request(pending.id)->value().state == RequestState::Expired);
    CHECK(bench.store->find_request(approved.id)->value().state == RequestState::Expired);
    CHECK(bench.store->find_request(released.id)->value().state == RequestState::Released);
}

TEST_CASE(
    "after a crash approved requests are cancelled and released ones have an unknown outcome") {
    Bench bench;
    const model::Request pending = bench.open(), approved = bench.open(), released = bench.open();
    bench.approve(approved.id);
    bench.approve(released.id);
    REQUIRE(bench.book->release(released.id, "abcdef", noon).ok());
    CHECK(bench.book->recover(noon + 1min)->size() == 3);
    CHECK(bench.store->find_request(pending.id)->value().state == RequestState::Cancelled);
    CHECK(bench.store->find_request(approved.id)->value().state == RequestState::Cancelled);
    CHECK(bench.store->find_request(released.id)->value().state == RequestState::OutcomeUnknown);
    CHECK(bench.book->recover(noon + 1min)->empty());
}
TEST_SUITE_END();
