// SPDX-License-Identifier: Apache-2.0
#include "sallyport/facts/knowledge.hpp"

#include "entry.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace sallyport::facts {
namespace {
constexpr std::array<std::string_view, kind_count> kind_names{
    "wrapper",   "interpreter", "shell",   "remote",      "editor", "pager",  "writer",
    "destroyer", "privilege",   "exfil",   "persistence", "cloud",  "db",     "container",
    "package",   "service",     "network", "kernel",      "reader", "builtin"};

std::optional<ShellName> parse_shell_name(std::string_view text) {
    if (text == "sh")
        return ShellName::Sh;
    if (text == "login" || text == "env-SHELL")
        return ShellName::Login;
    if (text == "self")
        return ShellName::Self;
    if (text == "remote")
        return ShellName::Remote;
    if (text == "bash")
        return ShellName::Bash;
    if (text == "zsh")
        return ShellName::Zsh;
    return std::nullopt;
}

std::optional<Inner> with_shell(Inner::How how, std::string_view shell) {
    if (const auto name = parse_shell_name(shell))
        return Inner{how, *name};
    return std::nullopt;
}

bool set_matches(std::string_view set, char byte, bool negated) {
    bool found = false;
    for (std::size_t i = 0; i < set.size(); ++i) {
        if (i + 2 < set.size() && set[i + 1] == '-') {
            found = found || (set[i] <= byte && byte <= set[i + 2]);
            i += 2;
            continue;
        }
        found = found || set[i] == byte;
    }
    return found != negated;
}

// One pattern unit at `at`: how many pattern bytes it has and whether it takes `byte`.
struct Unit {
    std::size_t size = 1;
    bool takes = false;
};
Unit unit_at(std::string_view pattern, std::size_t at, char byte) {
    if (pattern[at] == '?')
        return {1, true};
    if (pattern[at] == '[') {
        const std::size_t close = pattern.find(']', at + 2);
        if (close != std::string_view::npos) {
            const bool negated = pattern[at + 1] == '!' || pattern[at + 1] == '^';
            const std::size_t from = at + 1 + (negated ? 1 : 0);
            return {close - at + 1, set_matches(pattern.substr(from, close - from), byte, negated)};
        }
    }
    return {1, pattern[at] == byte};
}
} // namespace

bool matches(std::string_view pattern, std::string_view text) {
    std::size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            mark = t;
            continue;
        }
        if (p < pattern.size()) {
            const Unit unit = unit_at(pattern, p, text[t]);
            if (unit.takes) {
                p += unit.size;
                ++t;
                continue;
            }
        }
        if (star == std::string_view::npos)
            return false;
        p = star + 1;
        t = ++mark;
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

std::optional<Kind> parse_kind(std::string_view text) {
    for (std::size_t i = 0; i < kind_names.size(); ++i) {
        if (kind_names[i] == text)
            return static_cast<Kind>(i);
    }
    return std::nullopt;
}

std::optional<Style> parse_style(std::string_view text) {
    constexpr std::array<std::string_view, 7> names{"gnu", "stop", "dash", "go",
                                                    "key", "none", "tar"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == text)
            return static_cast<Style>(i);
    }
    return std::nullopt;
}

std::optional<Selector> parse_selector(std::string_view text) {
    using Which = Selector::Which;
    if (text == "all")
        return Selector{Which::All, 0, {}};
    if (text == "last")
        return Selector{Which::Last, 0, {}};
    if (text == "but-last")
        return Selector{Which::ButLast, 0, {}};
    if (text == "but-first")
        return Selector{Which::ButFirst, 0, {}};
    if (text == "starting-points")
        return Selector{Which::StartingPoints, 0, {}};
    if (text == "stdin")
        return Selector{Which::Stdin, 0, {}};
    if (text == "any")
        return Selector{Which::Any, 0, {}};
    if (text == "cwd")
        return Selector{Which::Directory, 0, {}};
    if (text == "into")
        return Selector{Which::Into, 0, {}};
    if (text == "file-url")
        return Selector{Which::FileUrl, 0, {}};
    const auto named = [&](std::string_view prefix, Which which) -> std::optional<Selector> {
        if (text.size() <= prefix.size() || text.substr(0, prefix.size()) != prefix)
            return std::nullopt;
        return Selector{which, 0, std::string(text.substr(prefix.size()))};
    };
    if (auto option = named("opt:", Which::Option))
        return option;
    if (auto file = named("at:", Which::OptionFile))
        return file;
    if (auto key = named("key:", Which::Key))
        return key;
    if (auto path = named("path:", Which::Literal))
        return path;
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
    if (error != std::errc() || index > 64)
        return std::nullopt;
    const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
    if (rest.empty())
        return Selector{Which::Index, index, {}};
    if (rest == "..")
        return Selector{Which::From, index, {}};
    return std::nullopt;
}

