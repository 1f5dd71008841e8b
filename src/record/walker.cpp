// SPDX-License-Identifier: Apache-2.0
#include "codec.hpp"
#include "compress.hpp"

#include "sallyport/record/verify.hpp"

namespace sallyport::record {
namespace {

// The payload of the skippable frame at `at`; InvalidInput if there is none that is whole.
base::Result<base::BytesView> payload_at(base::BytesView file, std::uint64_t at) {
    const base::BytesView rest = file.subspan(static_cast<std::size_t>(at));
    Unpacker in(rest);
    const auto magic = in.number<std::uint32_t>();
    const auto length = in.number<std::uint32_t>();
    if (!in.ok() || magic != skippable_magic || length > rest.size() - record_header_bytes)
        return base::invalid("no whole record at byte " + std::to_string(at));
    return rest.subspan(record_header_bytes, length);
}

} // namespace

base::Result<Walker> Walker::open(base::BytesView file) {
    SALLYPORT_TRY(const base::BytesView payload, payload_at(file, 0));
    Walker walker;
    SALLYPORT_TRY(walker.head_, decode_head(payload));
    walker.file_ = file;
    walker.at_ = walker.frames_end_ = record_header_bytes + payload.size();
    return walker;
}

base::Result<std::optional<Frame>> Walker::next() {
    if (at_ == file_.size())
        return std::optional<Frame>{};
    if (foot_)
        return base::invalid("there are bytes after the foot");
    SALLYPORT_TRY(const base::BytesView payload, payload_at(file_, at_));
    const std::string_view tag =
        base::as_text(payload.first(std::min<std::size_t>(4, payload.size())));
    if (tag == "SPRL")
        return read_frame(payload, at_);
    if (tag != "SPRF")
        return base::invalid("an unknown record at byte " + std::to_string(at_));
    SALLYPORT_TRY(foot_, decode_foot(payload));
    at_ += record_header_bytes + payload.size();
    if (at_ != file_.size())
        return base::invalid("there are bytes after the foot");
    return std::optional<Frame>{};
}

base::Result<std::optional<Frame>> Walker::read_frame(base::BytesView payload,
                                                      std::uint64_t link_at) {
    SALLYPORT_TRY(const Link link, decode_link(payload));
    if (link.sequence != sequence_ + 1 || link.raw_offset != raw_)
        return base::invalid("frame " + std::to_string(sequence_ + 1) + " is missing");
    const std::uint64_t frame_at = link_at + record_header_bytes + link_bytes;
    if (link.frame_length > file_.size() - frame_at)
        return base::invalid("frame " + std::to_string(link.sequence) + " is cut");
    Frame frame{link, link_at,
                file_.subspan(static_cast<std::size_t>(frame_at), link.frame_length)};
    if (Unpacker(frame.bytes).number<std::uint32_t>() != frame_magic)
        return base::invalid("no zstd frame after link " + std::to_string(link.sequence));
    sequence_ = link.sequence;
    raw_ += link.raw_length;
    at_ = frames_end_ = frame_at + link.frame_length;
    return std::optional<Frame>{frame};
}

base::Result<std::string> decompress(const Frame &frame) {
    SALLYPORT_TRY(std::string raw, decompress(frame.bytes, frame.link.raw_length));
    if (raw.empty() || raw.back() != '\n')
        return base::invalid("frame " + std::to_string(frame.link.sequence) +
                             " does not end with a line");
    return raw;
}

} // namespace sallyport::record
