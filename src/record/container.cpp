// SPDX-License-Identifier: Apache-2.0
#include "sallyport/record/container.hpp"

#include "codec.hpp"

namespace sallyport::record {
namespace {

constexpr std::string_view reason_names[] = {"ended",  "closed",   "killed",
                                             "failed", "shutdown", "crash"};
constexpr std::string_view chain_domain{"sallyport-record-v1\0", 20};

} // namespace

std::string_view end_reason_name(EndReason reason) {
    return reason_names[static_cast<std::size_t>(reason)];
}

base::Result<EndReason> parse_end_reason(std::string_view name) {
    for (std::size_t i = 0; i < std::size(reason_names); ++i)
        if (reason_names[i] == name)
            return static_cast<EndReason>(i);
    return base::invalid("no such end reason");
}

Hash Digest::sha256(std::initializer_list<base::BytesView> parts) const {
    const auto sum = hasher();
    for (const base::BytesView part : parts)
        sum->update(part);
    return sum->finish();
}

base::Bytes encode_head(const Head &head) {
    return skippable(head_payload(head));
}

base::Bytes encode_link(const Link &link) {
    return skippable(link_payload(link));
}

base::Bytes encode_foot(const Foot &foot) {
    Packer payload;
    payload.text("SPRF")
        .number(container_version)
        .number(static_cast<std::uint16_t>(foot.reason))
        .number(static_cast<std::uint32_t>(foot.exit))
        .number(foot.frames)
        .number(foot.raw_bytes)
        .number(foot.events)
        .bytes(foot.chain)
        .number(static_cast<std::uint32_t>(foot.markers.size()));
    std::uint32_t length = foot_fixed_bytes + 8;
    for (const FootMarker &marker : foot.markers) {
        payload.number(marker.sequence)
            .number(marker.us)
            .number(marker.file_offset)
            .number(static_cast<std::uint16_t>(marker.label.size()))
            .text(marker.label);
        length += static_cast<std::uint32_t>(22 + marker.label.size());
    }
    payload.number(length).text("SPRE");
    return skippable(payload.take());
}

base::Result<Head> decode_head(base::BytesView payload) {
    Unpacker in(payload);
    if (!in.tag("SPRH") || in.number<std::uint16_t>() != container_version ||
        in.number<std::uint16_t>() != 0)
        return base::invalid("not a record head of version 1");
    Head head;
    head.session = in.array<16>();
    const auto start = in.number<std::uint64_t>();
    head.config = in.array<32>();
    head.nonce = in.array<32>();
    if (!in.at_end() || start > max_time_us)
        return base::invalid("the record head is damaged");
    head.start = wall_time(start);
    return head;
}

base::Result<Link> decode_link(base::BytesView payload) {
    Unpacker in(payload);
    if (!in.tag("SPRL") || in.number<std::uint16_t>() != container_version)
        return base::invalid("not a link of version 1");
    Link link;
    link.flags = in.number<std::uint16_t>();
    link.sequence = in.number<std::uint64_t>();
    link.first_us = in.number<std::uint64_t>();
    link.last_us = in.number<std::uint64_t>();
    link.raw_offset = in.number<std::uint64_t>();
    link.raw_length = in.number<std::uint32_t>();
    link.frame_length = in.number<std::uint32_t>();
    link.events = in.number<std::uint32_t>();
    link.markers = in.number<std::uint32_t>();
    link.frame = in.array<32>();
    link.chain = in.array<32>();
    const auto zero = in.number<std::uint64_t>();
    if (!in.at_end() || zero != 0)
        return base::invalid("a link is damaged");
    if ((link.flags & ~(link_recovered | link_command | link_bulk)) != 0 ||
        link.first_us > link.last_us || link.last_us > max_time_us || link.raw_length == 0 ||
        link.raw_length > max_frame_raw_bytes || link.frame_length > max_frame_bytes ||
        link.markers > link.events)
        return base::invalid("a link has an impossible value");
    return link;
}

base::Result<Foot> decode_foot(base::BytesView payload) {
    Unpacker in(payload);
    if (!in.tag("SPRF") || in.number<std::uint16_t>() != container_version)
        return base::invalid("not a foot of version 1");
    Foot foot;
    const auto reason = in.number<std::uint16_t>();
    if (reason > static_cast<std::uint16_t>(EndReason::Crash))
        return base::invalid("the foot names an unknown reason");
    foot.reason = static_cast<EndReason>(reason);
    foot.exit = static_cast<std::int32_t>(in.number<std::uint32_t>());
    foot.frames = in.number<std::uint64_t>();
    foot.raw_bytes = in.number<std::uint64_t>();
    foot.events = in.number<std::uint64_t>();
    foot.chain = in.array<32>();
    const auto count = in.number<std::uint32_t>();
    if (!in.ok() || count > max_foot_markers)
        return base::invalid("the foot is damaged");
    for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
        FootMarker marker;
        marker.sequence = in.number<std::uint32_t>();
        marker.us = in.number<std::uint64_t>();
        marker.file_offset = in.number<std::uint64_t>();
        const auto length = in.number<std::uint16_t>();
        if (length > max_foot_label_bytes)
            return base::invalid("the foot has an over-long label");
        marker.label = base::to_text(in.view(length));
        foot.markers.push_back(std::move(marker));
    }
    if (in.number<std::uint32_t>() != payload.size() || !in.tag("SPRE") || !in.at_end())
        return base::invalid("the foot is damaged");
    return foot;
}

Hash chain_start(const Head &head, const Digest &digest) {
    const base::Bytes payload = head_payload(head);
    return digest.sha256({base::as_bytes(chain_domain), payload});
}

Hash chain_next(const Hash &previous, const Link &link, const Digest &digest) {
    const base::Bytes payload = link_payload(link);
    return digest.sha256({previous, base::BytesView(payload).first(linked_bytes)});
}

} // namespace sallyport::record
