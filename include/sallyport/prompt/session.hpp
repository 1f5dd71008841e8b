// SPDX-License-Identifier: Apache-2.0
// The guarded shell as a pure state machine: what the person types, what the target prints and what
// the judge says go in, actions come out. It owns the promise that no line reaches the target's
// shell before its verdict:
// - keys pass to the target in Running alone; before a prompt and while a unit is judged or under
//   way they are held (up to max_held_keys) or dropped;
// - a unit is framed only in Judging, only after Allow, and each challenge is used once;
// - whatever does not fit the protocol ends the session.
// It knows no editor, no terminal and no policy. One object a session; not thread-safe.
#pragma once
#include "sallyport/base/bytes.hpp"
#include "sallyport/prompt/boot.hpp"
#include "sallyport/prompt/frame.hpp"
#include "sallyport/prompt/marker_scanner.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sallyport::prompt {

inline constexpr std::size_t max_held_keys = 4 * 1024;
inline constexpr std::size_t max_boot_output = 64 * 1024;   // kept until the hello
inline constexpr std::size_t max_prompt_bytes = 4 * 1024;   // the last line before a prompt marker
inline constexpr std::size_t max_type_ahead = 16 * 1024;    // strays of one prompt
inline constexpr int max_definition_rounds = 4;             // `R` answers to one unit
inline constexpr std::chrono::seconds boot_deadline{20};    // exec to hello
inline constexpr std::chrono::seconds startup_deadline{60}; // hello to the first prompt
inline constexpr std::chrono::seconds answer_deadline{30};  // frame to the shell's answer
inline constexpr int guard_refusal_status = 77;

// Where fresh nonces come from: nonce_digits of lower-case hex from a CSPRNG, never twice.
class NonceSource {
  public:
    virtual ~NonceSource() = default;
    virtual std::string fresh() = 0;
};

enum class State {
    Boot,    // exec sent, no hello yet
    Startup, // stub sent, the person's start-up files run
    Prompt,  // the shell waits; the editor is open
    Judging, // a unit is with the judge; the shell waits
    Sent,    // the frame is under way, the shell has not answered yet
    Running, // the shell accepted the unit
    Sync,    // the unit ended and keys had been passed on: asking what nobody read
    Dead,
};
inline constexpr int state_count = 8;
std::string_view state_name(State state); // boot startup prompt judging sent running sync dead

enum class Answer {
    Deny,
    Allow,
    Wait,       // held for an approver: from now on keys are dropped, Ctrl-C cancels
    Incomplete, // the unit needs more lines
};

// --- Actions, to be carried out in order ---
struct ToTarget {
    std::string bytes;
    bool operator==(const ToTarget &) const = default;
};
struct ToUser { // output of the target; the editor may be open
    std::string bytes;
    bool operator==(const ToUser &) const = default;
};
struct ToEditor { // keys, as typed
    std::string bytes;
    bool operator==(const ToEditor &) const = default;
};
// The shell waits. `prompt` is what it printed on its last line (already on the screen, unless
// `reprint`; empty if that line was too long to keep). `type_ahead` came back unread from the
// terminal: text for the editor, never keys. An editor that is open keeps its text.
struct OpenEditor {
    std::string prompt;
    std::string type_ahead;
    bool reprint = false;
    bool operator==(const OpenEditor &) const = default;
};
struct ContinueEditor {
    bool operator==(const ContinueEditor &) const = default;
};
struct Judge {
    std::string unit, cwd;
    bool operator==(const Judge &) const = default;
};
// The shell did not run the unit: some words are aliases or functions. Judge again with these
// definitions in front; allow() with the words that they do not define, or deny.
struct JudgeDefinitions {
    std::string unit, cwd, definitions;
    bool operator==(const JudgeDefinitions &) const = default;
};
struct CancelJudging { // Ctrl-C while a unit is judged or held
    bool operator==(const CancelJudging &) const = default;
};
struct Started {
    std::string unit;
    bool operator==(const Started &) const = default;
};
struct Ended { // of the unit that Started, or of the start-up files
    int status = 0;
    std::string cwd;
    bool operator==(const Ended &) const = default;
};
struct Refused { // the unit cannot be sent; it did not run
    std::string message;
    bool operator==(const Refused &) const = default;
};
struct Arm { // one timer: call timer() after this time unless armed anew; zero: no timer
    std::chrono::milliseconds after{0};
    bool operator==(const Arm &) const = default;
};
struct End {             // close both sides; a unit that is judged is cancelled
    int status = -1;     // exit status for the person; -1: the one that the target reported
    std::string message; // empty when the shell just ended
    bool operator==(const End &) const = default;
};
using Action = std::variant<ToTarget, ToUser, ToEditor, OpenEditor, ContinueEditor, Judge,
                            JudgeDefinitions, CancelJudging, Started, Ended, Refused, Arm, End>;
using Actions = std::vector<Action>;

class Session {
  public:
    // `nonces` outlives the session. The target must already run boot_text() with a terminal.
    explicit Session(NonceSource &nonces);

    Actions start(); // arms the first timer
    Actions target_output(base::BytesView bytes);
    Actions target_eof();
    Actions keys(base::BytesView bytes);
    // The editor's text, in Prompt only (elsewhere ignored). Empty text asks for a new prompt line.
    Actions submit(std::string unit);
    // The judge's answer, in Judging only (elsewhere ignored: a late answer releases nothing).
    // `words` count for Allow alone, see frame().
    Actions answer(Answer answer, const std::vector<std::string> &words = {});
    Actions timer();

    State state() const { return state_; }
    const Hello &hello() const { return hello_; } // empty before the hello
    const std::string &cwd() const { return cwd_; }

  private:
    void enter(State state, Actions &out);
    void end(Actions &out, int status, std::string message);
    void boot_output(std::string_view bytes, Actions &out);
    void output(const std::string &bytes, Actions &out);
    void hello(std::string_view payload, Actions &out);
    void broken(std::string_view what, Actions &out);
    void marker(const Marker &marker, Actions &out);
    void accepted(Actions &out);
    void prompted(const std::string &payload, Actions &out);
    void stray(const std::string &payload);
    void definitions(const std::string &payload, Actions &out);
    void length_trouble(Actions &out);
    bool send(FrameKind kind, const std::vector<std::string> &words, Actions &out);
    void open_editor(bool reprint, Actions &out);
    void hold(base::BytesView bytes);

    NonceSource &nonces_;
    State state_ = State::Boot;
    MarkerScanner scanner_;
    Hello hello_;
    std::string boot_output_;
    std::string challenge_;     // what the shell expects next
    bool begun_ = false;        // the first B was seen
    bool waiting_ = false;      // Judging for an approver
    bool keys_passed_ = false;  // keys went to the target since the last prompt
    bool resent_ = false;       // after a B, once
    int definition_rounds_ = 0; // of the current unit
    std::string unit_;          // in Judging, Sent and Running
    std::vector<std::string> words_;
    std::string held_keys_, type_ahead_, cwd_;
    std::string prompt_;         // what the shell printed before the latest `P`
    std::string last_line_;      // of the output, at most max_prompt_bytes
    bool last_line_cut_ = false; // until its end: longer than that
};

} // namespace sallyport::prompt
