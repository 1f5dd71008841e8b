// SPDX-License-Identifier: Apache-2.0
#include "guarded_terminal.hpp"

#include "text.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::relay {

namespace {

// What came back unread from the terminal, as text for the editor. A line break at its end was an
// Enter: it must be pressed again.
std::string type_ahead_text(const std::string &strays) {
    auto text = term::visible_text(base::as_bytes(strays));
    text.erase(text.find_last_not_of('\n') + 1);
    return text;
}

std::string filtered(const std::string &bytes) {
    term::Filter filter;
    std::string out;
    filter.feed(base::as_bytes(bytes), out);
    return out;
}

} // namespace

GuardedTerminal::GuardedTerminal(prompt::NonceSource &nonces, std::string_view term,
                                 editor::Size size)
    : session_(nonces), editor_(editor::terminal_of(term), size) {}

// --- In ---

TerminalActions GuardedTerminal::start() {
    carry_out(session_.start());
    return done();
}

TerminalActions GuardedTerminal::from_target(base::BytesView bytes) {
    carry_out(session_.target_output(bytes));
    return done();
}

TerminalActions GuardedTerminal::target_eof() {
    carry_out(session_.target_eof());
    return done();
}

TerminalActions GuardedTerminal::from_person(base::BytesView bytes) {
    carry_out(session_.keys(bytes));
    return done();
}

TerminalActions GuardedTerminal::timer() {
    carry_out(session_.timer());
    return done();
}

TerminalActions GuardedTerminal::resize(editor::Size size) {
    editor_.resize(size);
    show(editor_.render());
    return done();
}

TerminalActions GuardedTerminal::notice(std::string_view text) {
    show_lines(text);
    return done();
}

TerminalActions GuardedTerminal::judged(std::uint64_t unit, const Judgement &judgement) {
    if (!asked_ || unit != unit_ || session_.state() != prompt::State::Judging)
        return done();
    using Outcome = Judgement::Outcome;
    asked_ = judgement.outcome == Outcome::Held;
    if (judgement.outcome != Outcome::Incomplete && !submitted_.empty()) {
        if (submitted_.front() != ' ') // the shells' ignorespace
            editor_.remember(submitted_);
        submitted_.clear();
    }
    show_lines(judgement.text);
    switch (judgement.outcome) {
    case Outcome::Held:
        carry_out(session_.answer(prompt::Answer::Wait));
        break;
    case Outcome::Allowed:
        carry_out(session_.answer(prompt::Answer::Allow, judgement.words));
        break;
    case Outcome::Incomplete:
        carry_out(session_.answer(prompt::Answer::Incomplete));
        break;
    case Outcome::Denied:
        if (leaving_) // nobody is kept in a shell
            carry_out_one(prompt::End{0, ""});
        else
            carry_out(session_.answer(prompt::Answer::Deny));
        break;
    }
    return done();
}

// --- Out ---

TerminalActions GuardedTerminal::done() {
    if (std::exchange(room_made_, false) && editor_.is_open()) {
        if (!line_begin_)
            show("\r\n");
        show(editor_.render());
    }
    return std::exchange(out_, {});
}

void GuardedTerminal::show(std::string_view bytes) {
    if (bytes.empty())
        return;
    if (!out_.empty())
        if (auto *last = std::get_if<ToPerson>(&out_.back())) {
            last->bytes += bytes;
            return;
        }
    out_.emplace_back(ToPerson{std::string(bytes)});
}

// Takes an open editor off the screen until the end of this call.
void GuardedTerminal::make_room() {
    if (!editor_.is_open() || room_made_)
        return;
    room_made_ = true;
    line_begin_ = true;
    show(editor_.hide());
}

void GuardedTerminal::show_lines(std::string_view text) {
    if (text.empty())
        return;
    make_room();
    if (room_made_ && !line_begin_)
        show("\r\n");
    show(base::as_text(terminal_lines(base::as_bytes(text))));
    if (text.back() != '\n')
        show("\r\n");
    line_begin_ = true;
}

