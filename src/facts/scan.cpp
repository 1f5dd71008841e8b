// SPDX-License-Identifier: Apache-2.0
#include "scan.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace sallyport::facts {
namespace {
bool letter(char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
           (byte >= '0' && byte <= '9');
}

std::string upper(std::string_view text) {
    std::string out(text);
    for (char &byte : out) {
        if (byte >= 'a' && byte <= 'z')
            byte = static_cast<char>(byte - 'a' + 'A');
    }
    return out;
}

// awk text without strings, comments and regular expressions, each replaced by one mark.
std::string awk_skeleton(std::string_view text) {
    std::string out;
    char before = '\0'; // last byte that is no blank
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char byte = text[i];
        if (byte == '#') {
            i = std::min(text.find('\n', i), text.size());
            out += '\n';
            continue;
        }
        const bool regex =
            byte == '/' && (before == '\0' || std::string_view("(,;!~&|{}\n=").find(before) !=
                                                  std::string_view::npos);
        if (byte == '"' || regex) {
            const char close = byte;
            for (++i; i < text.size() && text[i] != close; ++i) {
                if (text[i] == '\\')
                    ++i;
            }
            out += '"';
            before = '"';
            continue;
        }
        out += byte;
        if (byte != ' ' && byte != '\t')
            before = byte;
    }
    return out;
}

bool has_word(std::string_view text, std::string_view word) {
    for (std::size_t at = text.find(word); at != std::string_view::npos;
         at = text.find(word, at + 1)) {
        const bool left = at == 0 || !letter(text[at - 1]);
        const bool right = at + word.size() >= text.size() || !letter(text[at + word.size()]);
        if (left && right)
            return true;
    }
    return false;
}
} // namespace

ScriptRisk scan_awk(std::string_view program) {
    const std::string text = awk_skeleton(program);
    if (has_word(text, "system") || has_word(text, "getline") ||
        text.find('@') != std::string::npos)
        return ScriptRisk::Runs;
    bool writes = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char next = i + 1 < text.size() ? text[i + 1] : '\0';
        if (text[i] == '|') {
            if (next != '|')
                return ScriptRisk::Runs;
            ++i;
        }
        if (text[i] == '>' && next != '=' && next != '\0') {
            // a comparison outside print; with print it is a file
            const std::size_t print = text.rfind("print", i);
            const std::size_t close = text.find_last_of("{};\n)", i);
            writes =
                writes || (print != std::string::npos &&
                           (close == std::string::npos || print > close || text[close] == ')'));
        }
    }
    return writes ? ScriptRisk::Writes : ScriptRisk::Reads;
}

namespace {
// One sed script, command by command, as POSIX and GNU write them.
class SedScan {
  public:
    explicit SedScan(std::string_view text) : text_(text) {}
    ScriptFindings run();

  private:
    char at() const { return i_ < text_.size() ? text_[i_] : '\0'; }
    void skip_blanks(std::string_view set);
    bool skip_to(char close);
    bool address();
    bool label();
    void substitute();
    void rest_of_line() { i_ = std::min(text_.find('\n', i_), text_.size()); }
    std::string file(); // a name runs to the end of the line
    void worse(ScriptRisk risk) { found_.risk = std::max(found_.risk, risk); }
    ScriptFindings runs() {
        worse(ScriptRisk::Runs);
        return std::move(found_);
    }

