// SPDX-License-Identifier: Apache-2.0
#include "sallyport/term/filter.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace sallyport::term {

namespace {

constexpr char enquiry = '\x05';
constexpr std::array<std::string_view, 9> dropped_osc = {"3",    "46",   "50",   "51",  "52",
                                                         "1337", "5113", "5522", "7717"};

bool osc_passes(std::string_view head) {
    auto number = head.substr(0, head.find(';'));
    // Too long to be decided on is too long to be a number.
    if (number.size() >= max_string_head)
        return false;
    // A terminal reads a number: leading zeros and blanks do not make it another one.
    number.remove_prefix(std::min(number.find_first_not_of("0 "), number.size()));
    number = number.substr(0, number.find_first_not_of("0123456789"));
    return std::find(dropped_osc.begin(), dropped_osc.end(), number) == dropped_osc.end();
}

bool dcs_passes(std::string_view head) {
    if (head.substr(0, 5) == "tmux;")
        return false;
    const auto final = head.find_first_not_of("0123456789;:<=>? !\"#$%&'()*+,-./");
    return final == std::string_view::npos ? head.size() < max_string_head : head[final] != '|';
}

bool csi_passes(const ControlSequence &sequence) {
    if (sequence.final == 'i')
        return false;
    if (sequence.final != 't' || sequence.prefix != 0 || !sequence.intermediates.empty())
        return true;
    const auto what = sequence.parameters.empty() ? 0 : sequence.parameters.front();
    return what != 20 && what != 21;
}

} // namespace

struct Filter::State final : Events {
    Parser parser;
    std::string *out = nullptr;
    bool passing = false;
    bool alternate = false;
    bool line_begin = true;
    std::size_t dropped = 0;

    void text(std::string_view run) override {
        *out += run;
        line_begin = false;
    }
    void control(char c) override {
        if (c == enquiry) {
            ++dropped;
            return;
        }
        *out += c;
        if (c == '\r' || c == '\n')
            line_begin = true;
        else if (c == '\t')
            line_begin = false;
    }
    void escape(std::string_view raw) override { *out += raw; }
    void csi(const ControlSequence &sequence, std::string_view raw) override {
        if (!csi_passes(sequence)) {
            ++dropped;
            return;
        }
        *out += raw;
        if (std::string_view("CDGHdf`").find(sequence.final) != std::string_view::npos)
            line_begin = false;
        if (sequence.prefix != '?' || (sequence.final != 'h' && sequence.final != 'l'))
            return;
        for (const auto mode : sequence.parameters)
            if (mode == 47 || mode == 1047 || mode == 1049)
                alternate = sequence.final == 'h';
    }
    void string_begin(StringKind kind, std::string_view head, std::string_view raw) override {
        passing = kind == StringKind::Osc   ? osc_passes(head)
                  : kind == StringKind::Dcs ? dcs_passes(head)
                                            : true;
        if (passing)
            *out += raw;
        else
            ++dropped;
    }
    void string_more(std::string_view raw) override {
        if (passing)
            *out += raw;
    }
    void string_end(std::string_view raw) override {
        // What cut the string short may itself be dropped: the terminal must know that it is over.
        if (passing)
            *out += raw.empty() ? std::string_view("\033\\") : raw;
        passing = false;
    }
};

Filter::Filter() : state_(std::make_unique<State>()) {}
Filter::~Filter() = default;
Filter::Filter(Filter &&) noexcept = default;
Filter &Filter::operator=(Filter &&) noexcept = default;

void Filter::feed(base::BytesView bytes, std::string &out) {
    state_->out = &out;
    state_->parser.feed(bytes, *state_);
    state_->out = nullptr;
}

std::string Filter::settle() {
    auto &s = *state_;
    std::string bytes;
    if (s.passing)
        bytes = "\033\\";
    s.passing = false;
    s.parser.reset();
    return bytes;
}

bool Filter::alternate_screen() const {
    return state_->alternate;
}
bool Filter::at_line_begin() const {
    return state_->line_begin;
}
std::size_t Filter::dropped() const {
    return state_->dropped;
}

} // namespace sallyport::term
