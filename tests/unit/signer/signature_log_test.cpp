// SPDX-License-Identifier: Apache-2.0
#include "ssh_keygen.hpp"

#include "sallyport/signer/signature_log.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::signer;

namespace {

struct FixedClock final : base::Clock {
    base::WallTime now() const override { return base::from_unix_seconds(1'800'000'000); }
    base::SteadyTime steady() const override { return {}; }
};
const LogEntry entry{"seal", "seal", "session=01J", 18446744073709551615U, "00ff"};
constexpr std::string_view line =
    R"({"time":"2027-01-15T08:00:00.000000Z","what":"seal","key":"seal","id":"session=01J",)"
    R"("serial":"18446744073709551615","sha256":"00ff"})"
    "\n";

} // namespace

TEST_SUITE("signer.signature_log") {
    TEST_CASE("each signature is one line, appended") {
        const support::Scratch scratch;
        const FixedClock clock;
        for (int round = 1; round <= 2; ++round) {
            auto log = FileSignatureLog::open(scratch.path("log"), clock);
            REQUIRE(log.ok());
            REQUIRE(log->append({entry}).ok());
        }
        CHECK(scratch.read("log") == std::string(line) + std::string(line));
        CHECK(scratch.run("stat -c %a log").text == "600\n");
    }

    TEST_CASE("a line that a crash tore stays by itself") {
        const support::Scratch scratch;
        const FixedClock clock;
        scratch.write("log", "{\"time\":\"20");
        auto log = FileSignatureLog::open(scratch.path("log"), clock);
        REQUIRE(log.ok());
        REQUIRE(log->append({entry, entry}).ok());
        CHECK(scratch.read("log") == "{\"time\":\"20\n" + std::string(line) + std::string(line));
    }

    TEST_CASE("a log that cannot be written fails, and goes on failing") {
        const FixedClock clock;
        auto full = FileSignatureLog::open("/dev/full", clock);
        REQUIRE(full.ok());
        CHECK_FALSE(full->append({entry}).ok());
        CHECK_FALSE(full->append({entry}).ok());
        const support::Scratch scratch;
        CHECK_FALSE(FileSignatureLog::open(scratch.path("no/such/log"), clock).ok());
        scratch.run("touch real && ln -s real link");
        CHECK_FALSE(FileSignatureLog::open(scratch.path("link"), clock).ok());
    }
}