    std::string_view text_;
    std::size_t i_ = 0;
    ScriptFindings found_;
};

void SedScan::skip_blanks(std::string_view set) {
    while (i_ < text_.size() && set.find(text_[i_]) != std::string_view::npos)
        ++i_;
}

std::string SedScan::file() {
    skip_blanks(" \t");
    const std::size_t from = i_;
    rest_of_line();
    return std::string(text_.substr(from, i_ - from));
}

bool SedScan::skip_to(char close) { // i_ behind the closing byte
    while (i_ < text_.size() && text_[i_] != close)
        i_ += text_[i_] == '\\' ? 2 : 1;
    if (i_ >= text_.size())
        return false;
    ++i_;
    return true;
}

bool SedScan::address() {
    skip_blanks(" \t");
    if (at() == '/' || at() == '\\') {
        if (at() == '\\')
            ++i_;
        const char close = at();
        ++i_;
        if (!skip_to(close))
            return false;
        skip_blanks("IM");
        return true;
    }
    skip_blanks("0123456789$~+");
    return true;
}

// GNU sed 4.9 ends a label at a blank and reads commands behind it; others take the whole line.
bool SedScan::label() {
    skip_blanks(" \t");
    i_ = std::min(text_.find_first_of(" \t\r\v\f\n;}", i_), text_.size());
    skip_blanks(" \t\r\v\f");
    return i_ == text_.size() || std::string_view("\n;}#").find(at()) != std::string_view::npos;
}

void SedScan::substitute() {
    const char close = at();
    if (close == '\0')
        return worse(ScriptRisk::Runs);
    ++i_;
    if (!skip_to(close) || !skip_to(close))
        return worse(ScriptRisk::Runs);
    while (i_ < text_.size()) {
        const char flag = text_[i_];
        if (flag == 'e')
            worse(ScriptRisk::Runs);
        if (flag == 'w') {
            worse(ScriptRisk::Writes);
            ++i_;
            found_.writes.push_back(file());
            return;
        }
        if (std::string_view("gpiImM0123456789e").find(flag) == std::string_view::npos)
            return;
        ++i_;
    }
}

ScriptFindings SedScan::run() {
    while (i_ < text_.size() && found_.risk != ScriptRisk::Runs) {
        skip_blanks(" \t\n;{}");
        if (i_ >= text_.size())
            break;
        if (!address())
            return runs();
        skip_blanks(" \t");
        if (at() == ',') {
            ++i_;
            if (!address())
                return runs();
        }
        skip_blanks(" \t!");
        const char command = at();
        if (command == '\0')
            break;
        ++i_;
        switch (command) {
        case 'e':
            return runs();
        case 'w':
        case 'W':
            worse(ScriptRisk::Writes);
            found_.writes.push_back(file());
            break;
        case 'r':
        case 'R':
            found_.reads.push_back(file());
            break;
        case 's':
            substitute();
            break;
        case 'y': {
            const char close = at();
            ++i_;
            if (!skip_to(close) || !skip_to(close))
                return runs();
            break;
        }
        case 'a':
        case 'i':
        case 'c': // text runs to the end of the line, further lines after a backslash
            do {
                rest_of_line();
                ++i_;
            } while (i_ < text_.size() && i_ >= 2 && text_[i_ - 2] == '\\');
            break;
        case '#':
            rest_of_line();
            break;
        case 'b':
        case 't':
        case 'T':
        case ':':
            if (!label())
                return runs();
            break;
        default:
            if (std::string_view("dDgGhHlnNpPqQxz={}FvL").find(command) == std::string_view::npos)
                return runs();
            skip_blanks("0123456789 \t");
        }
    }
    return std::move(found_);
}
} // namespace

ScriptFindings scan_sed(std::string_view script) {
    return SedScan(script).run();
}

// ---- SQL ----------------------------------------------------------------------------------------

namespace {
// The words of each statement outside quotes and comments; client commands apart.
class SqlScan {
  public:
    SqlScan(std::string_view text, const Sql &words) : text_(text), words_(words) {}
    SqlFindings run();

  private:
    bool skip_quoted();
    bool skip_comment();
    bool skip_dollar();
    void client_command();
    void statement();
    bool starts(const std::vector<std::string> &patterns) const;
    void add(model::Effect effect) { found_.effects.push_back(effect); }

