// SPDX-License-Identifier: Apache-2.0
#include "rows.hpp"

#include "judge.hpp"

#include <algorithm>
#include <limits>

namespace sallyport::facts {
namespace {
using model::FactWord;

Certainty both(Certainty left, Certainty right) {
    return std::min(left, right);
}

std::string lower(std::string text) {
    for (char &byte : text) {
        if (byte >= 'A' && byte <= 'Z')
            byte = static_cast<char>(byte - 'A' + 'a');
    }
    return text;
}

Certainty word_matches(const std::vector<std::string> &patterns, const FactWord &word) {
    if (!word.literal()) {
        const std::string prefix = literal_prefix(word);
        for (const std::string &pattern : patterns) { // a known beginning may already rule it out
            const std::string head = pattern.substr(0, pattern.find_first_of("*?["));
            const std::size_t common = std::min(head.size(), prefix.size());
            if (head.compare(0, common, prefix, 0, common) == 0)
                return Certainty::Maybe;
        }
        return Certainty::No;
    }
    const std::string text = word.text();
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const std::string &pattern) { return matches(pattern, text); })
               ? Certainty::Yes
               : Certainty::No;
}

// `sub`: the operands begin with these words; `**` stands for any number of words. `at` becomes the
// index of the last word that matched.
Certainty sub_matches(const When &row, const Parsed &parsed, std::size_t &at) {
    Certainty certainty = Certainty::Yes;
    std::size_t operand = 0;
    for (std::size_t i = 0; i < row.sub.size(); ++i) {
        if (row.sub[i] == "**") {
            if (i + 1 == row.sub.size())
                return certainty;
            while (operand < parsed.operands.size() &&
                   word_matches({row.sub[i + 1]}, parsed.operands[operand]) == Certainty::No)
                ++operand;
            continue;
        }
        if (operand >= parsed.operands.size())
            return Certainty::No;
        FactWord word = parsed.operands[operand];
        if (word.may_split && certainty == Certainty::Yes)
            certainty = Certainty::Maybe;
        if (row.sub_ignores_case && word.literal())
            word = model::literal_word(lower(word.text()));
        certainty = both(certainty, word_matches({row.sub[i]}, word));
        at = operand++;
        if (certainty == Certainty::No)
            return certainty;
    }
    return certainty;
}

Certainty option_matches(const When &row, const Parsed &parsed) {
    Certainty certainty = Certainty::Yes;
    if (!row.option.empty()) {
        certainty = parsed.has_any(row.option) ? Certainty::Yes
                    : parsed.maybe_option      ? Certainty::Maybe
                                               : Certainty::No;
        if (!row.value.empty() && certainty == Certainty::Yes) {
            certainty = Certainty::No;
            for (const model::Option &option : parsed.options) {
                const bool named = std::find(row.option.begin(), row.option.end(), option.name) !=
                                   row.option.end();
                if (named && option.value)
                    certainty = std::max(certainty, word_matches(row.value, *option.value));
            }
        }
    }
    if (!row.with.empty() && !parsed.has_any(row.with))
        certainty = both(certainty, parsed.maybe_option ? Certainty::Maybe : Certainty::No);
    if (!row.no_option.empty() && certainty != Certainty::No)
        certainty = both(certainty, parsed.has_any(row.no_option) ? Certainty::No
                                    : parsed.maybe_option         ? Certainty::Maybe
                                                                  : Certainty::Yes);
    return certainty;
}

Certainty mode_matches(const When &row, const Parsed &parsed) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 9> long_modes{
        {{"create", "c"},
         {"extract", "x"},
         {"get", "x"},
         {"list", "t"},
         {"append", "r"},
         {"update", "u"},
         {"concatenate", "A"},
         {"catenate", "A"},
         {"delete", "x"}}};
    for (const std::string &mode : row.mode) {
        if (parsed.has(mode))
            return Certainty::Yes;
        for (const auto &[name, letter] : long_modes) {
            if (letter == mode && parsed.has(name))
                return Certainty::Yes;
        }
    }
    return parsed.maybe_option ? Certainty::Maybe : Certainty::No;
}

