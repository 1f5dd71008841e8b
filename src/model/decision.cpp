// SPDX-License-Identifier: Apache-2.0
#include "sallyport/model/decision.hpp"

#include "names.hpp"

namespace sallyport::model {
namespace {
constexpr std::array<std::string_view, 4> verdicts{"deny", "allow", "step-up", "approve"};
constexpr std::array<std::string_view, 3> scopes{"once", "exact", "rule"};
constexpr std::array<std::string_view, 4> confirms{"none", "totp", "web", "ssh"};
} // namespace

std::string_view verdict_name(Verdict verdict) {
    return name_in(verdicts, verdict);
}
std::string_view scope_name(Scope scope) {
    return name_in(scopes, scope);
}
std::string_view confirm_name(Confirm confirm) {
    return name_in(confirms, confirm);
}

} // namespace sallyport::model
