// SPDX-License-Identifier: Apache-2.0
// One TOML table being read: typed access with defaults, a fault for what has the wrong type, is
// missing or is unknown.
#pragma once
#include "sallyport/config/config.hpp"

#include <functional>
#include <set>
#include <stdexcept>

// See base/toml_text.hpp: an assertion of the library throws, and a namespace of its own keeps this
// reading of it apart from any other in the same program.
namespace sallyport::config {
[[noreturn]] inline void toml_gives_up() {
    throw std::logic_error("toml");
}
} // namespace sallyport::config
// clang-format off
#define TOML_ASSERT(expr) ((expr) ? void() : sallyport::config::toml_gives_up())
#define toml sallyport_config_toml
#include <toml++/toml.h>
// clang-format on

namespace sallyport::config {

class Table {
  public:
    Table(const toml::table &table, std::string file, std::vector<Fault> &faults)
        : table_(table), file_(std::move(file)), faults_(faults) {}

    void text(std::string_view key, std::string &into);
    void flag(std::string_view key, bool &into);
    void texts(std::string_view key, std::vector<std::string> &into);
    void number(std::string_view key, std::uint32_t &into, std::uint32_t least, std::uint32_t most);
    void size(std::string_view key, std::uint64_t &into);
    void duration(std::string_view key, std::chrono::seconds &into, std::chrono::seconds most);
    void labels(std::string_view key, std::map<std::string, std::string> &into);
    void required(std::string_view key, const std::string &value);
    void table(std::string_view key, const std::function<void(Table &)> &read);
    void tables(std::string_view key, const std::function<void(Table &)> &read);

    void fault(std::string_view key, const std::string &message);
    // A check of a value that was read: a fault at `key` unless it holds.
    void expect(bool holds, std::string_view key, const std::string &message);
    std::string origin() const; // `file:line`
    // Every key that nothing asked for is a fault. Call it last.
    void finish();

  private:
    const toml::node *find(std::string_view key);
    void wrong_type(std::string_view key, std::string_view expected);
    Fault at(const toml::source_region &source, std::string message) const;

    const toml::table &table_;
    std::string file_;
    std::vector<Fault> &faults_;
    std::set<std::string, std::less<>> known_;
};

// Parses `text` and hands its root to `read`; a syntax error becomes a fault.
void read_file(std::string_view text, const std::string &file, std::vector<Fault> &faults,
               const std::function<void(Table &)> &read);

} // namespace sallyport::config
