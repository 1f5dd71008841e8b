// SPDX-License-Identifier: Apache-2.0
#include "sallyport/wire/message.hpp"
#include "sallyport/wire/service_edges.hpp"

#include <doctest/doctest.h>

using namespace sallyport;

TEST_SUITE_BEGIN("wire.message");

namespace {
wire::JudgeAnswer sample() {
    model::Command command;
    command.name = model::literal_word("rm");
    command.argv = {model::literal_word("rm"), {{{model::WordPartKind::Hole, "$X"}}, true}};
    command.options = {{"r", std::nullopt}, {"f", model::literal_word("x")}};
    command.effects = {model::Effect::Delete, model::Effect::GuardBreak};
    command.opaque = {{model::OpaqueReason::HoleOption, {3, 5}, "why"}};
    wire::JudgeAnswer answer;
    answer.call = 9;
    answer.facts.state = model::ParseState::Ok;
    answer.facts.commands = {command, command};
    answer.facts.error = model::ParseError{{1, 2}, 1, 2, "expected"};
    return answer;
}
} // namespace

TEST_CASE("a nested message reads back to itself") {
    const wire::JudgeAnswer answer = sample();
    const auto read = wire::decode<wire::JudgeAnswer>(wire::encode(answer));
    REQUIRE(read.ok());
    CHECK(read->call == 9);
    CHECK(read->facts == answer.facts);
}

TEST_CASE("every cut and every surplus byte is refused") {
    base::Bytes whole = wire::encode(sample());
    for (std::size_t size = 0; size < whole.size(); ++size)
        CHECK(!wire::decode<wire::JudgeAnswer>(base::BytesView(whole).first(size)).ok());
    whole.push_back(0);
    CHECK(!wire::decode<wire::JudgeAnswer>(whole).ok());
}

TEST_CASE("an enum beyond its last value and a bool beyond 1 are refused") {
    base::Bytes note = wire::encode(wire::Note{wire::NoteKind::BinaryOutput, {"S"}, "x"});
    CHECK(wire::decode<wire::Note>(note).ok());
    note[0] = 3;
    CHECK(!wire::decode<wire::Note>(note).ok());
    base::Bytes input = wire::encode(wire::ChannelInput{1, {}, true});
    CHECK(wire::decode<wire::ChannelInput>(input).ok());
    input.back() = 2;
    CHECK(!wire::decode<wire::ChannelInput>(input).ok());
}

TEST_CASE("a count that lies allocates nothing") {
    const base::Bytes lie = wire::Writer().uint32(1).uint32(0xfffffff0).bytes();
    CHECK(!wire::decode<wire::ControlAsk>(lie).ok());
}

TEST_CASE("a message above its limit is refused before it is read") {
    const base::Bytes big =
        wire::encode(wire::LoginRequest{base::Bytes(base::max_edge_message_bytes, 0)});
    CHECK(wire::decode<wire::LoginRequest>(big).error().code == base::ErrorCode::TooLarge);
}
TEST_SUITE_END();
