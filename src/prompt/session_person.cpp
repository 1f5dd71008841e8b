// SPDX-License-Identifier: Apache-2.0
// prompt::Session: what comes from the person and from the judge. What comes from the target stands
// in session.cpp.
#include "sallyport/prompt/session.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::prompt {

namespace {

constexpr char interrupt = '\x03';

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\n") == std::string_view::npos;
}

} // namespace

void Session::hold(base::BytesView bytes) {
    const auto room = max_held_keys - std::min(max_held_keys, held_keys_.size());
    held_keys_.append(base::as_text(bytes).substr(0, room));
}

Actions Session::keys(base::BytesView bytes) {
    Actions out;
    if (bytes.empty())
        return out;
    const auto text = base::as_text(bytes);
    const auto stop = text.rfind(interrupt);
    switch (state_) {
    case State::Running:
        keys_passed_ = true;
        out.emplace_back(ToTarget{std::string(text)});
        break;
    case State::Prompt:
        out.emplace_back(ToEditor{std::string(text)});
        break;
    case State::Boot:
    case State::Startup:
    case State::Judging:
        if (stop != std::string_view::npos) {
            held_keys_.clear();
            bytes = bytes.subspan(stop + 1);
            if (state_ == State::Judging)
                out.emplace_back(CancelJudging{});
        }
        if (!waiting_ || state_ != State::Judging)
            hold(bytes);
        break;
    case State::Sent:
    case State::Sync:
        hold(bytes);
        break;
    case State::Dead:
        break;
    }
    return out;
}

Actions Session::submit(std::string unit) {
    Actions out;
    if (state_ != State::Prompt)
        return out;
    if (is_blank(unit)) {
        open_editor(true, out);
        return out;
    }
    unit_ = std::move(unit);
    waiting_ = false;
    resent_ = false;
    definition_rounds_ = 0;
    enter(State::Judging, out);
    out.emplace_back(Judge{unit_, cwd_});
    return out;
}

// --- What the judge says ---

Actions Session::answer(Answer answer, const std::vector<std::string> &words) {
    Actions out;
    if (state_ != State::Judging)
        return out;
    switch (answer) {
    case Answer::Wait:
        waiting_ = true;
        held_keys_.clear();
        return out;
    case Answer::Allow:
        words_ = words;
        resent_ = false;
        if (send(FrameKind::Run, words_, out)) {
            enter(State::Sent, out);
            return out;
        }
        if (out.empty()) {
            broken("no random numbers", out);
            return out;
        }
        break;
    case Answer::Incomplete:
        enter(State::Prompt, out);
        out.emplace_back(ContinueEditor{});
        if (!held_keys_.empty())
            out.emplace_back(ToEditor{std::exchange(held_keys_, {})});
        return out;
    case Answer::Deny:
        break;
    }
    unit_.clear();
    open_editor(true, out);
    return out;
}

} // namespace sallyport::prompt
