// SPDX-License-Identifier: Apache-2.0
// A table row: several spellings that must give one tree in each of the dialects.
#pragma once
#include "sallyport/shell/parser.hpp"

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

namespace sallyport::shell {

struct Row {
    std::string_view what;
    std::string_view dialects; // names with commas between
    std::string_view tree;     // as dump() writes it
    std::vector<std::string_view> spellings;
};

inline std::vector<model::Dialect> dialects_of(std::string_view names) {
    std::vector<model::Dialect> dialects;
    std::istringstream in{std::string(names)};
    for (std::string name; std::getline(in, name, ',');) {
        const auto dialect = model::parse_dialect(name);
        REQUIRE(dialect.ok());
        dialects.push_back(*dialect);
    }
    REQUIRE(!dialects.empty());
    return dialects;
}

inline void check_rows(const std::vector<Row> &rows) {
    REQUIRE(!rows.empty());
    for (const Row &row : rows)
        for (const model::Dialect dialect : dialects_of(row.dialects))
            for (const std::string_view spelling : row.spellings) {
                const Unit unit = parse(spelling, dialect);
                INFO(row.what, ", ", model::dialect_name(dialect), ": ", spelling);
                CHECK_EQ(dump(unit), row.tree);
            }
}

} // namespace sallyport::shell
