// SPDX-License-Identifier: Apache-2.0
// The verified example lines: what real shells executed for each.
#pragma once
#include <string>
#include <vector>

namespace sallyport::shell {

struct Record {
    std::string line; // raw bytes
    std::string kind; // the field `class`
    std::vector<std::string> dialects;
    bool ran_nothing = false;
    bool partial = false; // lines before a syntax error had run
};

// Fails the running test if the file is missing or empty.
std::vector<Record> load_records();

} // namespace sallyport::shell
