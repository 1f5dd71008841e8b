// SPDX-License-Identifier: Apache-2.0
#include "sallyport/model/command_facts.hpp"
#include "sallyport/model/event.hpp"
#include "sallyport/model/request.hpp"

#include <set>

#include <doctest/doctest.h>

using namespace sallyport;

TEST_SUITE_BEGIN("model.names");

namespace {
template <typename Enum, typename Name, typename Parse>
void names_round_trip(Name name, Parse parse) {
    std::set<std::string_view> seen;
    for (unsigned i = 0; i <= static_cast<unsigned>(model::enum_last<Enum>()); ++i) {
        const auto value = static_cast<Enum>(i);
        CHECK(parse(name(value)).value() == value);
        CHECK(seen.insert(name(value)).second);
    }
    CHECK(!parse("no-such-name").ok());
}
} // namespace

TEST_CASE("every name reads back to its value and is used once") {
    names_round_trip<model::ActionKind>(model::action_kind_name, model::parse_action_kind);
    names_round_trip<model::Effect>(model::effect_name, model::parse_effect);
    names_round_trip<model::OpaqueReason>(model::opaque_reason_name, model::parse_opaque_reason);
    names_round_trip<model::RequestState>(model::request_state_name, model::parse_request_state);
    names_round_trip<model::Dialect>(model::dialect_name, model::parse_dialect);
    names_round_trip<model::Origin>(model::origin_name, model::parse_origin);
}

TEST_CASE("person names are lower case with an optional domain; machines have their prefix") {
    for (const char *name : {"alice", "a", "alice.b-c_d", "alice@example.com", "ci:deploy",
                             "ci:deploy@example.com", "0x"})
        CHECK_MESSAGE(model::is_person_name(name), name);
    for (const char *name :
         {"", "Alice", "-alice", ".a", "alice@", "@example.com", "a@b@c", "ali ce", "a\n",
          "ci:", "alice@-x", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"})
        CHECK_MESSAGE(!model::is_person_name(name), name);
}

TEST_CASE("a word with a hole has no text but can be shown") {
    const model::FactWord word{
        {{model::WordPartKind::Literal, "/srv/"}, {model::WordPartKind::Hole, "$X"}}, true};
    CHECK(!word.literal());
    CHECK(word.has_hole());
    CHECK(word.shown() == "/srv/<hole>");
    CHECK(model::literal_word("rm").text() == "rm");
}
TEST_SUITE_END();
