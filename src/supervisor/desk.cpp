// SPDX-License-Identifier: Apache-2.0
#include "desk.hpp"

#include "speech.hpp"

#include "sallyport/supervisor/desk_help.hpp"

#include <algorithm>

namespace sallyport::supervisor {
namespace {

constexpr std::size_t max_answer_bytes = 4096;

std::vector<std::string> command_words(const DeskCommand &command) {
    return split_words(command.words).value();
}

const DeskCommand *find_command(const Words &words) {
    const DeskCommand *best = nullptr;
    std::size_t best_size = 0;
    for (const DeskCommand &command : desk_commands()) {
        const Words wanted = command_words(command);
        if (wanted.size() <= words.size() && wanted.size() > best_size &&
            std::equal(wanted.begin(), wanted.end(), words.begin())) {
            best = &command;
            best_size = wanted.size();
        }
    }
    return best;
}

// `ssh web1@bastion uname` reaches the desk: without an account web1 is taken for a person.
std::string unknown_command(const Desk &desk, const Words &words) {
    const auto &targets = desk.core().setup->targets;
    const auto target = targets.find(desk.asker().typed);
    if (target != targets.end() && may_reach(desk, target->second)) {
        const auto &accounts = target->second.accounts;
        return target->first + " is a target: ssh " +
               (accounts.empty() ? "ACCOUNT" : accounts.front()) + "@" + target->first + "@" +
               desk.core().setup->config.server.name;
    }
    for (const DeskCommand &command : desk_commands())
        if (command_words(command).front() == words.front())
            return "`" + words.front() + "` needs one of its words, `help` lists them";
    return "`" + base::printable(words.front(), 60) + "` is no command here, `help` lists them";
}

} // namespace

std::string administrator_help(const std::string &noun) {
    std::string text;
    for (const DeskCommand &command : desk_commands())
        if (command.administrator && (noun.empty() || command_words(command).front() == noun))
            text += "  " + columns({{std::string(command.words) + " " + command.arguments, 62},
                                    {command.help, 0}});
    return text;
}

const std::vector<DeskCommand> &desk_commands() {
    static const std::vector<DeskCommand> all = [] {
        std::vector<DeskCommand> list;
        for (const auto &part :
             {general_commands(), request_commands(), session_commands(), login_commands()})
            list.insert(list.end(), part.begin(), part.end());
        return list;
    }();
    return all;
}

Desk::Desk(DeskHouse &house, Asker asker, std::unique_ptr<Port> port, bool terminal)
    : house_(house), asker_(std::move(asker)), port_(std::move(port)), terminal_(terminal) {}

Desk::~Desk() {
    *alive_ = false;
}

void Desk::fail(const std::string &message, std::uint32_t exit_status) {
    port_->error(spoken({"error", message}, json_));
    port_->end(exit_status);
}

void Desk::run(std::vector<std::string> words, bool json) {
    json_ = json || take_flag(words, "--json");
    if (words.empty())
        words = {asker_.administrator() ? "help" : "home"};
    const DeskCommand *command = find_command(words);
    if (command == nullptr)
        return fail(unknown_command(*this, words), 64);
    if (asker_.administrator() ? !command->administrator : !command->person)
        return fail(std::string("`") + command->words + "` is for " +
                        (asker_.administrator() ? "people: use it over ssh"
                                                : "administrators, on the bastion itself"),
                    exit_refused);
    words.erase(words.begin(),
                words.begin() + static_cast<std::ptrdiff_t>(command_words(*command).size()));
    command->run(*this, words);
}

bool Desk::ask(const std::string &question, std::function<void(const std::string &)> answered) {
    if (!terminal_)
        return false;
    port_->error(question);
    answered_ = std::move(answered);
    return true;
}

void Desk::input(base::BytesView bytes, bool) {
    for (const std::uint8_t byte : bytes) {
        if (!answered_)
            return;
        const char c = static_cast<char>(byte);
        if (c == '\r' || c == '\n') {
            port_->error("\n");
            const auto answered = std::exchange(answered_, nullptr);
            answered(std::exchange(line_, {}));
        } else if ((c == 0x7f || c == '\b') && !line_.empty()) {
            line_.pop_back();
            port_->error("\b \b");
        } else if (byte >= 0x20 && line_.size() < max_answer_bytes) {
            line_ += c;
            port_->error(std::string_view(&c, 1));
        }
    }
}

void Desk::cancel(bool) {
    answered_ = nullptr;
    port_->end(exit_undecided);
}

std::optional<std::string> take_option(Words &words, const std::string &name) {
    const auto at = std::find(words.begin(), words.end(), name);
    if (at == words.end() || at + 1 == words.end())
        return std::nullopt;
    std::string value = *(at + 1);
    words.erase(at, at + 2);
    return value;
}

bool take_flag(Words &words, const std::string &name) {
    const auto at = std::find(words.begin(), words.end(), name);
    if (at == words.end())
        return false;
    words.erase(at);
    return true;
}

std::string columns(const std::vector<std::pair<std::string, std::size_t>> &cells) {
    std::string line;
    for (const auto &[text, width] : cells) {
        line += text;
        if (width > text.size())
            line.append(width - text.size(), ' ');
        line += ' ';
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line + '\n';
}

base::Result<Words> split_words(std::string_view line) {
    Words words;
    std::string word;
    bool in_word = false;
    char quote = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quote != 0) {
            if (c == quote)
                quote = 0;
            else if (c == '\\' && quote == '"' && i + 1 < line.size() &&
                     (line[i + 1] == '"' || line[i + 1] == '\\'))
                word += line[++i];
            else
                word += c;
        } else if (c == '\'' || c == '"') {
            quote = c;
            in_word = true;
        } else if (c == '\\' && i + 1 < line.size()) {
            word += line[++i];
            in_word = true;
        } else if (c == ' ' || c == '\t' || c == '\n') {
            if (in_word)
                words.push_back(std::exchange(word, {}));
            in_word = false;
        } else {
            word += c;
            in_word = true;
        }
    }
    if (quote != 0)
        return base::invalid("a quote is not closed");
    if (in_word)
        words.push_back(word);
    return words;
}

} // namespace sallyport::supervisor
