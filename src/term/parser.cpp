// SPDX-License-Identifier: Apache-2.0
#include "sallyport/term/parser.hpp"

#include <algorithm>
#include <utility>

namespace sallyport::term {

namespace {

constexpr char escape_byte = '\033';
constexpr char delete_byte = '\x7f';
constexpr char cancel = '\x18';
constexpr char substitute = '\x1a';
constexpr char c1_lead = '\xc2';
constexpr std::uint32_t max_number = 65535;

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == delete_byte;
}
bool is_plain(char c) {
    return !is_control(c) && c != c1_lead;
}
bool is_c1(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x80 && byte < 0xa0;
}

} // namespace

void Parser::feed(base::BytesView bytes, Events &events) {
    const auto text = base::as_text(bytes);
    for (std::size_t at = 0; at < text.size();) {
        if (mode_ == Mode::Ground && !c2_ && is_plain(text[at])) {
            const auto *end = std::find_if_not(text.begin() + at, text.end(), is_plain);
            const auto length = static_cast<std::size_t>(end - text.begin()) - at;
            events.text(text.substr(at, length));
            at += length;
            continue;
        }
        if (mode_ == Mode::String && begun_ && !c2_ && is_plain(text[at])) {
            const auto *end = std::find_if_not(text.begin() + at, text.end(), is_plain);
            const auto length = static_cast<std::size_t>(end - text.begin()) - at;
            events.string_more(text.substr(at, length));
            at += length;
            continue;
        }
        one(text[at++], events);
    }
}

void Parser::one(char c, Events &events) {
    // U+0080 .. U+009F are two bytes: whatever state, they are looked at together.
    if (c2_) {
        c2_ = false;
        if (is_c1(c))
            return c1(c, events);
        // A lone C2 before a control goes: what follows might be dropped, and C2 would become a C1
        // with the byte behind that.
        if (!is_control(c) && c != c1_lead) {
            if (mode_ == Mode::Ground)
                events.text(std::string_view(&c1_lead, 1));
            else if (mode_ == Mode::String)
                string(c1_lead, events);
        }
    }
    if (c == c1_lead) {
        c2_ = true;
        return;
    }
    switch (mode_) {
    case Mode::Ground:
        return ground(c, events);
    case Mode::Escape:
        return escape(c, events);
    case Mode::Control:
        return control(c, events);
    case Mode::String:
    case Mode::StringEscape:
        return string(c, events);
    }
}

void Parser::ground(char c, Events &events) {
    if (c == escape_byte) {
        mode_ = Mode::Escape;
        raw_.assign(1, c);
        too_long_ = false;
        return;
    }
    if (is_control(c))
        return events.control(c);
    events.text(std::string_view(&c, 1));
}

void Parser::c1(char c, Events &events) {
    if (mode_ == Mode::String || mode_ == Mode::StringEscape) {
        const std::string terminator{c1_lead, c};
        end_string(c == '\x9c' ? std::string_view(terminator) : std::string_view(), events);
        if (c == '\x9c')
            return;
    }
    mode_ = Mode::Ground;
    too_long_ = false;
    raw_.assign({c1_lead, c});
    switch (c) {
    case '\x9b':
        mode_ = Mode::Control;
        body_ = raw_.size();
        return;
    case '\x9d':
        return start(StringKind::Osc);
    case '\x90':
        return start(StringKind::Dcs);
    case '\x98':
        return start(StringKind::Sos);
    case '\x9e':
        return start(StringKind::Pm);
    case '\x9f':
        return start(StringKind::Apc);
    default:
        return events.escape(raw_);
    }
}

void Parser::start(StringKind kind) {
    mode_ = Mode::String;
    kind_ = kind;
    begun_ = false;
    body_ = raw_.size();
}

