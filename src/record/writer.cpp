// SPDX-License-Identifier: Apache-2.0
#include "sallyport/record/writer.hpp"

#include "codec.hpp"
#include "compress.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/base/json_text.hpp"

#include <algorithm>

namespace sallyport::record {
namespace {

// A frame may hold max_frame_raw_bytes; half of it always has room for one more line.
constexpr std::size_t segment_bytes = max_frame_raw_bytes - max_line_bytes;

// The longest start of `text` that is at most `limit` bytes and ends between characters.
std::string_view whole_characters(std::string_view text, std::size_t limit) {
    if (text.size() <= limit)
        return text;
    std::size_t end = limit;
    while (end > limit - 4 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    return text.substr(0, end > limit - 4 ? end : limit);
}

// Where a character begins that the end of `text` cuts; text.size() if none does.
std::size_t cut_from(std::string_view text) {
    for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
        const std::size_t at = text.size() - back;
        if ((static_cast<unsigned char>(text[at]) & 0xC0) == 0x80)
            continue;
        bool cut = false;
        base::utf8_length(text, at, cut);
        return cut ? at : text.size();
    }
    return text.size();
}

constexpr std::string_view exact_codes[] = {"b0", "b1", "b2"};

} // namespace

Writer::Writer(const Head &head, Sink &sink, const Digest &digest)
    : sink_(sink), digest_(digest), compressor_(std::make_unique<Compressor>()), head_(head),
      chain_(chain_start(head, digest)), file_offset_(record_header_bytes + head_bytes) {}

Writer::~Writer() = default;

base::Status Writer::begin(const CastHeader &header) {
    pending_ = header_line(header);
    segments_.back().end = pending_.size();
    SALLYPORT_CHECK(check(sink_.append_tail(encode_tail_head({head_.session, tail_number_}))));
    tail_written_ = tail_head_bytes;
    return write_tail();
}

void Writer::line(std::string_view code, std::string_view data, Offset now) {
    last_ = std::max(last_, now);
    if (pending_.size() - (segments_.size() > 1 ? segments_[segments_.size() - 2].end : 0) >
        segment_bytes)
        segments_.push_back({});
    append_event_line(pending_, last_, code, data);
    Segment &segment = segments_.back();
    segment.end = pending_.size();
    if (segment.events == 0)
        segment.first = last_;
    segment.last = last_;
    ++segment.events;
    ++events_;
    unshadowed_ = false;
}

void Writer::text_piece(std::string_view bytes, Stream stream, Offset now) {
    // A shadow is known by the line before it, so plain output after bare bytes gets its own.
    if (stream != Stream::Stdout || unshadowed_ || !base::is_utf8(bytes))
        line(exact_codes[static_cast<std::size_t>(stream)], base::base64(base::as_bytes(bytes)),
             now);
    line("o", bytes, now);
}

void Writer::text(base::BytesView bytes, Stream stream, Offset now) {
    std::string &cut = cuts_[static_cast<std::size_t>(stream)];
    std::string joined;
    std::string_view rest = base::as_text(bytes);
    if (!cut.empty()) {
        joined = std::exchange(cut, {}) + std::string(rest);
        rest = joined;
    }
    const std::size_t end = cut_from(rest);
    cut = rest.substr(end);
    rest = rest.substr(0, end);
    while (!rest.empty()) {
        const std::string_view piece = whole_characters(rest, max_event_bytes);
        text_piece(piece, stream, now);
        rest.remove_prefix(piece.size());
    }
}

void Writer::output(base::BytesView bytes, Offset now) {
    text(bytes, Stream::Stdout, now);
}

void Writer::error_output(base::BytesView bytes, Offset now) {
    text(bytes, Stream::Stderr, now);
}

void Writer::end_cut(Stream stream, Offset now) {
    std::string &cut = cuts_[static_cast<std::size_t>(stream)];
    if (!cut.empty())
        text_piece(std::exchange(cut, {}), stream, now);
}

void Writer::exact(Stream stream, base::BytesView bytes, Offset now) {
    end_cut(stream, now);
    for (std::size_t at = 0; at < bytes.size(); at += max_event_bytes) {
        line(exact_codes[static_cast<std::size_t>(stream)],
             base::base64(bytes.subspan(at, std::min(max_event_bytes, bytes.size() - at))), now);
        unshadowed_ = stream != Stream::Stdin;
    }
}

void Writer::resize(unsigned width, unsigned height, Offset now) {
    line("r", std::to_string(width) + "x" + std::to_string(height), now);
}

void Writer::marker(std::string_view label, Offset now) {
    label = whole_characters(label, max_label_bytes);
    line("m", label, now);
    ++segments_.back().markers;
    if (markers_.size() < max_foot_markers)
        markers_.push_back({0, static_cast<std::uint64_t>(last_.count()), 0,
                            std::string(whole_characters(label, max_foot_label_bytes))});
}

void Writer::event(std::string_view json, Offset now) {
    line("e", whole_characters(json, max_label_bytes), now);
}

base::Status Writer::check(base::Status status) {
    if (!status.ok() && !failed_)
        failed_ = status.error();
    if (failed_)
        return *failed_;
    return status;
}

base::Status Writer::write_tail() {
    const std::size_t length = pending_.size() - in_tail_;
    base::Bytes piece =
        encode_tail_piece_head(static_cast<std::uint32_t>(length), raw_committed_ + in_tail_);
    base::append(piece, base::as_bytes(pending_).subspan(in_tail_));
    SALLYPORT_CHECK(check(sink_.append_tail(piece)));
    in_tail_ = pending_.size();
    tail_written_ += piece.size();
    return base::success();
}

base::Status Writer::flush(Offset now) {
    SALLYPORT_CHECK(check(base::success()));
    if (wants_frame())
        return commit(0);
    if (unwritten() > 0)
        SALLYPORT_CHECK(write_tail());
    return tick(now);
}

bool Writer::wants_frame() const {
    return unwritten() >= bulk_bytes || pending_.size() >= frame_bytes ||
           (unwritten() > 0 && tail_is_full());
}

base::Status Commit::frame(const Segment &segment, std::size_t from, std::uint16_t flags) {
    const std::string_view raw = std::string_view(raw_).substr(from, segment.end - from);
    SALLYPORT_TRY(const base::BytesView bytes, compressor_->compress(raw));
    Link link;
    link.flags = static_cast<std::uint16_t>(flags | (segment.end > in_tail_ ? link_bulk : 0));
    link.sequence = head_.sequence + 1;
    link.first_us = static_cast<std::uint64_t>(segment.first.count());
    link.last_us = static_cast<std::uint64_t>(segment.last.count());
    link.raw_offset = raw_offset_ + from;
    link.raw_length = static_cast<std::uint32_t>(raw.size());
    link.frame_length = static_cast<std::uint32_t>(bytes.size());
    link.events = segment.events;
    link.markers = segment.markers;
    link.frame = digest_->sha256({bytes});
    link.chain = chain_next(head_.chain, link, *digest_);
    const base::Bytes link_record = encode_link(link);
    SALLYPORT_CHECK(sink_->commit_frame(link_record, bytes));
    head_ = {link.sequence, link.chain};
    placed_.insert(placed_.end(), segment.markers, {link.sequence, file_offset_});
    file_offset_ += link_record.size() + bytes.size();
    return base::success();
}

void Commit::run() {
    std::size_t from = 0;
    for (std::size_t i = 0; i < segments_.size() && status_.ok(); ++i) {
        const bool last = i + 1 == segments_.size();
        status_ = frame(segments_[i], from,
                        static_cast<std::uint16_t>(last ? flags_ : flags_ & ~link_command));
        from = segments_[i].end;
    }
}

Commit Writer::begin_commit(std::uint16_t flags) {
    Commit commit;
    commit.sink_ = &sink_;
    commit.digest_ = &digest_;
    commit.compressor_ = compressor_.get();
    commit.raw_ = std::exchange(pending_, std::exchange(spare_, {}));
    commit.segments_ = std::exchange(segments_, std::vector<Segment>(1));
    segments_.back().first = segments_.back().last = last_;
    commit.in_tail_ = std::exchange(in_tail_, 0);
    commit.flags_ = flags;
    commit.raw_offset_ = raw_committed_;
    commit.head_ = {sequence_, chain_};
    commit.file_offset_ = file_offset_;
    raw_committed_ += commit.raw_.size();
    warm_ = true;
    return commit;
}

Commit Writer::start() {
    return begin_commit(0);
}

base::Status Writer::end(Commit done) {
    SALLYPORT_CHECK(check(std::move(done.status_)));
    sequence_ = done.head_.sequence;
    chain_ = done.head_.chain;
    file_offset_ = done.file_offset_;
    for (const auto &[sequence, offset] : done.placed_) {
        if (markers_placed_ == markers_.size())
            break;
        FootMarker &marker = markers_[markers_placed_++];
        marker.sequence = static_cast<std::uint32_t>(sequence);
        marker.file_offset = offset;
    }
    // Little output: the next frame may be long in coming.
    warm_ = done.in_tail_ < done.raw_.size();
    if (!warm_)
        compressor_->release();
    else if (done.raw_.capacity() <= 2 * frame_bytes)
        spare_ = std::move(done.raw_);
    spare_.clear();
    if (tail_written_ >= tail_bytes && !tail_asked_) {
        tail_asked_ = true;
        sink_.want_tail(tail_number_ + 1);
    }
    return check(base::success());
}

base::Status Writer::commit(std::uint16_t flags) {
    SALLYPORT_CHECK(check(base::success()));
    if (pending_.empty())
        return base::success();
    Commit now = begin_commit(flags);
    now.run();
    return end(std::move(now));
}

base::Status Writer::boundary(Offset now) {
    last_ = std::max(last_, now);
    return commit(link_command);
}

base::Status Writer::tick(Offset now) {
    const auto due = deadline();
    if (!due || now < *due)
        return check(base::success());
    const base::Status status = commit(0);
    rest();
    return status;
}

// Nothing flows: an idle session costs little.
void Writer::rest() {
    compressor_->release();
    warm_ = false;
    spare_ = {};
    if (pending_.empty())
        pending_ = {};
}

std::optional<Offset> Writer::deadline() const {
    if (failed_ || (pending_.empty() && !warm_))
        return std::nullopt;
    return last_ + frame_idle;
}

base::Status Writer::tail_ready(std::uint64_t number, Offset now) {
    last_ = std::max(last_, now);
    SALLYPORT_CHECK(check(base::success()));
    if (!tail_asked_ || number != tail_number_ + 1)
        return check(base::fail(base::ErrorCode::Internal, "a tail came that nobody asked for"));
    // What is pending may lie in the old tail; in a frame it needs neither.
    SALLYPORT_CHECK(commit(0));
    SALLYPORT_CHECK(check(sink_.append_tail(encode_tail_head({head_.session, number}))));
    tail_number_ = number;
    tail_written_ = tail_head_bytes;
    tail_asked_ = false;
    return base::success();
}

base::Status Writer::finish(EndReason reason, std::int32_t exit, Offset now) {
    end_cut(Stream::Stdout, now);
    end_cut(Stream::Stderr, now);
    if (exit >= 0)
        line("x", std::to_string(exit), now);
    SALLYPORT_CHECK(commit(link_command));
    Foot foot;
    foot.reason = reason;
    foot.exit = exit;
    foot.frames = sequence_;
    foot.raw_bytes = raw_committed_;
    foot.events = events_;
    foot.chain = chain_;
    foot.markers = std::move(markers_);
    SALLYPORT_CHECK(check(sink_.commit_frame(encode_foot(foot), {})));
    failed_ = base::fail(base::ErrorCode::Conflict, "the record is finished");
    return base::success();
}

} // namespace sallyport::record
