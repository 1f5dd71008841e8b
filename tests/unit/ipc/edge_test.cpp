// SPDX-License-Identifier: Apache-2.0
#include "sallyport/ipc/edge.hpp"
#include "sallyport/os/process.hpp"
#include "sallyport/wire/connection_edge.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace sallyport;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("ipc.edge");

namespace {
struct Pair {
    ipc::Edge ours, theirs;
    static Pair make(std::size_t max_frame = ipc::max_frame_bytes) {
        auto ends = os::socket_pair().value();
        return {ipc::Edge(std::move(ends.first)), ipc::Edge(std::move(ends.second), max_frame)};
    }
};

base::UniqueFd some_file() {
    return base::UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}
std::vector<base::UniqueFd> files(std::size_t count) {
    std::vector<base::UniqueFd> list;
    while (list.size() < count)
        list.push_back(some_file());
    return list;
}
} // namespace

TEST_CASE("messages and their descriptors arrive in order and together") {
    Pair pair = Pair::make();
    REQUIRE(pair.ours.send(wire::Note{wire::NoteKind::Log, {}, "first"}).ok());
    REQUIRE(pair.ours.send(wire::TailReady{{"S"}, 1}, files(1)).ok());
    REQUIRE(pair.ours.send(wire::Note{wire::NoteKind::Log, {}, "second"}).ok());
    REQUIRE(pair.ours.send(wire::SessionOpened{}, files(4)).ok());
    std::vector<ipc::Frame> frames;
    while (frames.size() < 4) {
        auto more = pair.theirs.receive();
        REQUIRE(more.ok());
        std::move(more->begin(), more->end(), std::back_inserter(frames));
    }
    CHECK(frames[0].as<wire::Note>()->text == "first");
    CHECK(frames[0].descriptors.empty());
    CHECK(frames[1].as<wire::TailReady>()->sequence == 1);
    CHECK(frames[1].descriptors.size() == 1);
    CHECK(frames[2].as<wire::Note>()->text == "second");
    CHECK(frames[3].descriptors.size() == 4);
    CHECK(::fcntl(frames[3].descriptors[3].get(), F_GETFD) == FD_CLOEXEC);
    CHECK(!frames[0].as<wire::TailReady>().ok());
}

TEST_CASE("a frame split at every offset is read whole") {
    const base::Bytes body = wire::encode(wire::Note{wire::NoteKind::Log, {"S"}, "hello"});
    wire::Writer frame;
    frame.uint32(static_cast<std::uint32_t>(body.size())).byte(0).byte(wire::Note::type).raw(body);
    for (std::size_t cut = 1; cut < frame.bytes().size(); ++cut) {
        auto ends = os::socket_pair().value();
        ipc::Edge edge(std::move(ends.second));
        REQUIRE(::write(ends.first.get(), frame.bytes().data(), cut) == static_cast<ssize_t>(cut));
        CHECK(edge.receive()->empty());
        const std::size_t rest = frame.bytes().size() - cut;
        REQUIRE(::write(ends.first.get(), frame.bytes().data() + cut, rest) ==
                static_cast<ssize_t>(rest));
        CHECK(edge.receive()->at(0).as<wire::Note>()->text == "hello");
    }
}

TEST_CASE("what does not fit the form breaks the edge for good") {
    struct Row {
        const char *what;
        base::Bytes bytes;
    };
    const Row rows[] = {
        {"longer than this side accepts", {0, 1, 0, 1, 0, 13}},
        {"five descriptors", {0, 0, 0, 0, 5 << 5, 13}},
        {"a descriptor that never came", {0, 0, 0, 0, 1 << 5, 13}},
    };
    for (const Row &row : rows) {
        auto ends = os::socket_pair().value();
        ipc::Edge edge(std::move(ends.second), 65536);
        REQUIRE(::write(ends.first.get(), row.bytes.data(), row.bytes.size()) > 0);
        CHECK_MESSAGE(!edge.receive().ok(), row.what);
        CHECK_MESSAGE(!edge.receive().ok(), row.what);
    }
}

TEST_CASE("frames that came before the peer closed are handed out before the close is told") {
    auto ends = os::socket_pair().value();
    ipc::Edge theirs(std::move(ends.second));
    {
        ipc::Edge ours(std::move(ends.first));
        REQUIRE(ours.send(wire::Note{wire::NoteKind::Log, {}, "last"}).ok());
    }
    CHECK(theirs.receive()->at(0).as<wire::Note>()->text == "last");
    CHECK(theirs.receive().error().code == base::ErrorCode::Unavailable);
}

TEST_CASE("await gives the message that is due and keeps the others") {
    Pair pair = Pair::make();
    REQUIRE(pair.ours.send(wire::Note{wire::NoteKind::Log, {}, "before"}).ok());
    REQUIRE(pair.ours.send(wire::HostSignature{{1, 2, 3}}).ok());
    const auto answer = pair.theirs.await(wire::HostSignature::type, 1s);
    REQUIRE(answer.ok());
    CHECK(answer->as<wire::HostSignature>()->signature == base::Bytes{1, 2, 3});
    CHECK(pair.theirs.receive()->at(0).as<wire::Note>()->text == "before");
    CHECK(pair.theirs.await(wire::HostSignature::type, 10ms).error().code ==
          base::ErrorCode::Unavailable);
}

TEST_CASE("a peer that stops reading is noticed at the queue's limit, not by memory") {
    Pair pair = Pair::make();
    const wire::ChannelText text{1, wire::Stream::Out, base::Bytes(60000, 'x')};
    base::Status status = base::success();
    int sent = 0;
    for (; status.ok() && sent < 2000; ++sent)
        status = pair.ours.send(text);
    CHECK(status.error().code == base::ErrorCode::TooLarge);
    CHECK(sent < 600);
}

TEST_CASE("a queue that was full drains in order") {
    Pair pair = Pair::make();
    for (std::uint32_t i = 0; i < 100; ++i)
        REQUIRE(
            pair.ours.send(wire::ChannelText{i, wire::Stream::Out, base::Bytes(50000, 'x')}).ok());
    std::uint32_t next = 0;
    while (next < 100) {
        REQUIRE(pair.ours.flush().ok());
        const auto frames = pair.theirs.receive();
        REQUIRE(frames.ok());
        for (const ipc::Frame &frame : *frames)
            CHECK(frame.as<wire::ChannelText>()->channel == next++);
    }
    CHECK(!pair.ours.wants_write());
}
TEST_SUITE_END();
