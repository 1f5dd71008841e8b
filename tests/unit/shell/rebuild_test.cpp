// SPDX-License-Identifier: Apache-2.0
// A text written again from its tree has the same tree, so the tree holds all that the grammar saw.
#include "records.hpp"
#include "shell_text.hpp"

#include <doctest/doctest.h>

using namespace sallyport;
using namespace sallyport::shell;

TEST_SUITE_BEGIN("shell.rebuild");

TEST_CASE("every example rebuilt from its tree has the same tree in every dialect") {
    std::size_t rebuilt = 0;
    for (const Record &record : load_records())
        for (int number = 0; number < 6; ++number) {
            const auto dialect = static_cast<model::Dialect>(number);
            const Unit unit = parse(record.line, dialect);
            if (unit.state != model::ParseState::Ok)
                continue;
            const std::string again = rebuild(unit, record.line);
            INFO(model::dialect_name(dialect), ": ", record.line, " => ", again);
            CHECK_EQ(dump(parse(again, dialect)), dump(unit));
            ++rebuilt;
        }
    CHECK(rebuilt > 10000);
}

TEST_CASE("the rebuilt text is written down from the tree, not copied") {
    const std::string text = "if a  ;then b<<E|c; fi;\\\n d `e \"f\"` # g\nx $y\nE\n{ h;}&>i";
    CHECK_EQ(rebuild(parse(text, model::Dialect::Bash), text),
             "if\na\nthen\nb <<E | c\nx $y\nE\nfi\nd `e \"f\"\n`\n{\nh\n} &> i\n");
}

TEST_SUITE_END();
