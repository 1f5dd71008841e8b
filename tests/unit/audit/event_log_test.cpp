// SPDX-License-Identifier: Apache-2.0
#include "sallyport/audit/event_log.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace sallyport;

TEST_SUITE_BEGIN("audit.event_log");

namespace {
struct FixedClock final : base::Clock {
    base::WallTime now() const override { return base::from_unix_seconds(1772618400); }
    base::SteadyTime steady() const override { return {}; }
};

struct Bench {
    std::string folder, path;
    FixedClock clock;
    Bench() {
        char name[] = "/tmp/sallyport-events-XXXXXX";
        folder = ::mkdtemp(name);
        path = folder + "/events.jsonl";
    }
    ~Bench() { [[maybe_unused]] const int done = std::system(("rm -r " + folder).c_str()); }
    std::unique_ptr<audit::EventLog> open() {
        return std::move(audit::EventLog::open(path, clock).value());
    }
    std::string text() const {
        std::ifstream file(path);
        std::stringstream content;
        content << file.rdbuf();
        return content.str();
    }
    void write(const std::string &text) const { std::ofstream(path, std::ios::trunc) << text; }
};

model::Event event(const std::string &text) {
    return {
        model::EventKind::ActionDecided, {"C"}, {"S"}, "alice", "", "web1", {{"command", text}}};
}
} // namespace

TEST_CASE("a line is one JSON object that carries the hash of the line before") {
    Bench bench;
    auto log = bench.open();
    REQUIRE(log->append(event("ls"), audit::Durable::Now).ok());
    REQUIRE(log->append(event("a\"b\n\x1b\xff"), audit::Durable::Later).ok());
    CHECK(log->unsynced());
    CHECK(log->sync().ok());
    const std::string text = bench.text();
    CHECK(
        text.substr(0, text.find('\n')) ==
        R"({"v":1,"seq":1,"time":"2026-03-04T10:00:00.000000Z","kind":"action-decided","connection":"C","session":"S",)"
        R"("person":"alice","target":"web1","command":"ls","prev":"0000000000000000000000000000000000000000000000000000000000000000"})");
    CHECK(text.find(R"("command":"a\"b\n\u001b)") != std::string::npos);
    CHECK(audit::verify_log(text).value() == 2);
}

TEST_CASE("a log is continued where it stopped, over a torn last line too") {
    Bench bench;
    REQUIRE(bench.open()->append(event("one"), audit::Durable::Now).ok());
    bench.write(bench.text() + R"({"v":1,"seq":2,"ti)");
    {
        auto log = bench.open();
        CHECK(log->repaired() == 18);
        CHECK(log->next_sequence() == 2);
        REQUIRE(log->append(event("two"), audit::Durable::Now).ok());
    }
    CHECK(audit::verify_log(bench.text()).value() == 2);
    bench.write(R"({"v":1)");
    CHECK(bench.open()->next_sequence() == 1);
}

TEST_CASE("a log whose last line is no event is not continued") {
    Bench bench;
    bench.write("hello\n");
    CHECK(!audit::EventLog::open(bench.path, bench.clock).ok());
}

TEST_CASE("any byte changed, any line removed, doubled or swapped is found") {
    Bench bench;
    auto log = bench.open();
    for (const char *text : {"one", "two", "three"})
        REQUIRE(log->append(event(text), audit::Durable::Later).ok());
    const std::string good = bench.text();
    // The last line is anchored by the next one, or by the head that was written down: only bytes
    // before it count here.
    const std::size_t last = good.rfind('\n', good.size() - 2) + 1;
    for (std::size_t i = 0; i < last; ++i) {
        std::string bad = good;
        bad[i] = static_cast<char>(bad[i] ^ 1);
        CHECK_MESSAGE(!audit::verify_log(bad).ok(), i);
    }
    const std::size_t first = good.find('\n') + 1;
    CHECK(!audit::verify_log(good.substr(first)).ok());
    CHECK(audit::verify_log(good.substr(first), "").value() == 2);
    CHECK(!audit::verify_log(good.substr(0, first) + good).ok());
    CHECK(!audit::verify_log(good.substr(0, good.size() - 1)).ok());
}

TEST_CASE(
    "when the disk takes no more, nothing is appended any more and what is there stays whole") {
    Bench bench;
    auto log = bench.open();
    REQUIRE(log->append(event("one"), audit::Durable::Now).ok());
    // A file size limit plays the full disk.
    struct rlimit old {};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &old) == 0);
    const struct rlimit small { bench.text().size() + 10, old.rlim_max };
    std::signal(SIGXFSZ, SIG_IGN);
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
    CHECK(!log->append(event("two"), audit::Durable::Now).ok());
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &old) == 0);
    CHECK(!log->append(event("three"), audit::Durable::Now).ok());
    log.reset();
    CHECK(bench.open()->repaired() == 10);
    CHECK(audit::verify_log(bench.text()).value() == 1);
}
TEST_SUITE_END();
