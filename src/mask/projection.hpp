// SPDX-License-Identifier: Apache-2.0
// Projection turns terminal bytes into the text that a person reads (escape sequences left out,
// overstrikes applied, wrapped rows joined) and remembers for each character which byte it came
// from. It owns the bytes that are not yet released, and releases them with stars.
#pragma once
#include "escape.hpp"
#include "scanner.hpp"

#include "sallyport/mask/stream.hpp"

#include <functional>

namespace sallyport::mask {

// Appends `bytes` as stars, one a cell; control characters stay.
void append_stars(base::Bytes &out, std::string_view bytes);
// Up to where `bytes` are text in plain lines. A CR before LF is plain, a lone one only if
// `lone_cr`.
std::size_t plain_prefix(std::string_view bytes, bool lone_cr);

class Projection {
  public:
    // Scans the payload of an OSC string as a line of its own.
    using ScanLine = std::function<std::vector<Span>(std::string_view)>;
    Projection(unsigned columns, ScanLine scan_line);

    // Takes bytes until their end or until the text must be scanned first. Returns how many were
    // used. After a pause (paused()) call it again, even with no bytes left.
    std::size_t take(std::string_view bytes);
    bool paused() const { return paused_; }
    // No sequence is waited for any longer: what was read of it becomes text.
    void flush_escape();
    void end_of_stream();

    const std::string &text() const { return text_; }
    // Everything before this position is finished: a cut stands there.
    std::uint32_t finished() const { return finished_; }
    // Set when the text became shorter since the last call: its shortest size in between.
    std::optional<std::uint32_t> take_truncation();
    bool alternate() const { return alternate_; }
    bool empty() const {
        return text_.empty() && raw_.empty() && !escape_.active() && !cr_ && blank_ == no_byte;
    }
    bool holds() const { return !raw_.empty() || escape_.active(); }
    void set_columns(unsigned columns) { columns_ = columns; }

    void mark(const Span &span);
    // Gives out all bytes before the character `hold`.
    void release(std::uint32_t hold, base::Bytes &out, std::vector<MaskedSpan> *spans);
    void drop(std::uint32_t count);
    // Offset in the whole input of the next byte that is taken; skip() for bytes that bypass it.
    std::uint64_t offset() const { return raw_base_ + raw_.size() + escape_.text().size(); }
    void skip(std::size_t bytes) { raw_base_ += bytes; }

  private:
    static constexpr std::uint64_t no_byte = ~0ULL;
    struct Orphan { // a byte whose character was overstruck at `position`
        std::uint32_t position = 0;
        std::uint64_t raw = 0;
    };

    bool special(char byte, bool resumed);
    bool resolve(char byte);
    void hold_blank();
    bool resolve_blank(bool carriage_return);
    void run(std::string_view bytes);
    void raw(std::string_view bytes);
    void gap(char c);
    void push_cut();
    bool resolve_cr(bool line_feed);
    void pop();
    unsigned column();
    void shorten();
    bool doubled();
    bool row_is_full();
    bool escape_byte(char byte, bool &used);
    bool needs_pause();
    bool switches_screen() const;
    void apply_escape();
    void apply_csi();
    void move_to(unsigned column_number);
    void mark_payload();
    void set_column(unsigned column_number);
    void mark_raw(std::uint64_t at, std::uint16_t rule);

    unsigned columns_;
    ScanLine scan_line_;
    EscapeParser escape_;
    bool escape_ready_ = false; // complete, waits for the scan before it
    bool alternate_ = false;
    bool paused_ = false;
    std::uint64_t blank_ = no_byte; // in the last column: a wrap if a CR follows
    bool cr_ = false;               // alternate screen: a CR whose next byte decides
    std::string text_;
    std::vector<std::uint64_t> map_; // text position -> offset in the whole input
    std::vector<Orphan> orphans_;
    std::string raw_;                  // not yet released
    std::vector<std::uint16_t> marks_; // rule + 1 for each byte of raw_
    bool marked_ = false;              // any of them
    std::uint64_t raw_base_ = 0;
    std::uint32_t released_ = 0; // text positions whose bytes are out
    std::uint32_t finished_ = 0;
    std::optional<std::uint32_t> truncation_;
    unsigned column_base_ = 0; // the column of text_[column_from_]
    std::uint32_t column_from_ = 0;
};

} // namespace sallyport::mask
