// SPDX-License-Identifier: Apache-2.0
#include "sallyport/store/store.hpp"

#include <cstdlib>
#include <fstream>

#include <doctest/doctest.h>
#include <unistd.h>

using namespace sallyport;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("store.store");

namespace {
struct Folder {
    std::string path;
    Folder() {
        char name[] = "/tmp/sallyport-store-XXXXXX";
        path = ::mkdtemp(name);
    }
    ~Folder() { [[maybe_unused]] const int done = std::system(("rm -r " + path).c_str()); }
    std::unique_ptr<store::Store> open() const {
        return std::move(store::Store::open(path + "/s.db").value());
    }
};

const base::WallTime noon = base::from_unix_seconds(1772618400);

store::Login login(const std::string &id, const std::string &person, std::uint64_t serial) {
    store::Login login;
    login.id = {id};
    login.who = {person, {"dev", "ops"}, model::Origin::Human, {id}};
    login.serial = serial;
    login.key = {1, 2, 3};
    login.fingerprint = "SHA256:" + id;
    login.issued = noon;
    login.expires = noon + 8h;
    return login;
}

model::Request request(const std::string &id) {
    model::Request request;
    request.id = {id};
    request.person = "alice";
    request.shown = "rm -rf /srv/x";
    request.opened = noon;
    request.need.approvals = {{{"sre"}, 1}};
    return request;
}
} // namespace

TEST_CASE("a login reads back whole, and a serial is used once") {
    const Folder folder;
    auto store = folder.open();
    const std::uint64_t big = 0xfedcba9876543210; // beyond the signed range that SQLite stores
    REQUIRE(store->insert_login(login("A", "alice", big)).ok());
    const auto found = store->find_login_by_serial(big);
    REQUIRE(found->has_value());
    CHECK((*found)->who.groups == std::vector<std::string>{"dev", "ops"});
    CHECK((*found)->key == base::Bytes{1, 2, 3});
    CHECK((*found)->expires == noon + 8h);
    CHECK(store->insert_login(login("B", "bob", big)).error().code == base::ErrorCode::Conflict);
    CHECK(!store->find_login_by_serial(7)->has_value());
}

TEST_CASE("a login is revoked by person, id, serial or fingerprint, and only while it lives") {
    const Folder folder;
    auto store = folder.open();
    REQUIRE(store->insert_login(login("A", "alice", 1)).ok());
    REQUIRE(store->insert_login(login("B", "alice", 2)).ok());
    REQUIRE(store->insert_login(login("C", "bob", 0xffffffffffffffff)).ok());
    CHECK(store->revoke_logins("2", "admin", noon)->size() == 1);
    CHECK(store->revoke_logins("alice", "admin", noon)->size() == 1);
    CHECK(store->revoke_logins("alice", "admin", noon)->empty());
    CHECK(store->revoke_logins("18446744073709551615", "admin", noon + 9h)->empty());
    CHECK(store->revoke_logins("18446744073709551615", "admin", noon)->at(0).text == "C");
    CHECK(store->list_logins(true, noon)->empty());
    CHECK(store->list_logins(false, noon)->size() == 3);
    CHECK(*(*store->find_login({"A"}))->revoked == noon);
}

TEST_CASE("a name belongs to the first identity that came with it until it is freed") {
    const Folder folder;
    auto store = folder.open();
    CHECK(store->bind_person("alice", "https://id", "sub-1").ok());
    CHECK(store->bind_person("alice", "https://id", "sub-1").ok());
    CHECK(store->bind_person("alice", "https://id", "sub-2").error().code ==
          base::ErrorCode::Conflict);
    CHECK(store->bind_person("alice", "https://other", "sub-1").error().code ==
          base::ErrorCode::Conflict);
    CHECK(store->free_person("alice").ok());
    CHECK(!store->free_person("alice").ok());
    CHECK(store->bind_person("alice", "https://other", "sub-1").ok());
}