void GuardedTerminal::carry_out(const prompt::Actions &actions) {
    for (const auto &action : actions)
        std::visit([this](const auto &one) { carry_out_one(one); }, action);
}

void GuardedTerminal::carry_out_one(const prompt::ToTarget &action) {
    out_.emplace_back(action);
}
void GuardedTerminal::carry_out_one(const prompt::Arm &action) {
    out_.emplace_back(action);
}

void GuardedTerminal::carry_out_one(const prompt::ToUser &action) {
    std::string shown;
    filter_.feed(base::as_bytes(action.bytes), shown);
    if (shown.empty())
        return;
    make_room();
    show(shown);
    line_begin_ = filter_.at_line_begin();
}

void GuardedTerminal::carry_out_one(const prompt::ToEditor &action) {
    edit(base::as_bytes(action.bytes));
}

void GuardedTerminal::carry_out_one(const prompt::OpenEditor &action) {
    show(filter_.settle());
    bool on_screen = !action.reprint;
    if (editor_.is_open() && !room_made_) { // its prompt came with an earlier call
        show(editor_.hide());
        on_screen = false;
    } else if (on_screen && action.prompt.empty() && !filter_.at_line_begin()) {
        show("\r\n"); // a last line too long to be drawn again
    }
    room_made_ = false;
    leaving_ = false;
    prompt_ = filtered(action.prompt);
    editor_.open(prompt_, on_screen ? editor::PromptIs::Shown : editor::PromptIs::NotShown,
                 type_ahead_text(action.type_ahead));
    show(editor_.render());
}

void GuardedTerminal::carry_out_one(const prompt::ContinueEditor &) {
    editor_.continue_line();
    show(editor_.render());
}

void GuardedTerminal::carry_out_one(const prompt::Judge &action) {
    asked_ = true;
    out_.emplace_back(AskUnit{++unit_, action.unit, action.cwd, "", "bash"});
}

void GuardedTerminal::carry_out_one(const prompt::JudgeDefinitions &action) {
    asked_ = true;
    out_.emplace_back(AskUnit{++unit_, action.unit, action.cwd, action.definitions, "bash"});
}

void GuardedTerminal::carry_out_one(const prompt::CancelJudging &) {
    out_.emplace_back(CancelUnit{unit_});
}

void GuardedTerminal::carry_out_one(const prompt::Started &) {
    started_ = true;
    out_.emplace_back(UnitStarted{unit_});
}

void GuardedTerminal::carry_out_one(const prompt::Ended &action) {
    if (std::exchange(started_, false)) // else it was the start-up files
        out_.emplace_back(UnitStopped{unit_, action.status});
}

void GuardedTerminal::carry_out_one(const prompt::Refused &action) {
    show_lines("sallyport: not run: " + action.message);
    out_.emplace_back(UnitNotRun{unit_, action.message});
}

void GuardedTerminal::carry_out_one(const prompt::End &action) {
    show(filter_.settle());
    show(editor_.close());
    room_made_ = false;
    out_.emplace_back(action);
}

// --- The editor ---

void GuardedTerminal::edit(base::BytesView keys) {
    while (!keys.empty()) {
        if (!editor_.is_open()) { // the line was submitted: the rest is not the editor's
            if (session_.state() != prompt::State::Prompt)
                carry_out(session_.keys(keys));
            return;
        }
        auto fed = editor_.feed(keys);
        keys = keys.subspan(fed.consumed);
        if (!fed.event)
            break;
        show(editor_.render());
        if (auto *submitted = std::get_if<editor::Submit>(&*fed.event)) {
            submit(std::move(submitted->text));
        } else if (std::holds_alternative<editor::EndOfInput>(*fed.event)) {
            leaving_ = true;
            carry_out(session_.submit("exit"));
        } else {
            editor_.open(prompt_, editor::PromptIs::NotShown);
        }
    }
    show(editor_.render());
}

void GuardedTerminal::submit(std::string text) {
    submitted_ = text;
    carry_out(session_.submit(std::move(text)));
}

} // namespace sallyport::relay
