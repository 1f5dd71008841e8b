// SPDX-License-Identifier: Apache-2.0
// Text languages get a scan, not a parser. Found nothing: a reader; unsure: an interpreter.
#pragma once
#include "entry.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sallyport::facts {

enum class ScriptRisk : std::uint8_t { Reads, Writes, Runs };

struct ScriptFindings {
    ScriptRisk risk = ScriptRisk::Reads;
    std::vector<std::string> reads, writes; // files named in the script
};

ScriptRisk scan_awk(std::string_view program);
ScriptFindings scan_sed(std::string_view script);

struct SqlFindings {
    std::vector<model::Effect> effects;
    bool unsure = false;                  // a statement or a client command that is not known
    std::vector<std::string> shell_texts; // \! cmd, .shell cmd
};
SqlFindings scan_sql(std::string_view text, const Sql &words);

} // namespace sallyport::facts
