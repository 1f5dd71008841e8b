// SPDX-License-Identifier: Apache-2.0
#include "sallyport/shell/parser.hpp"

#include "grammar.hpp"
#include "notices.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::shell {

namespace {

model::ParseError error_of(std::string_view text, Span where, std::string message) {
    model::ParseError error;
    error.where = where;
    const std::string_view before = text.substr(0, std::min<std::size_t>(where.begin, text.size()));
    error.line = static_cast<std::uint32_t>(1 + std::count(before.begin(), before.end(), '\n'));
    const std::size_t line_start = before.rfind('\n');
    const std::size_t column =
        line_start == std::string_view::npos ? before.size() : before.size() - line_start - 1;
    error.column = static_cast<std::uint32_t>(column + 1);
    error.message = std::move(message);
    return error;
}

model::ParseState state_of(Outcome outcome) {
    switch (outcome) {
    case Outcome::Going:
    case Outcome::GaveUp:
        return model::ParseState::Ok;
    case Outcome::Incomplete:
        return model::ParseState::Incomplete;
    case Outcome::OverLimit:
        return model::ParseState::OverLimit;
    case Outcome::Error:
        return model::ParseState::Error;
    }
    return model::ParseState::Error;
}

void refuse(Unit &unit, model::ParseState state, model::ParseError error) {
    unit.state = state;
    unit.error = std::move(error);
    unit.body = {};
    unit.here_docs.clear();
    unit.simple_commands = unit.unsupported = 0;
}

// The unit as one command that may run anything.
void give_up(Unit &unit, std::string_view text, std::string reason) {
    const Span all{0, static_cast<std::uint32_t>(text.size())};
    unit.state = model::ParseState::Ok;
    unit.body = {};
    unit.body.items.push_back(Item{Node{all, Unsupported{std::move(reason)}, {}}, Separator::End});
    unit.here_docs.clear();
    unit.simple_commands = 0;
    unit.unsupported = 1;
}

} // namespace

Unit parse(std::string_view text, model::Dialect dialect, const Limits &limits) {
    Context context(dialect, limits);
    Unit &unit = context.unit;
    unit.notices = find_notices(text);
    if (text.size() > limits.bytes) {
        refuse(unit, model::ParseState::OverLimit, error_of(text, {}, "the text is too long"));
        return std::move(unit);
    }
    const std::size_t nul = text.find('\0');
    if (nul != std::string_view::npos) {
        const auto at = static_cast<std::uint32_t>(nul);
        refuse(unit, model::ParseState::Error, error_of(text, {at, at + 1}, "a NUL byte"));
        return std::move(unit);
    }
    List body = Grammar(context, Source{text, nullptr, true}).whole();
    const Outcome outcome = context.outcome();
    if (outcome == Outcome::Going) {
        unit.state = model::ParseState::Ok;
        unit.body = std::move(body);
    } else if (outcome == Outcome::GaveUp) {
        give_up(unit, text, context.message());
    } else {
        refuse(unit, state_of(outcome), error_of(text, context.where(), context.message()));
    }
    return std::move(unit);
}

} // namespace sallyport::shell
