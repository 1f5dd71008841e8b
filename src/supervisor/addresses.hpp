// SPDX-License-Identifier: Apache-2.0
// Which address of a target may be dialled: the address is judged, not the name.
// Loopback, link-local, cloud metadata, unspecified and multicast addresses are refused unless the
// target names them.
#pragma once
#include "sallyport/model/target.hpp"

namespace sallyport::supervisor {

std::optional<std::string> first_allowed_address(const std::vector<std::string> &addresses,
                                                 const model::Target &target);

} // namespace sallyport::supervisor
