// SPDX-License-Identifier: Apache-2.0
#include "sallyport/model/request.hpp"

#include "names.hpp"

namespace sallyport::model {
namespace {
constexpr std::array<std::string_view, 8> names{"pending", "approved",       "released",
                                                "ended",   "denied",         "cancelled",
                                                "expired", "outcome-unknown"};
static_assert(names.size() == static_cast<std::size_t>(enum_last<RequestState>()) + 1);
} // namespace

std::string_view request_state_name(RequestState state) {
    return name_in(names, state);
}
base::Result<RequestState> parse_request_state(std::string_view text) {
    return find_in<RequestState>(names, text, "request state");
}

std::string_view directory_source(ActionKind kind) {
    return kind == ActionKind::Line ? "as the target says" : "as configured";
}

} // namespace sallyport::model
