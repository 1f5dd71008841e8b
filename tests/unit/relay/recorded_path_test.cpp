// SPDX-License-Identifier: Apache-2.0
// The promise of the path: what was forwarded is in the files, whatever comes when.
#include "recorded_path.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/record/export.hpp"

#include <thread>

#include "../record/openssl_digest.hpp"
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace sallyport;
using relay::Helper;
using relay::RecordedPath;

TEST_SUITE_BEGIN("relay.recorded_path");

namespace {

base::UniqueFd memory_file(base::BytesView content, int seals) {
    base::UniqueFd file(memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    REQUIRE(::write(file.get(), content.data(), content.size()) ==
            static_cast<ssize_t>(content.size()));
    if (seals != 0)
        REQUIRE(fcntl(file.get(), F_ADD_SEALS, seals) == 0);
    REQUIRE(fcntl(file.get(), F_SETFL, O_APPEND) == 0);
    return file;
}

base::Bytes content(const base::UniqueFd &file) {
    base::Bytes bytes(static_cast<std::size_t>(lseek(file.get(), 0, SEEK_END)));
    REQUIRE(pread(file.get(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
    return bytes;
}

base::Bytes mask_image() {
    mask::Rule rule;
    rule.id = "test";
    rule.leads = {"secret="};
    rule.body = "[a-z]";
    rule.min = 4;
    return mask::compile({rule}).value();
}

struct Bench {
    explicit Bench(Helper &helper) : helper_(helper) {
        int pair[2] = {-1, -1};
        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
        edge.emplace(base::UniqueFd(pair[0]));
        peer = base::UniqueFd(pair[1]);
        wire::SessionOpened opened;
        opened.session = model::SessionId{"01ARZ3NDEKTSV4RRFFQ69G5FAV"};
        record::Head head;
        head.session.fill(1);
        const base::Bytes start = record::encode_head(head);
        opened.record_head = base::to_bytes(base::BytesView(start).subspan(8));
        frames = memory_file(start, 0);
        tail = memory_file({}, 0);
        std::vector<base::UniqueFd> descriptors;
        descriptors.push_back(base::UniqueFd(dup(frames.get())));
        descriptors.push_back(base::UniqueFd(dup(tail.get())));
        descriptors.push_back(
            memory_file(mask_image(), F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL));
        auto made = RecordedPath::open(opened, std::nullopt, std::move(descriptors), *edge, clock,
                                       digest, helper_);
        REQUIRE(made.ok());
        path = std::move(made).value();
    }
    // What a reader finds if everything were killed now: stdout, stderr.
    std::pair<std::string, std::string> recorded() const {
        base::Bytes file = content(frames);
        const base::Bytes tail_bytes = content(tail);
        const auto recovery = record::recover(file, {tail_bytes}, digest);
        REQUIRE(recovery.ok());
        file.resize(static_cast<std::size_t>(recovery->keep));
        base::append(file, recovery->append);
        std::string out, error;
        bool header = true, shadow = false;
        REQUIRE(record::for_each_line(file, [&](std::string_view line) {
                    if (std::exchange(header, false))
                        return base::success();
                    const auto event = record::parse_event_line(line).value();
                    if (event.code == "b2")
                        error += base::to_text(base::from_base64(event.data).value());
                    else if (event.code == "o" && !shadow)
                        out += event.data;
                    shadow = event.code == "b2";
                    return base::success();
                }).ok());
        return {out, error};
    }
    void give(ssh::Stream stream, base::Bytes &bytes) {
        (stream == ssh::Stream::Out ? shown : shown_error) += base::as_text(bytes);
        bytes.clear();
    }
    void release() {
        for (const ssh::Stream stream : {ssh::Stream::Out, ssh::Stream::Error}) {
            base::Bytes bytes;
            if (path->due() && *path->due() <= clock.steady())
                REQUIRE(path->release_due(stream, bytes).ok());
            give(stream, bytes);
        }
    }
    void until_idle() const {
        for (int i = 0; i < 5000 && !helper_.idle(); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        REQUIRE(helper_.idle());
    }
    void check_promise() const {
        const auto [out, error] = recorded();
        REQUIRE(out.substr(0, shown.size()) == shown);
        REQUIRE(error.substr(0, shown_error.size()) == shown_error);
    }

    Helper &helper_;
    base::SystemClock clock;
    record::OpensslDigest digest;
    std::optional<ipc::Edge> edge;
    base::UniqueFd peer, frames, tail;
    std::unique_ptr<relay::OutputPath> path;
    std::string shown, shown_error;
};

std::string lines(std::size_t size, unsigned seed) {
    std::string text;
    while (text.size() < size)
        text += "line " + std::to_string(seed = seed * 1664525 + 1013904223) + " secret=abcdef\n";
    text.resize(size);
    text.back() = '\n';
    return text;
}

void run(Helper &helper) {
    Bench bench(helper);
    unsigned noise = 7;
    std::size_t given = 0, given_error = 0;
    for (int i = 0; i < 60; ++i) {
        noise = noise * 1664525 + 1013904223;
        const bool much = (noise >> 16) % 3 != 0;
        const std::string text = lines(1 + (noise >> 8) % (much ? 60000 : 300), noise);
        const ssh::Stream stream = (noise >> 20) % 4 == 0 ? ssh::Stream::Error : ssh::Stream::Out;
        (stream == ssh::Stream::Out ? given : given_error) += text.size();
        base::Bytes bytes;
        REQUIRE(bench.path->take(stream, base::as_bytes(text), bytes).ok());
        bench.give(stream, bytes);
        bench.check_promise();
        if ((noise >> 24) % 3 == 0)
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        bench.release();
        bench.check_promise();
    }
    bench.until_idle();
    bench.release(); // nothing waits for more output
    bench.until_idle();
    bench.release();
    CHECK(bench.shown.size() == given);
    CHECK(bench.shown_error.size() == given_error);
    CHECK(bench.shown.find("secret=abcdef") == std::string::npos);
    CHECK(bench.shown.find("secret=******") != std::string::npos);
    REQUIRE(bench.path->close(wire::EndReason::Exited, 0).ok());
    const auto [out, error] = bench.recorded();
    CHECK(out == bench.shown);
    CHECK(error == bench.shown_error);
    CHECK(record::verify(content(bench.frames), "", {}, {}, bench.digest).intact());
}

} // namespace

TEST_CASE("nothing is forwarded before it is in the files, with the helper's thread") {
    Helper helper;
    REQUIRE(helper.start().ok());
    run(helper);
}

TEST_CASE("nothing is forwarded before it is in the files, without a thread") {
    Helper helper;
    run(helper);
}

TEST_CASE("a frame that cannot be written lets nothing through") {
    Helper helper;
    REQUIRE(helper.start().ok());
    Bench bench(helper);
    REQUIRE(fcntl(bench.frames.get(), F_ADD_SEALS, F_SEAL_GROW) == 0);
    base::Bytes bytes;
    (void)bench.path->take(ssh::Stream::Out, base::as_bytes(lines(100000, 1)), bytes);
    bench.until_idle();
    CHECK(bench.path->due() <= bench.clock.steady()); // it is told without more output
    CHECK(!bench.path->release_due(ssh::Stream::Out, bytes).ok());
    CHECK(bytes.empty());
    CHECK(!bench.path->take(ssh::Stream::Out, base::as_bytes("more\n"), bytes).ok());
    CHECK(bytes.empty());
}

TEST_CASE("what was written is brought to the disk, and then nothing is due") {
    Helper helper;
    REQUIRE(helper.start().ok());
    Bench bench(helper);
    base::Bytes bytes;
    REQUIRE(bench.path->take(ssh::Stream::Out, base::as_bytes("little\n"), bytes).ok());
    CHECK(base::as_text(bytes) == "little\n"); // does not wait for the disk
    const base::SteadyTime start = bench.clock.steady();
    REQUIRE(bench.path->due());
    CHECK(*bench.path->due() <= start + std::chrono::milliseconds(200));
    CHECK(*bench.path->due() > start);
    while (bench.path->due() && bench.clock.steady() < start + std::chrono::seconds(4)) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        bench.release();
    }
    CHECK(!bench.path->due()); // the tail became a frame, which was synced as well
}

TEST_SUITE_END();
