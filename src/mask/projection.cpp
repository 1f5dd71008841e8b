// SPDX-License-Identifier: Apache-2.0
#include "projection.hpp"

#include "characters.hpp"

#include <algorithm>

namespace sallyport::mask {
namespace {

constexpr unsigned max_blanks = 8; // that a cursor movement stands for
constexpr unsigned alternate_modes[] = {1049, 1047, 47};

bool is_wide(unsigned char lead) {
    return lead >= 0xE3 && lead != 0xEF && lead < 0xF1;
}
// The most frequent sequences by far, colours, need no parser where they lie whole; 0 if none does.
std::size_t rendition_length(std::string_view bytes) {
    if (bytes.size() < 3 || bytes[0] != '\x1b' || bytes[1] != '[')
        return 0;
    std::size_t at = 2;
    while (at < bytes.size() && at < 32 && (is_digit(bytes[at]) || bytes[at] == ';'))
        ++at;
    return at < bytes.size() && bytes[at] == 'm' ? at + 1 : 0;
}
unsigned cells(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte & 0xC0) == 0x80 ? 0 : is_wide(byte) ? 2 : 1;
}
bool is_text(char c) {
    return (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) || c == '\t';
}

} // namespace

Projection::Projection(unsigned columns, ScanLine scan_line)
    : columns_(columns), scan_line_(std::move(scan_line)) {}

void Projection::raw(std::string_view bytes) {
    raw_ += bytes;
    marks_.resize(raw_.size(), 0);
}

void Projection::run(std::string_view bytes) {
    std::uint64_t at = raw_base_ + raw_.size();
    const std::size_t from = text_.size();
    text_ += bytes;
    map_.resize(text_.size());
    for (std::size_t i = from; i < map_.size(); ++i)
        map_[i] = at++;
    raw(bytes);
}

void Projection::gap(char c) {
    text_ += c;
    map_.push_back(no_byte);
}

void Projection::push_cut() {
    const bool edge = alternate_ && columns_ > 0 && column() + 2 >= columns_;
    gap(edge ? cut_edge : cut);
    finished_ = static_cast<std::uint32_t>(text_.size());
    set_column(0);
}

void Projection::set_column(unsigned column_number) {
    column_base_ = column_number;
    column_from_ = static_cast<std::uint32_t>(text_.size());
}

// Remembers how far it counted: it is asked for at the end of every run.
unsigned Projection::column() {
    for (; column_from_ < text_.size(); ++column_from_)
        column_base_ += cells(text_[column_from_]);
    return column_base_;
}

// readline at the right margin: the character, a blank, CR. The blank is no part of the line, and
// whether it is one is known with the next byte only; its own byte may go out before.
void Projection::hold_blank() {
    if (columns_ == 0 || alternate_ || text_.empty() || text_.back() != ' ' ||
        column() != columns_ + 1)
        return;
    blank_ = map_.back();
    shorten();
}

bool Projection::resolve_blank(bool carriage_return) {
    const std::uint64_t byte = std::exchange(blank_, no_byte);
    if (carriage_return) {
        set_column(0);
        return true;
    }
    text_ += ' ';
    map_.push_back(byte);
    return false;
}

// vim prints the last cell of a row twice before it moves on.
bool Projection::doubled() {
    const std::size_t size = text_.size();
    return size > 1 && text_[size - 1] == text_[size - 2] && map_.back() != no_byte &&
           column() == columns_ + 1;
}

bool Projection::row_is_full() {
    return columns_ > 0 && !text_.empty() && column() == columns_;
}

void Projection::shorten() {
    const unsigned width = cells(text_.back());
    text_.pop_back();
    map_.pop_back();
    const auto size = static_cast<std::uint32_t>(text_.size());
    released_ = std::min(released_, size);
    if (column_from_ > size) {
        column_from_ = size;
        column_base_ -= std::min(column_base_, width);
    }
}

void Projection::pop() {
    if (map_.back() != no_byte)
        orphans_.push_back({static_cast<std::uint32_t>(text_.size() - 1), map_.back()});
    shorten();
    const auto size = static_cast<std::uint32_t>(text_.size());
    truncation_ = std::min(truncation_.value_or(size), size);
}

std::optional<std::uint32_t> Projection::take_truncation() {
    return std::exchange(truncation_, std::nullopt);
}

// True: the next row goes on where this one ended, and the line feed is no cut.
bool Projection::resolve_cr(bool line_feed) {
    cr_ = false;
    if (line_feed && row_is_full()) {
        set_column(0);
        return true;
    }
    push_cut();
    return false;
}

// False: the text must be scanned before this byte.
bool Projection::special(char byte, bool resumed) {
    const bool overstrikes = byte == '\b' && !text_.empty() && !is_cut(text_.back());
    if (overstrikes && !resumed)
        return false;
    raw({&byte, 1});
    if (overstrikes)
        pop();
    if (byte == '\r' && alternate_)
        cr_ = true;
    else if (byte == '\n' || byte == '\r' || byte == '\v' || byte == '\f')
        push_cut();
    return true;
}

