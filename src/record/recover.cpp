// SPDX-License-Identifier: Apache-2.0
#include "codec.hpp"
#include "compress.hpp"
#include "tally.hpp"

#include <algorithm>

namespace sallyport::record {
namespace {

// What is kept of a container, and the state in which it ends.
struct Kept {
    std::uint64_t sequence = 0;
    std::uint64_t raw = 0;
    std::uint64_t events = 0;
    std::uint64_t last_us = 0;
    std::uint64_t end = 0;
    Hash chain{};
    std::vector<FootMarker> markers;

    void add_markers(const Tally &lines, std::uint64_t file_offset) {
        for (const CastEvent &mark : lines.marks)
            if (markers.size() < max_foot_markers)
                markers.push_back(foot_marker(mark, sequence, file_offset));
    }
};

// True if the frame is whole and right; then it is counted.
bool keep_frame(Kept &kept, const Frame &frame, const Digest &digest) {
    const Link &link = frame.link;
    const Hash chain = chain_next(kept.chain, link, digest);
    if (digest.sha256({frame.bytes}) != link.frame || chain != link.chain)
        return false;
    const auto raw = decompress(frame);
    if (!raw.ok())
        return false;
    const auto lines = tally(raw.value(), link.raw_offset == 0);
    if (!lines.ok() || !agrees(lines.value(), link, kept.last_us))
        return false;
    kept.sequence = link.sequence;
    kept.raw += link.raw_length;
    kept.events += link.events;
    kept.last_us = std::max(kept.last_us, lines.value().last_us);
    kept.chain = chain;
    kept.end = frame.file_offset + record_header_bytes + link_bytes + link.frame_length;
    kept.add_markers(lines.value(), frame.file_offset);
    return true;
}

// A foot that counts something else is damaged, as one that is cut is.
bool speaks_of(const Foot &foot, const Kept &kept) {
    return foot.frames == kept.sequence && foot.raw_bytes == kept.raw &&
           foot.events == kept.events && foot.chain == kept.chain && foot.markers == kept.markers;
}

// The part of `lines` before the first line that is no event.
std::string_view good_lines(std::string_view lines, bool first) {
    std::size_t at = 0;
    while (at < lines.size()) {
        const std::size_t end = lines.find('\n', at);
        if (end == std::string_view::npos)
            break;
        const std::string_view line = lines.substr(at, end - at);
        const bool header = first && at == 0;
        if (header ? line.empty() || line.front() != '{' || line.back() != '}'
                   : !parse_event_line(line).ok())
            break;
        at = end + 1;
    }
    return lines.substr(0, at);
}

base::Status append_frame(Recovery &recovery, Kept &kept, std::string_view raw,
                          const Digest &digest) {
    SALLYPORT_TRY(const Tally lines, tally(raw, kept.raw == 0));
    SALLYPORT_TRY(const base::Bytes frame, compress(raw));
    Link link;
    link.flags = link_recovered;
    link.sequence = kept.sequence + 1;
    link.first_us = lines.events > 0 ? lines.first_us : kept.last_us;
    link.last_us = lines.events > 0 ? lines.last_us : kept.last_us;
    link.raw_offset = kept.raw;
    link.raw_length = static_cast<std::uint32_t>(raw.size());
    link.frame_length = static_cast<std::uint32_t>(frame.size());
    link.events = lines.events;
    link.markers = lines.markers;
    link.frame = digest.sha256({frame});
    link.chain = chain_next(kept.chain, link, digest);
    base::append(recovery.append, encode_link(link));
    base::append(recovery.append, frame);
    kept.sequence = link.sequence;
    kept.chain = link.chain;
    kept.raw += raw.size();
    kept.events += lines.events;
    kept.last_us = std::max(kept.last_us, lines.last_us);
    kept.add_markers(lines, kept.end);
    kept.end = recovery.keep + recovery.append.size();
    recovery.recovered_events += lines.events;
    return base::success();
}

base::Status append_tail(Recovery &recovery, Kept &kept, base::BytesView tail, const Head &head,
                         const Digest &digest) {
    for (;;) {
        const auto lines = read_tail(tail, head.session, kept.raw);
        if (!lines.ok()) // a tail that never got its head holds nothing
            return base::success();
        const std::string_view good = good_lines(lines.value(), kept.raw == 0);
        const auto counted = tally(good, kept.raw == 0);
        if (good.empty() || !counted.ok() ||
            (counted.value().events > 0 && counted.value().first_us < kept.last_us))
            return base::success();
        SALLYPORT_CHECK(append_frame(recovery, kept, good, digest));
    }
}

} // namespace

FootMarker foot_marker(const CastEvent &mark, std::uint64_t sequence, std::uint64_t file_offset) {
    std::size_t length = std::min(mark.data.size(), max_foot_label_bytes);
    while (length > 0 && length < mark.data.size() &&
           (static_cast<unsigned char>(mark.data[length]) & 0xC0) == 0x80)
        --length;
    return {static_cast<std::uint32_t>(sequence), static_cast<std::uint64_t>(mark.time.count()),
            file_offset, mark.data.substr(0, length)};
}

base::Result<Recovery> recover(base::BytesView file, const std::vector<base::BytesView> &tails,
                               const Digest &digest) {
    SALLYPORT_TRY(Walker walker, Walker::open(file));
    Kept kept;
    kept.chain = chain_start(walker.head(), digest);
    kept.end = walker.offset();
    for (;;) {
        const auto frame = walker.next();
        if (!frame.ok() || !frame.value() || !keep_frame(kept, *frame.value(), digest))
            break;
    }
    Recovery recovery;
    if (walker.foot() && walker.frames_end() == kept.end && speaks_of(*walker.foot(), kept)) {
        recovery.keep = walker.offset();
        recovery.needed = recovery.keep != file.size();
        return recovery;
    }
    recovery.needed = true;
    recovery.keep = kept.end;
    for (const base::BytesView tail : tails)
        SALLYPORT_CHECK(append_tail(recovery, kept, tail, walker.head(), digest));
    Foot foot;
    foot.reason = EndReason::Crash;
    foot.frames = kept.sequence;
    foot.raw_bytes = kept.raw;
    foot.events = kept.events;
    foot.chain = kept.chain;
    foot.markers = std::move(kept.markers);
    base::append(recovery.append, encode_foot(foot));
    return recovery;
}

} // namespace sallyport::record
