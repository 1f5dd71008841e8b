// SPDX-License-Identifier: Apache-2.0
// Everything that the administrator wrote, read and checked as one: configuration, targets, policy,
// mask rules, knowledge. Either all of it is good, or there is a list of every fault with file,
// line and column and the old setup stays in force.
#pragma once
#include "sallyport/config/config.hpp"
#include "sallyport/policy/policy.hpp"
#include "sallyport/supervisor/prefix.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>

namespace sallyport::store {
class Store;
}

namespace sallyport::supervisor {

struct Setup {
    config::Config config;
    std::map<std::string, model::Target> targets; // by name
    std::shared_ptr<const policy::Policy> policy;
    base::Bytes mask_database; // as the connections map it
    std::string config_hash;   // hex SHA-256 over all files read, for records
};

struct SetupResult {
    std::shared_ptr<const Setup> setup; // null when there are faults
    std::vector<config::Fault> faults;
};

// Reads every file that the configuration names; never fails otherwise than by `faults`.
SetupResult load_setup(const Prefix &prefix);

// Paths of the policy files that the configuration names; none if there is no configuration.
std::vector<std::string> configured_policies(const Prefix &prefix);

// What is allowed and probably not meant, one sentence each. `groups`: all that anybody who ever
// logged in belongs to; nothing when that cannot be known.
std::vector<std::string> warnings(const Setup &setup,
                                  const std::optional<std::set<std::string>> &groups);
// The same with the groups of everybody who ever logged in.
std::vector<std::string> warnings(const Setup &setup, store::Store &store);
// The same with the groups of the store of this prefix, unless the running system has it open.
std::vector<std::string> warnings(const Prefix &prefix, const Setup &setup);

} // namespace sallyport::supervisor