TEST_CASE("a token is used once until it has expired anyway") {
    const Folder folder;
    auto store = folder.open();
    CHECK(store->use_token("h", noon + 1h, noon).ok());
    CHECK(store->use_token("h", noon + 1h, noon).error().code == base::ErrorCode::Conflict);
    CHECK(store->use_token("h", noon + 3h, noon + 2h).ok());
}

TEST_CASE("a request changes only from the version that was seen") {
    const Folder folder;
    auto store = folder.open();
    model::Request first = request("7F3K2Q");
    REQUIRE(store->insert_request(first).ok());
    CHECK(store->insert_request(request("7F3K2Q")).error().code == base::ErrorCode::Conflict);
    model::Request second = first;
    first.version = 1;
    first.state = model::RequestState::Denied;
    first.votes = {{"bob", {"sre"}, model::Answer::Deny, "ssh", "no", noon}};
    CHECK(store->update_request(first).ok());
    second.version = 1;
    second.state = model::RequestState::Approved;
    CHECK(store->update_request(second).error().code == base::ErrorCode::Conflict);
    CHECK(store->find_request({"7F3K2Q"})->value() == first);
    CHECK(store->list_requests(true, 10)->empty());
    // A closed id may be used again; the open one is found.
    model::Request again = request("7F3K2Q");
    again.opened = noon + 1h;
    CHECK(store->insert_request(again).ok());
    CHECK(store->find_request({"7F3K2Q"})->value() == again);
    CHECK(store->list_requests(false, 10)->size() == 2);
}

TEST_CASE("a session ends once") {
    const Folder folder;
    auto store = folder.open();
    store::Session session;
    session.id = {"S"};
    session.started = noon;
    session.shown = "ls";
    REQUIRE(store->insert_session(session).ok());
    CHECK(store->unended_sessions()->size() == 1);
    CHECK(store->end_session({"S"}, noon + 1s, "exited", 3).ok());
    CHECK(!store->end_session({"S"}, noon + 2s, "exited", 4).ok());
    CHECK((*store->find_session({"S"}))->exit_status == 3);
    CHECK(store->list_sessions(true, 10)->empty());
}

TEST_CASE("links and notices are found by what a click carries") {
    const Folder folder;
    auto store = folder.open();
    REQUIRE(store->insert_link({"telegram", "42", "bob", noon}).ok());
    REQUIRE(store->insert_link({"telegram", "42", "carol", noon}).ok());
    CHECK(store->find_linked_person("telegram", "42")->value() == "carol");
    CHECK(!store->find_linked_person("slack", "42")->has_value());
    REQUIRE(store->insert_notice({{"R"}, noon, "telegram", "-1", "7", "aa", "bb"}).ok());
    CHECK((*store->find_notice("telegram", "-1", "7"))->approve_hash == "aa");
    CHECK(!store->find_notice("telegram", "-2", "7")->has_value());
    CHECK(store->notices_of({"R"}, noon)->size() == 1);
    CHECK(store->remove_link("telegram", "42").ok());
    CHECK(!store->remove_link("telegram", "42").ok());
}

TEST_CASE("a second writer refuses to start, and what was committed is there for the next one") {
    const Folder folder;
    {
        auto store = folder.open();
        REQUIRE(store->insert_login(login("A", "alice", 1)).ok());
        const auto second = store::Store::open(folder.path + "/s.db");
        CHECK(second.error().code == base::ErrorCode::Conflict);
    }
    auto store = folder.open();
    CHECK(store->find_login({"A"})->has_value());
    CHECK(store->check_integrity().ok());
}

TEST_CASE("a file that is no store and a store of a later version are refused with a reason") {
    const Folder folder;
    std::ofstream(folder.path + "/text.db") << std::string(4096, 'x');
    CHECK(!store::Store::open(folder.path + "/text.db").ok());
    CHECK(!store::Store::open(folder.path + "/none/s.db").ok());
}
TEST_SUITE_END();
