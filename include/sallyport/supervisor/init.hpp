// SPDX-License-Identifier: Apache-2.0
// `sallyport init`: makes what a first start needs below a prefix: directories, keys, a
// configuration to begin with and the shipped policies. Never overwrites: what is there stays, and
// is named.
#pragma once
#include "sallyport/base/result.hpp"
#include "sallyport/supervisor/prefix.hpp"

#include <functional>
#include <vector>

namespace sallyport::supervisor {

struct InitReport {
    std::vector<std::string> made, kept; // paths
};

// `shipped`: directory of the shipped policies. `make_keys` makes the signer's keys in the
// directory that it is given.
base::Result<InitReport> init(const Prefix &prefix, const std::string &shipped,
                              const std::function<base::Status(const std::string &)> &make_keys);

} // namespace sallyport::supervisor
