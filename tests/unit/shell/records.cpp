// SPDX-License-Identifier: Apache-2.0
#include "records.hpp"

#include "sallyport/base/encoding.hpp"

#include <fstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

namespace sallyport::shell {

namespace {

// Bytes that are no UTF-8 stand as lone surrogates, which JSON libraries refuse; `hex` has them.
std::string without_surrogates(std::string text) {
    for (std::size_t at = text.find("\\udc"); at != std::string::npos; at = text.find("\\udc", at))
        text.replace(at, 4, "\\u00");
    return text;
}

} // namespace

std::vector<Record> load_records() {
    std::ifstream in(SALLYPORT_SOURCE_ROOT "/tests/data/judge/examples.jsonl");
    REQUIRE(in.good());
    std::vector<Record> records;
    for (std::string text; std::getline(in, text);) {
        const auto json = nlohmann::json::parse(without_surrogates(text));
        Record record;
        record.line = json.at("line").get<std::string>();
        if (json.contains("hex")) {
            const auto bytes = base::from_hex(json.at("hex").get<std::string>());
            REQUIRE(bytes.ok());
            record.line.clear();
            for (const auto byte : *bytes)
                record.line.push_back(static_cast<char>(byte));
        }
        record.kind = json.at("class").get<std::string>();
        record.dialects = json.at("also").get<std::vector<std::string>>();
        record.dialects.push_back(json.at("dialect").get<std::string>());
        record.ran_nothing = json.at("runs").empty();
        record.partial = json.value("partial", false);
        records.push_back(std::move(record));
    }
    REQUIRE(records.size() > 2000);
    return records;
}

} // namespace sallyport::shell
