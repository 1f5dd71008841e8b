// SPDX-License-Identifier: Apache-2.0
#include "codec.hpp"

namespace sallyport::record {

base::Bytes encode_tail_head(const TailHead &head) {
    return Packer()
        .text("SPRT")
        .number(container_version)
        .number(std::uint16_t{0})
        .bytes(head.session)
        .number(head.number)
        .take();
}

base::Result<TailHead> decode_tail_head(base::BytesView bytes) {
    Unpacker in(bytes.first(std::min(bytes.size(), tail_head_bytes)));
    if (!in.tag("SPRT") || in.number<std::uint16_t>() != container_version ||
        in.number<std::uint16_t>() != 0)
        return base::invalid("not a tail of version 1");
    TailHead head;
    head.session = in.array<16>();
    head.number = in.number<std::uint64_t>();
    if (!in.at_end())
        return base::invalid("the head of a tail is cut");
    return head;
}

base::Bytes encode_tail_piece_head(std::uint32_t length, std::uint64_t raw_offset) {
    return Packer().text("SPRP").number(length).number(raw_offset).take();
}

base::Result<std::string> read_tail(base::BytesView file,
                                    const std::array<std::uint8_t, 16> &session,
                                    std::uint64_t raw_from) {
    SALLYPORT_TRY(const TailHead head, decode_tail_head(file));
    if (head.session != session)
        return base::invalid("the tail belongs to another session");
    std::string lines;
    for (std::size_t at = tail_head_bytes; at + tail_piece_head_bytes <= file.size();) {
        Unpacker in(file.subspan(at, tail_piece_head_bytes));
        if (!in.tag("SPRP"))
            break;
        const std::size_t length = in.number<std::uint32_t>();
        const auto offset = in.number<std::uint64_t>();
        at += tail_piece_head_bytes;
        const bool torn = length > file.size() - at;
        std::string_view piece = base::as_text(file.subspan(at, torn ? file.size() - at : length));
        at += piece.size();
        const std::uint64_t wanted = raw_from + lines.size();
        if (offset > wanted)
            break;
        if (wanted - offset >= piece.size())
            continue;
        piece.remove_prefix(static_cast<std::size_t>(wanted - offset));
        // A whole piece ends with its last line; a torn one is cut there.
        const std::size_t room = max_frame_raw_bytes - lines.size();
        const std::size_t end = piece.substr(0, room).rfind('\n');
        if (end == std::string_view::npos)
            break;
        lines += piece.substr(0, end + 1);
        if (end + 1 != piece.size())
            break;
    }
    return lines;
}

} // namespace sallyport::record