// False: paused. `used`: the byte went into the sequence.
bool Projection::escape_byte(char byte, bool &used) {
    const EscapeParser::Step step = escape_.feed(byte);
    used = step == EscapeParser::Step::More || step == EscapeParser::Step::Done;
    switch (step) {
    case EscapeParser::Step::More:
        return true;
    case EscapeParser::Step::Overflow:
        flush_escape();
        return true;
    case EscapeParser::Step::Restart:
        apply_escape();
        escape_.begin();
        return true;
    case EscapeParser::Step::Before:
    case EscapeParser::Step::Done:
        break;
    }
    if (step == EscapeParser::Step::Done && needs_pause()) {
        escape_ready_ = paused_ = true;
        return false;
    }
    apply_escape();
    return true;
}

// What the last byte left open is decided by this one. True: the byte is used by that.
bool Projection::resolve(char byte) {
    if (blank_ != no_byte && resolve_blank(byte == '\r')) {
        raw({&byte, 1});
        return true;
    }
    if (cr_ && resolve_cr(byte == '\n')) {
        raw({&byte, 1});
        return true;
    }
    return false;
}

std::size_t Projection::take(std::string_view bytes) {
    bool resumed = std::exchange(paused_, false);
    if (escape_ready_) {
        escape_ready_ = resumed = false;
        apply_escape();
    }
    for (std::size_t at = 0; at < bytes.size();) {
        // After an overstrike the shorter text is looked at before it grows again.
        if (truncation_)
            return at;
        if (escape_.active()) {
            bool used = false;
            const bool go_on = escape_byte(bytes[at], used);
            at += used ? 1 : 0;
            if (!go_on)
                return at;
            continue;
        }
        if (resolve(bytes[at])) {
            ++at;
            continue;
        }
        // Row by row on the alternate screen: a row may hold pieces of what the row before showed.
        if (alternate_ && finished_ > 0 && finished_ == text_.size())
            return at;
        const std::size_t from = at;
        while (at < bytes.size() && is_text(bytes[at]))
            ++at;
        if (at > from) {
            run(bytes.substr(from, at - from));
            hold_blank();
        } else if (const std::size_t length = rendition_length(bytes.substr(at)); length > 0) {
            raw(bytes.substr(at, length));
            at += length;
        } else if (bytes[at] == '\x1b') {
            escape_.begin();
            ++at;
        } else if (special(bytes[at], resumed)) {
            ++at;
        } else {
            paused_ = true;
            return at;
        }
        resumed = false;
    }
    return bytes.size();
}

void Projection::flush_escape() {
    if (!escape_.active())
        return;
    const std::string text(escape_.text().substr(1));
    escape_.clear();
    escape_ready_ = false;
    raw("\x1b");
    for (const char c : text) {
        if (is_text(c)) {
            run({&c, 1});
            continue;
        }
        raw({&c, 1});
        if (c == '\n' || c == '\r')
            push_cut();
    }
}

void Projection::end_of_stream() {
    flush_escape();
    if (blank_ != no_byte)
        resolve_blank(false);
    if (cr_)
        resolve_cr(false);
}

bool Projection::switches_screen() const {
    const unsigned mode = escape_.parameter(0);
    return escape_.is_private() && std::find(std::begin(alternate_modes), std::end(alternate_modes),
                                             mode) != std::end(alternate_modes);
}

bool Projection::needs_pause() {
    if (escape_.kind() != EscapeParser::Kind::Csi)
        return false;
    const char final = escape_.final();
    if (final == 'h' || final == 'l')
        return switches_screen();
    return (final == 'H' || final == 'f') && alternate_ && doubled();
}

void Projection::apply_escape() {
    switch (escape_.kind()) {
    case EscapeParser::Kind::Csi:
        raw(escape_.text());
        apply_csi();
        break;
    case EscapeParser::Kind::String:
        mark_payload();
        break;
    case EscapeParser::Kind::Other:
        raw(escape_.text());
        // index, next line, reverse index, restore cursor, reset
        if (std::string_view("DEM8c").find(escape_.final()) != std::string_view::npos &&
            escape_.text().size() == 2)
            push_cut();
        break;
    }
    escape_.clear();
}

void Projection::apply_csi() {
    const char final = escape_.final();
    const unsigned first = escape_.parameter(0);
    if (final == 'C') {
        for (unsigned i = 0; i < std::min(std::max(first, 1U), max_blanks); ++i)
            gap(' ');
        return;
    }
    if (final == 'H' || final == 'f') {
        move_to(std::max(escape_.parameter(1), 1U) - 1);
        return;
    }
    if (final == 'h' || final == 'l') {
        if (switches_screen()) {
            push_cut();
            alternate_ = final == 'h';
        }
        return;
    }
    if (std::string_view("ABDEFGdJLMPSTX@`aeu").find(final) != std::string_view::npos) {
        push_cut();
        if (final == 'G' || final == '`')
            set_column(std::max(first, 1U) - 1);
    }
}