std::optional<Inner> parse_inner(std::string_view text) {
    using How = Inner::How;
    constexpr std::array<std::pair<std::string_view, How>, 18> plain{{
        {"argv", How::Argv},
        {"append", How::Append},
        {"after--", How::AfterDashes},
        {"opt-exec", How::OptionProgram},
        {"interactive", How::Interactive},
        {"bash-args", How::BashArguments},
        {"socat-address", How::SocatAddresses},
        {"script", How::Script},
        {"file", How::File},
        {"split", How::Split},
        {"pipe", How::Pipe},
        {"exec=shell:sh", How::ExecPrefix},
        {"program", How::Program},
        {"words", How::Program},
        {"write", How::Write},
        {"ssh-option", How::SshOption},
        {"git-config", How::GitConfig},
        {"apt-option", How::AptOption},
    }};
    for (const auto &[name, how] : plain) {
        if (name == text)
            return Inner{how, ShellName::Sh};
    }
    if (text == "opaque" || text == "remote" || text == "rpm-macro" || text == "wgetrc")
        return Inner{How::Opaque, ShellName::Sh};
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos)
        return std::nullopt;
    const std::string_view head = text.substr(0, colon), tail = text.substr(colon + 1);
    if (head == "opaque" && !tail.empty())
        return Inner{How::Opaque, ShellName::Sh};
    if (head == "join")
        return with_shell(How::Join, tail);
    if (head == "shell")
        return with_shell(How::Shell, tail);
    if (head == "each-operand")
        return with_shell(How::EachOperand, tail);
    if (head == "operand0")
        return with_shell(How::FirstOperand, tail);
    if (head == "stdin")
        return with_shell(How::Stdin, tail);
    return std::nullopt;
}

bool Entry::has_inner() const {
    return inner || !option_inner.empty() || !operand_inner.empty() || !inner_until.empty() ||
           is(Kind::Wrapper) || is(Kind::Shell) ||
           std::any_of(when.begin(), when.end(), [](const When &row) { return row.inner; });
}

bool Entry::opens() const {
    return has_inner() || opaque || is(Kind::Interpreter) || is(Kind::Editor) ||
           is(Kind::Container) || is(Kind::Remote);
}

bool Entry::strict() const {
    return !lenient && (inner || !option_inner.empty() || is(Kind::Shell));
}

bool Entry::option_opens() const {
    if (!option_inner.empty() || !inner_until.empty() || !operand_inner.empty())
        return true;
    return std::any_of(when.begin(), when.end(), [](const When &row) {
        const bool opens =
            row.inner || row.verdict == Verdict::Opaque ||
            (row.verdict == Verdict::Effect && row.effect == model::Effect::Interpreter);
        return opens && !row.option.empty();
    });
}

Knowledge::Knowledge() : tables_(std::make_unique<Tables>()) {}
Knowledge::~Knowledge() = default;

std::size_t Knowledge::size() const {
    return static_cast<std::size_t>(
        std::count_if(entries_.begin(), entries_.end(), [&](const auto &item) {
            return tables_->readers.count(item.first) == 0 &&
                   tables_->printers.count(item.first) == 0;
        }));
}

std::vector<std::string> Knowledge::readers() const {
    std::vector<std::string> names(tables_->readers.begin(), tables_->readers.end());
    names.insert(names.end(), tables_->printers.begin(), tables_->printers.end());
    std::sort(names.begin(), names.end());
    return names;
}

const Entry *Knowledge::find(std::string_view command) const {
    auto found = entries_.find(command);
    if (found == entries_.end()) {
        // mkfs.ext4 is mkfs: the name before the first dot, for the commands that say so
        const std::size_t dot = command.find('.');
        if (dot == std::string_view::npos || dot == 0 || command.substr(0, dot) != "mkfs")
            return nullptr;
        found = entries_.find(command.substr(0, dot));
        if (found == entries_.end())
            return nullptr;
    }
    // INVARIANT: the loader refused cycles and same_as without a goal
    while (!found->second.same_as.empty())
        found = entries_.find(found->second.same_as);
    return &found->second;
}

} // namespace sallyport::facts