Certainty any_word(const std::vector<std::string> &patterns, const Parsed &parsed) {
    Certainty best = Certainty::No;
    for (const FactWord &word : parsed.operands)
        best = std::max(best, word_matches(patterns, word));
    return best;
}

Certainty nth_word(const std::vector<std::string> &patterns, const Parsed &parsed,
                   std::size_t index) {
    if (index >= parsed.operands.size()) {
        return std::any_of(parsed.operands.begin(), parsed.operands.end(),
                           [](const FactWord &word) { return word.may_split; })
                   ? Certainty::Maybe
                   : Certainty::No;
    }
    return word_matches(patterns, parsed.operands[index]);
}

Certainty row_matches(const When &row, const Parsed &parsed, std::size_t &at) {
    Certainty certainty = option_matches(row, parsed);
    if (certainty != Certainty::No && !row.sub.empty())
        certainty = both(certainty, sub_matches(row, parsed, at));
    if (certainty != Certainty::No && !row.mode.empty())
        certainty = both(certainty, mode_matches(row, parsed));
    if (certainty != Certainty::No && !row.word.empty())
        certainty = both(certainty, any_word(row.word, parsed));
    if (certainty != Certainty::No && !row.word0.empty())
        certainty = both(certainty, nth_word(row.word0, parsed, 0));
    if (certainty != Certainty::No && !row.word1.empty())
        certainty = both(certainty, nth_word(row.word1, parsed, 1));
    // The value of an option that is not known may stand among the operands.
    if (row.most && (parsed.operands.size() > *row.most || !parsed.unknown.empty()))
        return Certainty::No;
    if (certainty != Certainty::No && (row.no_operand || row.no_inner_condition))
        certainty = both(certainty, parsed.operands.empty() ? Certainty::Yes : Certainty::No);
    return certainty;
}

bool has_gap(const When &row) {
    return std::find(row.sub.begin(), row.sub.end(), "**") != row.sub.end();
}
} // namespace

std::vector<MatchedRow> matching_rows(const Entry &entry, const Parsed &parsed) {
    std::vector<MatchedRow> found;
    std::vector<std::size_t> positions;
    std::size_t first_verb = static_cast<std::size_t>(-1);
    for (const When &row : entry.when) {
        std::size_t at = 0;
        const Certainty certainty = row_matches(row, parsed, at);
        if (certainty == Certainty::No)
            continue;
        found.push_back({&row, certainty});
        positions.push_back(at);
        if (has_gap(row))
            first_verb = std::min(first_verb, at);
    }
    // With `**` the first verb decides: in `instances delete list` the last word is a name.
    for (std::size_t i = found.size(); i-- > 0;) {
        if (has_gap(*found[i].row) && positions[i] > first_verb)
            found.erase(found.begin() + static_cast<std::ptrdiff_t>(i));
    }
    return found;
}

namespace {
// --help and --version end the program before it acts. Behind the first operand of a program that
// runs others they may be a word of that one.
bool asks_for_help(const Entry &entry, const Parsed &parsed) {
    if (entry.style == Style::None || entry.style == Style::Key)
        return false;
    const std::size_t end = entry.opens() && !parsed.operand_at.empty()
                                ? parsed.operand_at[0]
                                : std::numeric_limits<std::size_t>::max();
    for (std::size_t i = 0; i < parsed.options.size(); ++i) {
        const std::string &name = parsed.options[i].name;
        if ((name == "help" || name == "version") && parsed.option_at[i] < end)
            return true;
    }
    return false;
}
} // namespace

bool is_safe(const Entry &entry, const Parsed &parsed, const std::vector<MatchedRow> &rows) {
    if (asks_for_help(entry, parsed))
        return true;
    return std::any_of(rows.begin(), rows.end(), [](const MatchedRow &row) {
        return row.row->verdict == Verdict::Safe && row.certainty == Certainty::Yes;
    });
}

