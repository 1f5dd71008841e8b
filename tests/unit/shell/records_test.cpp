// SPDX-License-Identifier: Apache-2.0
#include "records.hpp"

#include "sallyport/shell/parser.hpp"

#include <map>

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::shell;

TEST_SUITE_BEGIN("shell.records");

namespace {

Unit parse_as(const Record &record, const std::string &dialect) {
    const auto parsed = model::parse_dialect(dialect);
    REQUIRE(parsed.ok());
    return parse(record.line, *parsed);
}

// A unit is refused whole although the shell ran its first lines, or ran it after a warning.
bool may_be_refused(const Record &record, const Unit &unit) {
    return record.line.find('\0') != std::string::npos || record.partial ||
           unit.state == model::ParseState::Incomplete ||
           (record.kind == "outer" && record.ran_nothing);
}

} // namespace

TEST_CASE("what a shell rejected is an error or incomplete in its dialect") {
    std::size_t checked = 0;
    for (const Record &record : load_records())
        for (const std::string &dialect : record.dialects) {
            if (record.kind != "rejected")
                continue;
            const Unit unit = parse_as(record, dialect);
            INFO(dialect, ": ", record.line, " => ", dump(unit));
            CHECK((unit.state == model::ParseState::Error ||
                   unit.state == model::ParseState::Incomplete));
            ++checked;
        }
    CHECK(checked > 300);
}

TEST_CASE("what a shell accepted is accepted in its dialect") {
    std::map<std::string, std::size_t> whole, opaque, refused;
    for (const Record &record : load_records())
        for (const std::string &dialect : record.dialects) {
            if (record.kind == "rejected")
                continue;
            const Unit unit = parse_as(record, dialect);
            INFO(dialect, ": ", record.line, " => ", dump(unit));
            const bool accepted = unit.state == model::ParseState::Ok;
            CHECK((accepted || may_be_refused(record, unit)));
            if (!accepted)
                ++refused[dialect];
            else if (unit.unsupported > 0)
                ++opaque[dialect];
            else
                ++whole[dialect];
        }
    // the share that is taken apart must not fall unseen
    CHECK(whole["bash"] >= 1557);
    CHECK(whole["dash"] >= 1478);
    CHECK(whole["ash"] >= 1504);
    CHECK(whole["zsh"] >= 1536);
    CHECK(refused["bash"] <= 11);
    CHECK(opaque["bash"] <= 12);
}

TEST_CASE("a dialect that stands for several shells never says less than one of them") {
    // What bash and dash and ash reject alike, sh rejects or leaves apart; what they accept with
    // different trees is unsupported.
    const std::vector<model::Dialect> shells{model::Dialect::Bash, model::Dialect::Dash,
                                             model::Dialect::Ash};
    std::size_t same = 0;
    for (const Record &record : load_records()) {
        const Unit several = parse(record.line, model::Dialect::Sh);
        if (several.state != model::ParseState::Ok || several.unsupported > 0)
            continue;
        for (const model::Dialect shell : shells) {
            INFO(model::dialect_name(shell), ": ", record.line);
            CHECK_EQ(dump(parse(record.line, shell)), dump(several));
        }
        ++same;
    }
    CHECK(same > 1500);
}

TEST_CASE("an unknown dialect never says less than one of the shells") {
    const std::vector<model::Dialect> shells{model::Dialect::Bash, model::Dialect::Dash,
                                             model::Dialect::Ash, model::Dialect::Zsh};
    std::size_t same = 0;
    for (const Record &record : load_records()) {
        const Unit several = parse(record.line, model::Dialect::Unknown);
        if (several.state != model::ParseState::Ok || several.unsupported > 0)
            continue;
        for (const model::Dialect shell : shells) {
            INFO(model::dialect_name(shell), ": ", record.line);
            CHECK_EQ(dump(parse(record.line, shell)), dump(several));
        }
        ++same;
    }
    CHECK(same > 1500);
}

TEST_CASE("every prefix of every line ends with a verdict") {
    std::size_t units = 0;
    for (const Record &record : load_records())
        for (std::size_t length = 0; length < record.line.size(); ++length) {
            const auto dialect = static_cast<model::Dialect>((units + length) % 6);
            const Unit unit = parse(std::string_view(record.line).substr(0, length), dialect);
            units += 1;
            CHECK(unit.error.has_value() == (unit.state != model::ParseState::Ok));
        }
    CHECK(units > 30000);
}

TEST_SUITE_END();
