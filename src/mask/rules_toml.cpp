// SPDX-License-Identifier: Apache-2.0
#include "sallyport/base/toml_text.hpp"
#include "sallyport/mask/rules.hpp"

#include <array>
#include <set>
#include <stdexcept>

// See base/toml_text.hpp: an assertion of the library throws, and a namespace of its own keeps this
// reading of it apart from any other in the same program.
namespace sallyport::mask {
namespace {
[[noreturn]] void toml_gives_up() {
    throw std::logic_error("toml");
}
} // namespace
} // namespace sallyport::mask
// clang-format off
#define TOML_ASSERT(expr) ((expr) ? void() : sallyport::mask::toml_gives_up())
#define toml sallyport_mask_toml
#include <toml++/toml.h>
// clang-format on

namespace sallyport::mask {
namespace {

constexpr std::string_view kind_names[] = {"token", "value", "block"};
constexpr std::string_view check_names[] = {"none", "value", "placeholder"};

std::string place(const toml::source_region &source) {
    return "line " + std::to_string(source.begin.line) + ", column " +
           std::to_string(source.begin.column);
}

base::Error wrong(const toml::node &node, const std::string &what) {
    return base::invalid("mask rules, " + place(node.source()) + ": " + what);
}

// Reads the keys of one rule and remembers which, so that a misspelt one is an error.
class RuleReader {
  public:
    explicit RuleReader(const toml::table &table) : table_(table) {}
    base::Result<Rule> read();

  private:
    base::Status text(std::string_view key, std::string &to);
    base::Status number(std::string_view key, std::size_t &to);
    base::Status flag(std::string_view key, bool &to);
    base::Status texts(std::string_view key, std::vector<std::string> &to);
    base::Status examples(Rule &rule);
    base::Status unknown_keys() const;
    template <typename Enum, std::size_t Size>
    base::Status choice(std::string_view key, const std::string_view (&names)[Size], Enum &to);
    const toml::node *find(std::string_view key) {
        known_.insert(key);
        return table_.get(key);
    }

    const toml::table &table_;
    std::set<std::string_view> known_;
};

base::Status RuleReader::text(std::string_view key, std::string &to) {
    const toml::node *node = find(key);
    if (node == nullptr)
        return base::success();
    const auto value = node->value_exact<std::string>();
    if (!value)
        return wrong(*node, "`" + std::string(key) + "` must be a string");
    to = *value;
    return base::success();
}

base::Status RuleReader::number(std::string_view key, std::size_t &to) {
    const toml::node *node = find(key);
    if (node == nullptr)
        return base::success();
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < 0 || *value > 100000)
        return wrong(*node, "`" + std::string(key) + "` must be a number");
    to = static_cast<std::size_t>(*value);
    return base::success();
}

base::Status RuleReader::flag(std::string_view key, bool &to) {
    const toml::node *node = find(key);
    if (node == nullptr)
        return base::success();
    const auto value = node->value_exact<bool>();
    if (!value)
        return wrong(*node, "`" + std::string(key) + "` must be true or false");
    to = *value;
    return base::success();
}

base::Status RuleReader::texts(std::string_view key, std::vector<std::string> &to) {
    const toml::node *node = find(key);
    if (node == nullptr)
        return base::success();
    if (!node->is_array())
        return wrong(*node, "`" + std::string(key) + "` must be a list of strings");
    for (const toml::node &item : *node->as_array()) {
        const auto value = item.value_exact<std::string>();
        if (!value)
            return wrong(item, "`" + std::string(key) + "` must be a list of strings");
        to.push_back(*value);
    }
    return base::success();
}

base::Status RuleReader::examples(Rule &rule) {
    SALLYPORT_CHECK(texts("negative", rule.negative));
    const toml::node *node = find("positive");
    if (node == nullptr)
        return base::success();
    if (!node->is_array())
        return wrong(*node, "`positive` must be a list of [text, masked text]");
    for (const toml::node &item : *node->as_array()) {
        const toml::array *pair = item.as_array();
        if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_string() ||
            !(*pair)[1].is_string())
            return wrong(item, "an example must be [text, masked text]");
        rule.positive.emplace_back((*pair)[0].as_string()->get(), (*pair)[1].as_string()->get());
    }
    return base::success();
}

