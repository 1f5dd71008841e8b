// SPDX-License-Identifier: Apache-2.0
// GuardedTerminal is a guarded shell as a person sees it: prompt::Session (what may reach the
// target), editor::Editor (the line under edit) and term::Filter (what the target may say to the
// person's terminal) as one value without I/O. Bytes, verdicts, time and sizes go in; actions come
// out, to be carried out in order. Everything for the person is one stream: editor, target and
// Sallyport's own lines go the same way through masking and recording. Not thread-safe.
#pragma once
#include "sallyport/base/bytes.hpp"
#include "sallyport/editor/editor.hpp"
#include "sallyport/prompt/session.hpp"
#include "sallyport/term/filter.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace sallyport::relay {

struct ToPerson {
    std::string bytes;
    bool operator==(const ToPerson &) const = default;
};
// Ask sallyportd. A unit that the shell answered with definitions is asked again under a number of
// its own.
struct AskUnit {
    std::uint64_t unit = 0; // counts up from 1
    std::string text, cwd, definitions, shell;
    bool operator==(const AskUnit &) const = default;
};
struct CancelUnit { // Ctrl-C; the verdict Denied is still due
    std::uint64_t unit = 0;
    bool operator==(const CancelUnit &) const = default;
};
struct UnitStarted { // the target's shell has accepted it
    std::uint64_t unit = 0;
    bool operator==(const UnitStarted &) const = default;
};
struct UnitStopped { // its prompt is back
    std::uint64_t unit = 0;
    int status = 0;
    bool operator==(const UnitStopped &) const = default;
};
struct UnitNotRun { // allowed, but it could not be sent or was interrupted before it began
    std::uint64_t unit = 0;
    std::string why;
    bool operator==(const UnitNotRun &) const = default;
};
using TerminalAction = std::variant<prompt::ToTarget, ToPerson, AskUnit, CancelUnit, UnitStarted,
                                    UnitStopped, UnitNotRun, prompt::Arm, prompt::End>;
using TerminalActions = std::vector<TerminalAction>;

struct Judgement {
    enum class Outcome { Denied, Incomplete, Held, Allowed };
    Outcome outcome = Outcome::Denied;
    std::string text; // lines for the person
    std::vector<std::string> words;
};

class GuardedTerminal {
  public:
    // `nonces` outlives the object. `term` is the TERM of the pty request. The target has a
    // terminal and runs prompt::boot_text().
    GuardedTerminal(prompt::NonceSource &nonces, std::string_view term, editor::Size size);

    TerminalActions start();
    TerminalActions from_target(base::BytesView bytes);
    TerminalActions target_eof();
    TerminalActions from_person(base::BytesView bytes);
    // Ignored unless `unit` is the one that was asked last and has no verdict but Held.
    TerminalActions judged(std::uint64_t unit, const Judgement &judgement);
    TerminalActions timer();
    // For the editor. The target gets the window change from the relay, in every state.
    TerminalActions resize(editor::Size size);
    // Lines of Sallyport's own, shown above the prompt.
    TerminalActions notice(std::string_view text);

    prompt::State state() const { return session_.state(); }
    // A full-screen program is on: a notice would be drawn into it.
    bool alternate_screen() const { return filter_.alternate_screen(); }

  private:
    void carry_out(const prompt::Actions &actions);
    void carry_out_one(const prompt::ToTarget &action);
    void carry_out_one(const prompt::ToUser &action);
    void carry_out_one(const prompt::ToEditor &action);
    void carry_out_one(const prompt::OpenEditor &action);
    void carry_out_one(const prompt::ContinueEditor &action);
    void carry_out_one(const prompt::Judge &action);
    void carry_out_one(const prompt::JudgeDefinitions &action);
    void carry_out_one(const prompt::CancelJudging &action);
    void carry_out_one(const prompt::Started &action);
    void carry_out_one(const prompt::Ended &action);
    void carry_out_one(const prompt::Refused &action);
    void carry_out_one(const prompt::Arm &action);
    void carry_out_one(const prompt::End &action);

    void edit(base::BytesView keys);
    void submit(std::string text);
    void show(std::string_view bytes);
    void make_room();
    void show_lines(std::string_view text);
    TerminalActions done();

    prompt::Session session_;
    editor::Editor editor_;
    term::Filter filter_;
    TerminalActions out_;
    std::string prompt_;
    std::string submitted_;  // for the history
    std::uint64_t unit_ = 0; // the latest
    bool asked_ = false;     // it has no verdict yet
    bool started_ = false;   // it runs
    bool leaving_ = false;   // it is the `exit` of a Ctrl-D
    bool room_made_ = false; // the open editor is off the screen for the output of this call
    bool line_begin_ = true; // of what was shown in that room
};

} // namespace sallyport::relay
