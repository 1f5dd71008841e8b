// SPDX-License-Identifier: Apache-2.0
#include "sallyport/decider/judge_worker.hpp"

#include "sallyport/facts/facts.hpp"
#include "sallyport/ipc/edge.hpp"
#include "sallyport/os/files.hpp"

#include <poll.h>

namespace sallyport::decider {
namespace {

bool is_name(std::string_view text) {
    constexpr std::string_view good =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.+-:";
    return !text.empty() && text.find_first_not_of(good) == std::string_view::npos;
}

// Undoes the quoting that bash's `alias` prints: '...' with '\'' for a quote.
std::optional<std::string> unquote(std::string_view text) {
    if (text.size() < 2 || text.front() != '\'' || text.back() != '\'')
        return std::nullopt;
    std::string plain(text.substr(1, text.size() - 2));
    for (std::size_t at = 0; (at = plain.find("'\\''", at)) != std::string::npos; ++at)
        plain.replace(at, 4, "'");
    return plain;
}

// Takes what bash prints for `alias NAME` and `declare -f NAME` apart: a line `alias NAME='...'`
// (the value may go on over lines) is an alias, the rest is function definitions, each beginning
// with `NAME () ` at the start of a line. What does not have this form stays out, and the unit then
// meets a name that is not known: an unknown program.
void read_definitions(std::string_view text, facts::SessionState &session) {
    std::string current, name;
    const auto finish = [&] {
        if (name.starts_with("alias ")) {
            const std::size_t equals = current.find('=');
            const auto value =
                equals == std::string::npos ? std::nullopt : unquote(current.substr(equals + 1));
            if (value)
                session.aliases[name.substr(6)] = *value;
        } else if (!name.empty()) {
            session.functions[name] = current;
        }
        current.clear();
        name.clear();
    };
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        const std::size_t equals = line.find('=');
        const std::size_t paren = line.find(" ()");
        if (line.starts_with("alias ") && equals != std::string_view::npos &&
            is_name(line.substr(6, equals - 6))) {
            finish();
            name = line.substr(0, equals);
        } else if (paren != std::string_view::npos && is_name(line.substr(0, paren))) {
            finish();
            name = line.substr(0, paren);
        }
        current += (current.empty() ? "" : "\n") + std::string(line);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    finish();
}

} // namespace

wire::JudgeAsk judge_ask(const model::Action &action, const std::string &definitions) {
    return {0,           action.bytes,    action.dialect, action.kind, action.cwd.value_or(""),
            definitions, action.terminal, action.sh,      action.input};
}

model::CommandFacts judge(const facts::Knowledge &knowledge, const wire::JudgeAsk &ask) {
    facts::SessionState session;
    if (ask.cwd.starts_with('/'))
        session.cwd = ask.cwd;
    session.terminal = ask.terminal;
    session.login = ask.dialect;
    session.sh = ask.sh;
    session.input = ask.input;
    read_definitions(ask.definitions, session);
    return facts::judge_text(ask.text, ask.dialect, ask.kind, knowledge, session);
}

base::Status serve_judge(base::UniqueFd socket, const std::string &knowledge_path,
                         const std::function<base::Status()> &enter_sandbox) {
    SALLYPORT_TRY(const std::string text,
                  os::read_text(knowledge_path, facts::max_knowledge_bytes));
    SALLYPORT_TRY(const auto knowledge, facts::Knowledge::load(text, knowledge_path));
    ipc::Edge edge(std::move(socket), wire::message_limit<wire::JudgeAsk>());
    SALLYPORT_CHECK(enter_sandbox());
    for (;;) {
        SALLYPORT_TRY(const auto frame,
                      edge.await(wire::JudgeAsk::type, std::chrono::hours(24 * 365)));
        SALLYPORT_TRY(const auto ask, frame.as<wire::JudgeAsk>());
        SALLYPORT_CHECK(edge.send(wire::JudgeAnswer{ask.call, judge(*knowledge, ask)}));
        while (edge.wants_write()) {
            pollfd writable{edge.descriptor(), POLLOUT, 0};
            ::poll(&writable, 1, -1);
            SALLYPORT_CHECK(edge.flush());
        }
    }
}

} // namespace sallyport::decider
