// SPDX-License-Identifier: Apache-2.0
#include "codec.hpp"

namespace sallyport::record {

base::BytesView Unpacker::view(std::size_t size) {
    if (!ok_ || size > bytes_.size() - at_) {
        ok_ = false;
        return {};
    }
    at_ += size;
    return bytes_.subspan(at_ - size, size);
}

base::Bytes skippable(base::BytesView payload) {
    return Packer()
        .number(skippable_magic)
        .number(static_cast<std::uint32_t>(payload.size()))
        .bytes(payload)
        .take();
}

base::Bytes head_payload(const Head &head) {
    return Packer()
        .text("SPRH")
        .number(container_version)
        .number(std::uint16_t{0})
        .bytes(head.session)
        .number(microseconds(head.start))
        .bytes(head.config)
        .bytes(head.nonce)
        .take();
}

base::Bytes link_payload(const Link &link) {
    return Packer()
        .text("SPRL")
        .number(container_version)
        .number(link.flags)
        .number(link.sequence)
        .number(link.first_us)
        .number(link.last_us)
        .number(link.raw_offset)
        .number(link.raw_length)
        .number(link.frame_length)
        .number(link.events)
        .number(link.markers)
        .bytes(link.frame)
        .bytes(link.chain)
        .number(std::uint64_t{0})
        .take();
}

} // namespace sallyport::record