namespace {
// A regular expression that is searched in a name, as a glob that matches whatever it may match.
// A name may go on behind it; that it may begin earlier is not said, it would mean every name.
std::string glob_of_regex(std::string_view regex) {
    if (regex.find_first_of("(){}\\") != std::string_view::npos)
        return "*";
    std::string out;
    std::size_t atom = 0; // where the last one begins
    for (std::size_t i = 0; i < regex.size(); ++i) {
        const char byte = regex[i];
        if (byte == '^' && i == 0)
            continue;
        if (byte == '$' && i + 1 == regex.size())
            return out;
        if (byte == '*' || byte == '+' || byte == '?') {
            out.replace(std::min(atom, out.size()), std::string::npos, "*");
            continue;
        }
        atom = out.size();
        const std::size_t close = byte == '[' ? regex.find(']', i + 2) : std::string_view::npos;
        if (close == std::string_view::npos) {
            out += byte == '.' ? '?' : byte;
            continue;
        }
        out += regex.substr(i, close + 1 - i);
        i = close;
    }
    return out + "*";
}

FactWord glob_word(std::string pattern) {
    return FactWord{{{model::WordPartKind::Glob, std::move(pattern)}}, false};
}
} // namespace

std::vector<FactWord> as_patterns(Patterns how, std::vector<FactWord> operands) {
    if (how == Patterns::None)
        return operands;
    std::vector<FactWord> out;
    for (FactWord &word : operands) {
        const std::string text = word.literal() ? word.text() : "";
        if (how == Patterns::Regex && !text.empty()) {
            for (std::size_t at = 0; at <= text.size();) { // a|b
                const std::size_t end = std::min(text.find('|', at), text.size());
                out.push_back(
                    glob_word(glob_of_regex(std::string_view(text).substr(at, end - at))));
                at = end + 1;
            }
        } else if (text.find_first_of("*?[") != std::string::npos) {
            out.push_back(glob_word(text));
        } else {
            out.push_back(std::move(word));
        }
    }
    return out;
}

void after_sub_command(const Entry &entry, Parsed &parsed) {
    if (entry.style != Style::Stop || entry.inner || entry.known_subs.empty() ||
        parsed.operands.empty())
        return;
    std::vector<FactWord> operands{parsed.operands[0]};
    bool options = true;
    for (std::size_t i = 1; i < parsed.operands.size(); ++i) {
        const FactWord &word = parsed.operands[i];
        const std::string text = literal_prefix(word);
        if (word.literal() && text == "--" && options) {
            options = false;
            parsed.dashes = operands.size();
            continue;
        }
        if (options && begins_unknown(word))
            parsed.maybe_option = true;
        if (!options || text.size() < 2 || text[0] != '-') {
            operands.push_back(word);
            continue;
        }
        const std::size_t at = std::min(i, parsed.operands.size() - 1);
        if (text[1] == '-') {
            const std::size_t equals = text.find('=');
            const std::string name =
                text.substr(2, equals == std::string::npos ? equals : equals - 2);
            std::optional<FactWord> value;
            if (equals != std::string::npos)
                value = rest_of(word, equals + 1);
            parsed.options.push_back({name, value});
            parsed.option_at.push_back(at);
            continue;
        }
        for (std::size_t letter = 1; letter < text.size(); ++letter) {
            parsed.options.push_back({text.substr(letter, 1), std::nullopt});
            parsed.option_at.push_back(at);
        }
    }
    parsed.operands = std::move(operands);
}

std::optional<std::pair<const Entry *, std::size_t>>
sub_entry(const Entry &entry, const Parsed &parsed, const std::vector<MatchedRow> &rows) {
    if (entry.sub.empty() || parsed.operands.empty() || !parsed.operands[0].literal() ||
        parsed.operand_at.empty())
        return std::nullopt;
    const auto direct = entry.sub.find(parsed.operands[0].text());
    if (direct != entry.sub.end())
        return std::pair(&direct->second, parsed.operand_at[0]);
    for (const MatchedRow &row : rows) {
        const std::size_t words = row.row->sub.size();
        if (row.row->alias_of.empty() || words == 0 || words > parsed.operand_at.size())
            continue;
        return std::pair(&entry.sub.at(row.row->alias_of), parsed.operand_at[words - 1]);
    }
    return std::nullopt;
}

} // namespace sallyport::facts
