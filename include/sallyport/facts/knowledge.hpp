// SPDX-License-Identifier: Apache-2.0
// The command knowledge: what each program's options mean, where its inner command stands, what it
// reads, writes and deletes. Data, not code: `policies/knowledge/commands.toml` is the base that
// ships with the program, and its head is the manual of the format. Pure: the caller reads the
// file. Immutable after loading; any thread.
#pragma once
#include "sallyport/base/result.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::facts {

struct Entry; // one command; private to this module
struct Tables;
struct ExampleReport; // see examples.hpp

inline constexpr std::size_t max_knowledge_bytes = 1024 * 1024;

class Knowledge {
  public:
    // load reads a whole knowledge base. `name` stands in front of every fault, as in
    // `commands.toml:12:3: unknown key`. Fails with InvalidInput on the first fault: broken TOML,
    // an unknown key, a value of the wrong kind, a selector or an inner command that no rule can
    // read, a `same_as` that leads nowhere; with TooLarge above max_knowledge_bytes.
    static base::Result<std::unique_ptr<const Knowledge>> load(std::string_view toml,
                                                               std::string_view name);

    // tightened is this base with a site's file over it. A site may add commands and add effects,
    // reads, writes, deletes and `when` rows to known ones; it can never take away or make
    // lighter: another option grammar for a known command and the effect `safe` are refused.
    base::Result<std::unique_ptr<const Knowledge>> tightened(std::string_view toml,
                                                             std::string_view name) const;

    std::size_t size() const; // commands, readers not counted

    // The read-only commands, sorted: the content of `policies/packs/readers.toml`.
    std::vector<std::string> readers() const;

    // For this module: the entry of a command, aliases followed, or null. The pointer lives as long
    // as the base.
    const Entry *find(std::string_view command) const;
    const Tables &tables() const { return *tables_; }

    ~Knowledge();
    Knowledge(const Knowledge &) = delete;
    Knowledge &operator=(const Knowledge &) = delete;

  private:
    Knowledge();
    std::map<std::string, Entry, std::less<>> entries_;
    std::unique_ptr<Tables> tables_;
    friend class Loader;
    friend ExampleReport check_examples(const Knowledge &knowledge);
};

} // namespace sallyport::facts