void Parser::escape(char c, Events &events) {
    if (c == escape_byte) {
        raw_.assign(1, c);
        return;
    }
    if (c == cancel || c == substitute) {
        mode_ = Mode::Ground;
        return events.control(c);
    }
    if (is_control(c))
        return events.control(c);
    raw_ += c;
    if (raw_.size() == 2) {
        switch (c) {
        case '[':
            mode_ = Mode::Control;
            body_ = raw_.size();
            return;
        case ']':
            return start(StringKind::Osc);
        case 'P':
            return start(StringKind::Dcs);
        case 'X':
            return start(StringKind::Sos);
        case '^':
            return start(StringKind::Pm);
        case '_':
            return start(StringKind::Apc);
        default:
            break;
        }
    }
    if (c >= 0x20 && c < 0x30) { // intermediates
        if (raw_.size() < max_control_bytes)
            return;
        too_long_ = true;
        raw_.pop_back();
        return;
    }
    mode_ = Mode::Ground;
    if (!too_long_ && static_cast<unsigned char>(c) < 0x80)
        return events.escape(raw_);
    if (static_cast<unsigned char>(c) >= 0x80)
        events.text(std::string_view(&c, 1));
}

void Parser::control(char c, Events &events) {
    if (c == escape_byte || c == cancel || c == substitute) {
        mode_ = Mode::Ground;
        return ground(c, events);
    }
    if (is_control(c)) // acts at once, the sequence goes on
        return events.control(c);
    if (static_cast<unsigned char>(c) >= 0x80) {
        mode_ = Mode::Ground;
        return events.text(std::string_view(&c, 1));
    }
    if (raw_.size() >= max_control_bytes)
        too_long_ = true;
    else
        raw_ += c;
    if (c < 0x40)
        return;
    mode_ = Mode::Ground;
    if (!too_long_)
        finish_control(events);
}

void Parser::finish_control(Events &events) {
    ControlSequence sequence;
    auto body = std::string_view(raw_).substr(body_);
    sequence.final = body.back();
    body.remove_suffix(1);
    if (!body.empty() && body.front() >= '<' && body.front() <= '?') {
        sequence.prefix = body.front();
        body.remove_prefix(1);
    }
    std::uint32_t number = 0;
    bool any = false;
    for (const char c : body) {
        if (c >= '0' && c <= '9') {
            number = std::min(max_number, number * 10 + static_cast<std::uint32_t>(c - '0'));
            any = true;
        } else if (c == ';' || c == ':') {
            if (sequence.parameters.size() < max_parameters)
                sequence.parameters.push_back(number);
            number = 0;
            any = true;
        } else {
            sequence.intermediates += c;
        }
    }
    if (any && sequence.parameters.size() < max_parameters)
        sequence.parameters.push_back(number);
    events.csi(sequence, raw_);
}

void Parser::begin_string(Events &events) {
    begun_ = true;
    events.string_begin(kind_, std::string_view(raw_).substr(body_), raw_);
}

void Parser::end_string(std::string_view terminator, Events &events) {
    if (!begun_)
        begin_string(events);
    begun_ = false;
    mode_ = Mode::Ground;
    events.string_end(terminator);
}

void Parser::string(char c, Events &events) {
    if (mode_ == Mode::StringEscape) {
        mode_ = Mode::String;
        if (c == '\\')
            return end_string("\033\\", events);
        end_string("", events);
        mode_ = Mode::Escape;
        raw_.assign(1, escape_byte);
        too_long_ = false;
        return escape(c, events);
    }
    if (c == escape_byte) {
        mode_ = Mode::StringEscape;
        return;
    }
    if (c == '\a' && kind_ == StringKind::Osc)
        return end_string("\a", events);
    if (c == cancel || c == substitute)
        return end_string(std::string_view(&c, 1), events);
    if (begun_)
        return events.string_more(std::string_view(&c, 1));
    raw_ += c;
    if (raw_.size() - body_ >= max_string_head)
        begin_string(events);
}

namespace {

class Visible final : public Events {
  public:
    std::string shown;
    void text(std::string_view run) override { shown += run; }
    void control(char c) override {
        if (c == '\n' || c == '\t')
            shown += c;
    }
    void escape(std::string_view) override {}
    void csi(const ControlSequence &, std::string_view) override {}
    void string_begin(StringKind, std::string_view, std::string_view) override {}
    void string_more(std::string_view) override {}
    void string_end(std::string_view) override {}
};

} // namespace

std::string visible_text(base::BytesView bytes) {
    Visible visible;
    Parser().feed(bytes, visible);
    return std::move(visible.shown);
}

} // namespace sallyport::term
