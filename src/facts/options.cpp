// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include "judge.hpp"

#include <algorithm>

namespace sallyport::facts {
namespace {
using model::FactWord;

bool has(std::string_view letters, char letter) {
    return letters.find(letter) != std::string_view::npos;
}
bool has(const std::vector<std::string> &names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

class Reader {
  public:
    Reader(const Entry &entry, const std::vector<FactWord> &argv) : entry_(entry), argv_(argv) {}
    Parsed read();

  private:
    void add(std::string name, std::optional<FactWord> value);
    std::size_t joined_multi(std::string_view prefix) const;
    void add_next(std::string name); // the value is the next word
    void unknown(std::string name);
    bool operand(); // false: the rest are operands
    void rest_as_operands();
    bool inner_words(std::string_view name);
    void long_option(std::string_view prefix);
    void bundle(std::string_view letters, bool literal);
    void dash_word(std::string_view prefix);
    void tar_bundle(std::string_view letters);
    bool special(std::string_view prefix);
    void word();
    std::string full_name(std::string_view name, bool &wants, bool &known) const;

    const Entry &entry_;
    const std::vector<FactWord> &argv_;
    std::size_t at_ = 1;
    bool done_ = false;
    Parsed out_;
};

void Reader::add(std::string name, std::optional<FactWord> value) {
    out_.options.push_back({std::move(name), std::move(value)});
    out_.option_at.push_back(std::min(at_, argv_.size() - 1));
}

void Reader::add_next(std::string name) {
    ++at_;
    if (at_ >= argv_.size()) {
        add(std::move(name), std::nullopt);
        return;
    }
    out_.shifting = out_.shifting || argv_[at_].may_split;
    add(std::move(name), argv_[at_]);
}

void Reader::unknown(std::string name) {
    if (!out_.unknown.empty())
        return;
    out_.unknown = std::move(name);
    out_.unknown_before = out_.operands.size();
}

// The full name of a long option, abbreviations resolved where the style has them.
std::string Reader::full_name(std::string_view name, bool &wants, bool &known) const {
    const auto in = [&](std::string_view full) {
        wants = has(entry_.long_args, full);
        known = wants || has(entry_.long_flags, full) || has(entry_.long_optional_args, full) ||
                full == "help" || full == "version";
        return std::string(full);
    };
    std::string exact = in(name);
    if (known || entry_.style == Style::Go)
        return exact;
    for (const auto *list : {&entry_.long_args, &entry_.long_flags, &entry_.long_optional_args}) {
        for (const std::string &full : *list) {
            if (full.size() > name.size() && full.compare(0, name.size(), name) == 0)
                return in(full);
        }
    }
    return exact;
}

void Reader::long_option(std::string_view prefix) {
    const FactWord &word = argv_[at_];
    const std::size_t equals = prefix.find('=');
    const std::string_view name =
        prefix.substr(2, equals == std::string_view::npos ? equals : equals - 2);
    if (equals == std::string_view::npos && !word.literal()) {
        out_.maybe_option = true; // --$x
        unknown(word.shown());
        return;
    }
    bool wants = false, known = false;
    std::string full = full_name(name, wants, known);
    if (!known)
        unknown("--" + std::string(name));
    if (equals != std::string_view::npos) {
        out_.shifting = out_.shifting || (word.may_split && wants);
        add(std::move(full), rest_of(word, equals + 1));
    } else if (wants) {
        add_next(std::move(full));
    } else {
        add(std::move(full), std::nullopt);
    }
}

// Letters after one dash (or, for tar, without one): flags until one takes the rest as its value.
void Reader::bundle(std::string_view letters, bool literal) {
    const std::size_t skipped = argv_[at_].parts.empty() ? 0 : 1;
    for (std::size_t i = 0; i < letters.size(); ++i) {
        const char letter = letters[i];
        const std::string name(1, letter);
        const bool last = i + 1 == letters.size() && literal;
        if (has(entry_.args, letter)) {
            if (last)
                add_next(name);
            else
                add(name, rest_of(argv_[at_], skipped + i + 1));
            return;
        }
        if (has(entry_.optional_args, letter)) {
            add(name, last ? std::nullopt
                           : std::optional<FactWord>(rest_of(argv_[at_], skipped + i + 1)));
            return;
        }
        if (!has(entry_.flags, letter))
            unknown("-" + name);
        add(name, std::nullopt);
    }
    if (!literal) // -r$x: more letters than are seen
        out_.maybe_option = true;
}

void Reader::dash_word(std::string_view prefix) {
    std::string name(prefix.substr(prefix.compare(0, 2, "--") == 0 ? 2 : 1));
    const std::size_t equals = name.find('=');
    if (equals != std::string::npos) {
        const std::size_t from = prefix.size() - name.size() + equals + 1;
        name.resize(equals);
        add(std::move(name), rest_of(argv_[at_], from));
        return;
    }
    if (!argv_[at_].literal()) // -d$x
        out_.maybe_option = true;
    if (inner_words(name))
        return;
    const bool by_prefix =
        std::any_of(entry_.prefix_args.begin(), entry_.prefix_args.end(),
                    [&](const auto &start) { return name.compare(0, start.size(), start) == 0; });
    if (has(entry_.double_args, name)) {
        add_next(name);
        ++at_;
    } else if (has(entry_.word_args, name) || by_prefix) {
        add_next(name);
    } else {
        add(std::move(name), std::nullopt);
    }
}

// -exec WORDS ; : its words are those of another command, whatever they look like.
bool Reader::inner_words(std::string_view name) {
    if (entry_.inner_until.find(name) == entry_.inner_until.end())
        return false;
    add(std::string(name), std::nullopt);
    for (++at_; at_ < argv_.size(); ++at_) {
        const std::string text = argv_[at_].literal() ? argv_[at_].text() : "";
        const bool behind_braces = argv_[at_ - 1].literal() && argv_[at_ - 1].text() == "{}";
        if (text == ";" || (text == "+" && behind_braces))
            break;
        if (literal_prefix(argv_[at_]).compare(0, 1, "-") == 0)
            continue; // an option of that command
        out_.operands.push_back(argv_[at_]);
        out_.operand_at.push_back(at_);
    }
    return true;
}

void Reader::tar_bundle(std::string_view letters) {
    const std::size_t first = at_;
    for (const char letter : letters) {
        if (has(entry_.args, letter)) {
            add_next(std::string(1, letter));
            continue;
        }
        if (!has(entry_.flags, letter))
            unknown(std::string(1, letter));
        out_.options.push_back({std::string(1, letter), std::nullopt});
        out_.option_at.push_back(first);
    }
}

bool Reader::operand() {
    out_.operands.push_back(argv_[at_]);
    out_.operand_at.push_back(at_);
    if (entry_.style != Style::Stop)
        return true;
    for (std::size_t i = at_ + 1; i < argv_.size(); ++i) {
        if (argv_[i].literal() && argv_[i].text() == "--" && !out_.dashes)
            out_.dashes = out_.operands.size();
        out_.operands.push_back(argv_[i]);
        out_.operand_at.push_back(i);
    }
    return false;
}

void Reader::rest_as_operands() {
    for (++at_; at_ < argv_.size(); ++at_) {
        if (entry_.assign && out_.operands.empty() &&
            literal_prefix(argv_[at_]).find('=') != std::string::npos) {
            out_.assignments.push_back(argv_[at_].shown());
            continue;
        }
        out_.operands.push_back(argv_[at_]);
        out_.operand_at.push_back(at_);
    }
    done_ = true;
}

// Forms that only some commands have.
bool Reader::special(std::string_view prefix) {
    const bool literal = argv_[at_].literal();
    if (entry_.assign && out_.operands.empty()) {
        const std::size_t equals = prefix.find('=');
        if (equals != std::string_view::npos && equals > 0 && prefix[0] != '-') {
            out_.assignments.push_back(argv_[at_].shown());
            return true;
        }
        if (prefix == "-" && literal) { // env - : -i
            add("i", std::nullopt);
            return true;
        }
    }
    if (entry_.plus && prefix.size() > 1 && prefix[0] == '+') {
        if (has(entry_.args, prefix.back()))
            ++at_;
        return true;
    }
    if (entry_.number && literal && prefix.size() > 1 && prefix[0] == '-' &&
        is_number(prefix.substr(1))) {
        add("#", argv_[at_]);
        return true;
    }
    if (entry_.style == Style::Tar && at_ == 1 && !prefix.empty() && prefix[0] != '-' && literal) {
        tar_bundle(prefix);
        return true;
    }
    return false;
}

// zip -TTCMD: the letters of an option whose value, a command, is joined to it; else 0.
std::size_t Reader::joined_multi(std::string_view prefix) const {
    for (const std::string &name : entry_.multi) {
        if (entry_.option_inner.count(name) != 0 && prefix.substr(1, name.size()) == name)
            return name.size();
    }
    return 0;
}

void Reader::word() {
    const FactWord &word = argv_[at_];
    const std::string prefix = literal_prefix(word);
    const bool literal = word.literal();
    if (special(prefix))
        return;
    if (literal && prefix == "--" && entry_.style != Style::Dash) {
        out_.dashes = out_.operands.size();
        rest_as_operands();
        return;
    }
    if (begins_unknown(word) || (!literal && prefix == "-"))
        out_.maybe_option = true;
    const bool key_style = entry_.style == Style::Key;
    if (key_style || prefix.size() < 2 || prefix[0] != '-') {
        done_ = !operand();
        return;
    }
    if (entry_.style == Style::Dash) {
        dash_word(prefix);
    } else if (literal && has(entry_.multi, std::string_view(prefix).substr(1))) {
        add_next(prefix.substr(1));
    } else if (const std::size_t letters = joined_multi(prefix)) {
        add(prefix.substr(1, letters), rest_of(word, letters + 1));
    } else if (prefix[1] == '-') {
        long_option(prefix);
    } else {
        bundle(std::string_view(prefix).substr(1), literal);
    }
    if (!out_.options.empty() && has(entry_.last, out_.options.back().name))
        rest_as_operands();
}

Parsed Reader::read() {
    if (entry_.style == Style::None) {
        for (std::size_t i = 1; i < argv_.size(); ++i) {
            out_.operands.push_back(argv_[i]);
            out_.operand_at.push_back(i);
        }
        return std::move(out_);
    }
    for (; at_ < argv_.size() && !done_; ++at_)
        word();
    return std::move(out_);
}
} // namespace

const FactWord *Parsed::value(std::string_view option) const {
    for (auto at = options.rbegin(); at != options.rend(); ++at) {
        if (at->name == option && at->value)
            return &*at->value;
    }
    return nullptr;
}

bool Parsed::has(std::string_view option) const {
    return std::any_of(options.begin(), options.end(),
                       [&](const auto &item) { return item.name == option; });
}

bool Parsed::has_any(const std::vector<std::string> &names) const {
    return std::any_of(names.begin(), names.end(), [&](const auto &name) { return has(name); });
}

FactWord rest_of(const FactWord &word, std::size_t from) {
    FactWord rest;
    rest.may_split = word.may_split;
    for (const model::WordPart &part : word.parts) {
        if (from >= part.text.size() && part.kind == model::WordPartKind::Literal) {
            from -= part.text.size();
            continue;
        }
        rest.parts.push_back(part);
        if (part.kind == model::WordPartKind::Literal)
            rest.parts.back().text.erase(0, from);
        from = 0;
    }
    return rest;
}

Parsed parse_options(const Entry &entry, const std::vector<FactWord> &argv) {
    return Reader(entry, argv).read();
}

} // namespace sallyport::facts
