// SPDX-License-Identifier: Apache-2.0
// The control language of terminals (ECMA-48 as xterm speaks it in UTF-8 mode) as events. Knows no
// screen. Where terminals differ it ends a sequence rather early: nothing can be hidden inside a
// string from this parser, since ESC and the C1 introducers always begin something new. C1 controls
// count in their UTF-8 form (C2 80 .. C2 9F), as in xterm; a lone byte 80 .. 9F is text. One object
// a stream; not thread-safe.
#pragma once
#include "sallyport/base/bytes.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::term {

inline constexpr std::size_t max_parameters = 32;
inline constexpr std::size_t max_control_bytes = 256; // a longer CSI or ESC sequence is dropped
inline constexpr std::size_t max_string_head = 256;   // of a string, before it is decided on

struct ControlSequence {                   // CSI
    char prefix = 0;                       // < = > ? or 0
    std::vector<std::uint32_t> parameters; // at most max_parameters; a missing one is 0
    std::string intermediates;
    char final = 0;
};

enum class StringKind { Osc, Dcs, Sos, Pm, Apc };

// `raw` are the bytes of the event, to be passed on as they are; they live during the call alone.
class Events {
  public:
    virtual ~Events() = default;
    virtual void text(std::string_view run) = 0; // no C0, no DEL; UTF-8 as it came, never checked
    virtual void control(char c) = 0;            // C0 and DEL
    virtual void escape(std::string_view raw) = 0;
    virtual void csi(const ControlSequence &sequence, std::string_view raw) = 0;
    // A string's begin: its whole content if it is short, else max_string_head bytes of it.
    virtual void string_begin(StringKind kind, std::string_view head, std::string_view raw) = 0;
    virtual void string_more(std::string_view raw) = 0;
    // Its end; `raw` is empty if the string was cut short by another sequence.
    virtual void string_end(std::string_view raw) = 0;
};

class Parser {
  public:
    void feed(base::BytesView bytes, Events &events);
    // Forgets an unfinished sequence.
    void reset() { *this = Parser(); }

  private:
    enum class Mode { Ground, Escape, Control, String, StringEscape };
    void one(char c, Events &events);
    void ground(char c, Events &events);
    void escape(char c, Events &events);
    void control(char c, Events &events);
    void string(char c, Events &events);
    void start(StringKind kind);
    void begin_string(Events &events);
    void end_string(std::string_view terminator, Events &events);
    void c1(char c, Events &events);
    void finish_control(Events &events);

    Mode mode_ = Mode::Ground;
    StringKind kind_ = StringKind::Osc;
    bool begun_ = false;    // string_begin() was called
    bool c2_ = false;       // the byte before was C2
    bool too_long_ = false; // swallow to the end
    std::string raw_;       // of the sequence so far
    std::size_t body_ = 0;  // where in raw_ the content begins
};

// What a person would read: text, line breaks and tabs, without everything else.
std::string visible_text(base::BytesView bytes);

} // namespace sallyport::term