    std::string_view text_;
    const Sql &words_;
    std::size_t i_ = 0;
    std::vector<std::string> statement_;
    SqlFindings found_;
};

bool SqlScan::skip_quoted() {
    const char quote = text_[i_];
    if (quote != '\'' && quote != '"' && quote != '`')
        return false;
    for (++i_; i_ < text_.size(); ++i_) {
        if (text_[i_] == '\\' && quote == '\'') {
            ++i_; // mysql; in standard SQL the string ends earlier, which shows more words
            continue;
        }
        if (text_[i_] == quote)
            break;
    }
    i_ = std::min(i_ + 1, text_.size());
    statement_.emplace_back("'");
    return true;
}

bool SqlScan::skip_comment() {
    if (text_.substr(i_, 2) == "--" || text_[i_] == '#') {
        i_ = std::min(text_.find('\n', i_), text_.size());
        return true;
    }
    if (text_.substr(i_, 2) != "/*")
        return false;
    if (text_.substr(i_, 3) == "/*!") { // mysql runs it
        i_ += 3;
        while (i_ < text_.size() && text_[i_] >= '0' && text_[i_] <= '9')
            ++i_;
        return true;
    }
    const std::size_t close = text_.find("*/", i_ + 2);
    i_ = close == std::string_view::npos ? text_.size() : close + 2;
    return true;
}

bool SqlScan::skip_dollar() {
    if (text_[i_] != '$')
        return false;
    std::size_t end = i_ + 1;
    while (end < text_.size() && letter(text_[end]))
        ++end;
    if (end >= text_.size() || text_[end] != '$')
        return false;
    const std::string_view tag = text_.substr(i_, end + 1 - i_);
    const std::size_t close = text_.find(tag, end + 1);
    i_ = close == std::string_view::npos ? text_.size() : close + tag.size();
    statement_.emplace_back("'");
    return true;
}

// \! and .shell run a shell; a few commands only show; all else is not known.
void SqlScan::client_command() {
    static constexpr std::array<std::string_view, 22> harmless{
        "\\d",     "\\dt",     "\\l",   "\\du",  "\\dn",       "\\x",     "\\timing", "\\q",
        "\\c",     "\\di",     "\\df",  "\\dv",  "\\conninfo", "\\pset",  "\\echo",   ".tables",
        ".schema", ".headers", ".mode", ".quit", ".databases", ".indexes"};
    const std::size_t end = std::min(text_.find('\n', i_), text_.size());
    const std::string_view line = text_.substr(i_, end - i_);
    i_ = end;
    if (line.substr(0, 2) == "\\!") {
        found_.shell_texts.emplace_back(line.substr(2));
        return;
    }
    const std::size_t blank = std::min(line.find_first_of(" \t"), line.size());
    const std::string_view name = line.substr(0, blank);
    if (name == ".shell" || name == ".system") {
        found_.shell_texts.emplace_back(line.substr(blank));
        return;
    }
    found_.unsure = found_.unsure || line.find('|') != std::string_view::npos ||
                    line.find('`') != std::string_view::npos ||
                    std::find(harmless.begin(), harmless.end(), name) == harmless.end();
}

bool SqlScan::starts(const std::vector<std::string> &patterns) const {
    for (const std::string &pattern : patterns) { // words; `*` stands for any number of them
        std::size_t at = 0, word = 0;
        bool matched = true, gap = false;
        while (at < pattern.size() && matched) {
            const std::size_t end = std::min(pattern.find(' ', at), pattern.size());
            const std::string_view wanted = std::string_view(pattern).substr(at, end - at);
            at = end + 1;
            if (wanted == "*") {
                gap = true;
                continue;
            }
            while (gap && word < statement_.size() && statement_[word] != wanted)
                ++word;
            matched = word < statement_.size() && statement_[word] == wanted;
            ++word;
            gap = false;
        }
        if (matched)
            return true;
    }
    return false;
}

void SqlScan::statement() {
    if (statement_.empty())
        return;
    const auto has = [&](std::string_view word) {
        return std::find(statement_.begin(), statement_.end(), word) != statement_.end();
    };
    if (statement_[0] == "WITH" || (statement_[0] == "EXPLAIN" && has("ANALYZE"))) {
        // what it runs stands further on: the heaviest word counts
        bool known = has("SELECT");
        for (const char *verb : {"DELETE", "INSERT", "UPDATE", "MERGE"}) {
            if (has(verb)) {
                add(std::string_view(verb) == "DELETE" ? model::Effect::Delete
                                                       : model::Effect::Write);
                known = true;
            }
        }
        if (starts(words_.interpreter)) // a function that reaches out of the database
            add(model::Effect::Interpreter);
        found_.unsure = found_.unsure || !known;
        return;
    }
    bool known = false;
    const auto take = [&](const std::vector<std::string> &patterns, model::Effect effect) {
        if (starts(patterns)) {
            add(effect);
            known = true;
        }
    };
    take(words_.destroy, model::Effect::Destroy);
    take(words_.remove, model::Effect::Delete);
    take(words_.write, model::Effect::Write);
    take(words_.privilege, model::Effect::Privilege);
    take(words_.interpreter, model::Effect::Interpreter);
    if (starts(words_.safe)) {
        known = true;
        if (has("OUTFILE") || has("DUMPFILE") || (statement_[0] == "SELECT" && has("INTO")))
            add(model::Effect::Write);
    }
    static constexpr std::array<std::string_view, 10> session{
        "BEGIN", "COMMIT", "ROLLBACK", "SET", "START", "USE", "END", "ANALYZE", "PRAGMA", "RESET"};
    known = known || std::find(session.begin(), session.end(), statement_[0]) != session.end();
    if (statement_[0] == "SYSTEM" || statement_[0] == "SOURCE")
        known = false;
    found_.unsure = found_.unsure || !known;
}

SqlFindings SqlScan::run() {
    while (i_ < text_.size()) {
        const char byte = text_[i_];
        if (skip_quoted() || skip_comment() || skip_dollar())
            continue;
        const bool begins = statement_.empty();
        if (byte == '\\' || (byte == '.' && begins)) {
            statement();
            statement_.clear();
            client_command();
            continue;
        }
        if (byte == ';') {
            statement();
            statement_.clear();
        }
        if (!letter(byte)) {
            ++i_;
            continue;
        }
        const std::size_t from = i_;
        while (i_ < text_.size() && letter(text_[i_]))
            ++i_;
        statement_.push_back(upper(text_.substr(from, i_ - from)));
    }
    statement();
    return std::move(found_);
}
} // namespace

SqlFindings scan_sql(std::string_view text, const Sql &words) {
    return SqlScan(text, words).run();
}

} // namespace sallyport::facts
