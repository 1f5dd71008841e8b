// SPDX-License-Identifier: Apache-2.0
// What a target may say to a person's terminal. Everything passes that programs need, queries
// included; dropped is what writes or reads the person's clipboard, moves files, prints, programs
// keys, or makes the terminal type text of the target's choice:
//   OSC 3, 46, 50, 51, 52, 1337, 5113, 5522 and the guard's own 7717
//   CSI i (media copy), CSI 20 t and CSI 21 t (title reports)
//   DCS ... | (key definitions), DCS tmux; (passes anything on)
//   ENQ (answerback)
// One object a session; not thread-safe.
#pragma once
#include "sallyport/term/parser.hpp"

#include <memory>

namespace sallyport::term {

class Filter {
  public:
    Filter();
    ~Filter();
    Filter(Filter &&) noexcept;
    Filter &operator=(Filter &&) noexcept;

    // Appends what may be shown to `out`. Keeps an unfinished sequence back, at most
    // max_control_bytes or max_string_head of it.
    void feed(base::BytesView bytes, std::string &out);
    // The bytes that end a string which a program left open, so that what follows is seen; forgets
    // an unfinished sequence.
    std::string settle();

    bool alternate_screen() const; // a full-screen program is on
    bool at_line_begin() const;    // the last thing shown ended in CR or LF
    std::size_t dropped() const;   // sequences so far

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace sallyport::term
