// SPDX-License-Identifier: Apache-2.0
// Words to path patterns. Through an unknown directory everything before the last known name is
// `**`.
#pragma once
#include "sallyport/model/command_facts.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::facts {

// normalised takes `.`, `..` and `//` out of an absolute path or pattern.
std::string normalised(std::string_view path);

// The set of paths that a word may name, seen from a directory that may be unknown.
model::PathPattern path_of(const model::FactWord &word, const std::optional<std::string> &cwd);
model::PathPattern path_of(std::string_view literal, const std::optional<std::string> &cwd);
// The same and everything below it.
model::PathPattern tree_of(const model::PathPattern &root);

// Whether a set of paths surely or perhaps lies in a pattern of the knowledge (which may begin
// with `**`): used to find start-up files and devices. A tree holds a start-up file of some home
// only if it lies near one of `homes`.
bool may_meet(std::string_view pattern, const model::PathPattern &path,
              const std::vector<std::string> &homes);

std::string_view base_name(std::string_view path);

} // namespace sallyport::facts