void Projection::move_to(unsigned column_number) {
    if (column_number == 0 && alternate_ && columns_ > 0) {
        if (doubled()) {
            pop();
            set_column(0);
            return;
        }
        if (row_is_full()) {
            set_column(0);
            return;
        }
    }
    push_cut();
    set_column(column_number);
}

void Projection::mark_payload() {
    const std::string_view payload = escape_.payload();
    const std::uint64_t from = raw_base_ + raw_.size() + 2;
    raw(escape_.text());
    for (const Span &span : scan_line_(payload))
        for (std::uint32_t i = span.s; i < span.e; ++i)
            mark_raw(from + i, span.rule);
}

void Projection::mark_raw(std::uint64_t at, std::uint16_t rule) {
    if (at < raw_base_ || at - raw_base_ >= raw_.size())
        return;
    std::uint16_t &mark = marks_[static_cast<std::size_t>(at - raw_base_)];
    const auto value = static_cast<std::uint16_t>(rule + 1);
    if (mark == 0 || value < mark)
        mark = value;
    marked_ = true;
}

void Projection::mark(const Span &span) {
    const auto end = std::min(span.e, static_cast<std::uint32_t>(text_.size()));
    for (std::uint32_t i = std::max(span.s, released_); i < end; ++i)
        if (map_[i] != no_byte)
            mark_raw(map_[i], span.rule);
    // Within the value only: an overstruck character before its first one was never held.
    for (const Orphan &orphan : orphans_)
        if (orphan.position > span.s && orphan.position < span.e)
            mark_raw(orphan.raw, span.rule);
}

void append_stars(base::Bytes &out, std::string_view bytes) {
    for (const char byte : bytes) {
        const auto c = static_cast<unsigned char>(byte);
        if (c < 0x20)
            out.push_back(c);
        else if ((c & 0xC0) != 0x80)
            out.insert(out.end(), is_wide(c) ? 2 : 1, '*');
    }
}

void Projection::release(std::uint32_t hold, base::Bytes &out, std::vector<MaskedSpan> *spans) {
    std::size_t upto = raw_.size();
    for (std::uint32_t i = hold; i < text_.size(); ++i)
        if (map_[i] != no_byte) {
            upto = map_[i] < raw_base_ ? 0 : static_cast<std::size_t>(map_[i] - raw_base_);
            break;
        }
    const std::string_view bytes(raw_);
    if (!marked_)
        base::append(out, base::as_bytes(bytes.substr(0, upto)));
    for (std::size_t at = 0; marked_ && at < upto;) {
        const std::uint16_t mark = marks_[at];
        std::size_t end = at;
        while (end < upto && marks_[end] == mark)
            ++end;
        if (mark == 0) {
            base::append(out, base::as_bytes(bytes.substr(at, end - at)));
        } else {
            append_stars(out, bytes.substr(at, end - at));
            const auto s = static_cast<std::size_t>(raw_base_) + at;
            const auto e = static_cast<std::size_t>(raw_base_) + end;
            const std::size_t rule = mark - 1U;
            if (spans != nullptr && !spans->empty() && spans->back().e == s &&
                spans->back().rule == rule)
                spans->back().e = e;
            else if (spans != nullptr)
                spans->push_back({s, e, rule});
        }
        at = end;
    }
    raw_.erase(0, upto);
    marks_.erase(marks_.begin(), marks_.begin() + static_cast<std::ptrdiff_t>(upto));
    raw_base_ += upto;
    marked_ = marked_ && !raw_.empty();
    released_ = std::max(released_, std::min(hold, static_cast<std::uint32_t>(text_.size())));
    const auto gone = [&](const Orphan &orphan) { return orphan.raw < raw_base_; };
    orphans_.erase(std::remove_if(orphans_.begin(), orphans_.end(), gone), orphans_.end());
}

void Projection::drop(std::uint32_t count) {
    column();
    column_from_ -= count;
    if (count == text_.size()) {
        text_.clear();
        map_.clear();
    } else {
        text_.erase(0, count);
        map_.erase(map_.begin(), map_.begin() + count);
    }
    for (Orphan &orphan : orphans_)
        orphan.position -= std::min(orphan.position, count);
    released_ -= std::min(released_, count);
    finished_ -= std::min(finished_, count);
    if (text_.empty() && map_.capacity() > 16 * 1024) {
        map_.shrink_to_fit();
        text_.shrink_to_fit();
    }
}

} // namespace sallyport::mask
