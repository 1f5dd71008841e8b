// SPDX-License-Identifier: Apache-2.0
// Where everything lies: below one prefix (`--prefix DIR`), or in the system's own places when the
// prefix is empty.
#pragma once
#include <string>

namespace sallyport::supervisor {

struct Prefix {
    std::string root; // empty: installed

    std::string etc() const { return root.empty() ? "/etc/sallyport" : root + "/etc"; }
    std::string var() const { return root.empty() ? "/var/lib/sallyport" : root + "/var"; }
    std::string run() const { return root.empty() ? "/run/sallyport" : root + "/run"; }
    std::string log() const { return root.empty() ? "/var/log/sallyport" : root + "/log"; }

    std::string config() const { return etc() + "/sallyport.toml"; }
    std::string targets() const { return etc() + "/targets.d"; }
    std::string policies() const { return etc() + "/policies"; }
    std::string knowledge() const { return policies() + "/knowledge/commands.toml"; }
    std::string mask_rules() const { return policies() + "/mask/rules.toml"; }
    std::string keys() const { return var() + "/keys"; }
    std::string store() const { return var() + "/store.db"; }
    std::string records() const { return var() + "/records"; }
    std::string binding_key() const { return var() + "/binding_key"; }
    std::string events() const { return log() + "/events.jsonl"; }
    std::string control_socket() const { return run() + "/control.sock"; }
};

} // namespace sallyport::supervisor
