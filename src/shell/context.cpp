// SPDX-License-Identifier: Apache-2.0
#include "context.hpp"

#include <utility>

namespace sallyport::shell {

void Context::stop(Outcome outcome, Span where, std::string message) {
    if (stopped())
        return;
    outcome_ = outcome;
    where_ = where;
    message_ = std::move(message);
}

bool Context::has(Feature feature, Span where) {
    const Support answer = ask(feature);
    if (answer == Support::Varies)
        stop(Outcome::GaveUp, where, "shells disagree on " + std::string(feature_name(feature)));
    return answer == Support::Yes;
}

void Context::count_part(Span where) {
    if (++parts_ > limits_.parts)
        stop(Outcome::OverLimit, where, "the text has too many parts");
}

void Context::count_simple(Span where) {
    if (++unit.simple_commands > limits_.simple_commands)
        stop(Outcome::OverLimit, where, "the text has too many commands");
}

void Context::rewind(const Mark &mark) {
    if (outcome_ == Outcome::OverLimit || outcome_ == Outcome::GaveUp)
        return;
    outcome_ = Outcome::Going;
    message_.clear();
    unit.simple_commands = mark.simple_commands;
    unit.unsupported = mark.unsupported;
    unit.here_docs.resize(mark.here_docs);
}

} // namespace sallyport::shell