template <typename Enum, std::size_t Size>
base::Status RuleReader::choice(std::string_view key, const std::string_view (&names)[Size],
                                Enum &to) {
    std::string name;
    SALLYPORT_CHECK(text(key, name));
    if (name.empty())
        return base::success();
    for (std::size_t i = 0; i < Size; ++i)
        if (names[i] == name) {
            to = static_cast<Enum>(i);
            return base::success();
        }
    return wrong(*table_.get(key), "`" + name + "` is no " + std::string(key));
}

base::Status RuleReader::unknown_keys() const {
    for (const auto &[key, node] : table_)
        if (known_.find(key.str()) == known_.end())
            return wrong(node, "a rule has no key `" + std::string(key.str()) + "`");
    return base::success();
}

base::Result<Rule> RuleReader::read() {
    Rule rule;
    std::string tail;
    SALLYPORT_CHECK(text("id", rule.id));
    SALLYPORT_CHECK(choice("kind", kind_names, rule.kind));
    SALLYPORT_CHECK(choice("check", check_names, rule.check));
    SALLYPORT_CHECK(texts("leads", rule.leads));
    SALLYPORT_CHECK(text("then", rule.then));
    SALLYPORT_CHECK(text("body", rule.body));
    SALLYPORT_CHECK(text("tail", tail));
    SALLYPORT_CHECK(number("min", rule.min));
    SALLYPORT_CHECK(number("max", rule.max));
    SALLYPORT_CHECK(flag("word", rule.word));
    SALLYPORT_CHECK(flag("any_case", rule.any_case));
    SALLYPORT_CHECK(flag("line_start", rule.line_start));
    SALLYPORT_CHECK(examples(rule));
    SALLYPORT_CHECK(unknown_keys());
    if (tail == "word") {
        rule.tail = Tail::Word;
    } else if (tail == "line-end") {
        rule.tail = Tail::LineEnd;
    } else if (!tail.empty()) {
        rule.tail = Tail::Text;
        rule.tail_text = tail.substr(tail[0] == '=' ? 1 : 0);
    }
    return rule;
}

base::Result<std::vector<Rule>> read_rules(const toml::table &table) {
    std::vector<Rule> rules;
    for (const auto &[key, node] : table) {
        if (key.str() != "rule" || !node.is_array_of_tables())
            return wrong(node,
                         "only [[rule]] tables are known, not `" + std::string(key.str()) + "`");
        for (const toml::node &item : *node.as_array()) {
            auto rule = RuleReader(*item.as_table()).read();
            if (!rule.ok())
                return rule.error();
            // Compiled alone, so that a fault has its place.
            if (const auto image = compile({rule.value()}); !image.ok())
                return wrong(item, image.error().message);
            rules.push_back(std::move(rule).value());
        }
    }
    if (rules.empty())
        return base::invalid("the mask rules have no [[rule]]");
    return rules;
}

base::Error wrong(const base::TomlFault &fault) {
    return base::invalid("mask rules, line " + std::to_string(fault.line) + ", column " +
                         std::to_string(fault.column) + ": " + fault.message);
}

} // namespace

base::Result<std::vector<Rule>> parse_rules(std::string_view toml_text) {
    if (toml_text.size() > max_rules_file_bytes)
        return base::fail(base::ErrorCode::TooLarge, "the mask rules are too large");
    toml::table table;
    const auto parse = [&](std::string_view part) { table = toml::parse(part); };
    if (const auto fault = base::parse_toml_text<toml::parse_error>(toml_text, parse))
        return wrong(*fault);
    return read_rules(table);
}

} // namespace sallyport::mask
