// SPDX-License-Identifier: Apache-2.0
#include "rule.hpp"

#include <algorithm>

namespace sallyport::policy {

std::string_view rule_kind_name(RuleKind kind) {
    switch (kind) {
    case RuleKind::Grant:
        return "grant";
    case RuleKind::Guard:
        return "guard";
    case RuleKind::Wall:
        break;
    }
    return "wall";
}

std::string_view output_mode_name(OutputMode mode) {
    switch (mode) {
    case OutputMode::Text:
        return "text";
    case OutputMode::Always:
        return "always";
    case OutputMode::RefuseBinary:
        break;
    }
    return "refuse-binary";
}

bool Rule::yields_to(const Rule &grant) const {
    return std::find(yields.begin(), yields.end(), grant.id) != yields.end();
}

} // namespace sallyport::policy
