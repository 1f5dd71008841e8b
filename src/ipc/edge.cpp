// SPDX-License-Identifier: Apache-2.0
#include "sallyport/ipc/edge.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>

#include <poll.h>
#include <sys/socket.h>

namespace sallyport::ipc {
namespace {

constexpr std::size_t header_bytes = 6;
constexpr std::uint16_t type_mask = 0x1fff;
constexpr int descriptor_shift = 13;
constexpr std::size_t read_chunk = 65536;

base::Error gone() {
    return base::fail(base::ErrorCode::Unavailable, "the other side of the edge is gone");
}

ssize_t send_piece(int socket, base::BytesView bytes,
                   const std::vector<base::UniqueFd> &descriptors) {
    iovec piece{const_cast<std::uint8_t *>(bytes.data()),
                bytes.size()}; // NOLINT: sendmsg does not write
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * base::max_edge_descriptors)>
        control{};
    if (!descriptors.empty()) {
        const std::size_t size = sizeof(int) * descriptors.size();
        message.msg_control = control.data();
        message.msg_controllen = CMSG_SPACE(size);
        cmsghdr *header = CMSG_FIRSTHDR(&message);
        assert(header != nullptr);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(size);
        std::array<int, base::max_edge_descriptors> numbers{};
        std::transform(descriptors.begin(), descriptors.end(), numbers.begin(),
                       [](const base::UniqueFd &fd) { return fd.get(); });
        std::memcpy(CMSG_DATA(header), numbers.data(), size);
    }
    return ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void collect_descriptors(msghdr &message, std::deque<base::UniqueFd> &arrived) {
    for (cmsghdr *header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(header) + i * sizeof(int), sizeof fd);
            arrived.emplace_back(fd);
        }
    }
}

} // namespace

Edge::Edge(base::UniqueFd socket, std::size_t max_frame)
    : socket_(std::move(socket)), max_frame_(max_frame) {}

base::Status Edge::send_frame(std::uint16_t type, base::BytesView body,
                              std::vector<base::UniqueFd> descriptors) {
    assert(type <= type_mask && descriptors.size() <= base::max_edge_descriptors);
    if (queued_bytes_ + body.size() > max_queued_bytes)
        return base::fail(base::ErrorCode::TooLarge, "the other side of the edge does not read");
    const auto tag = static_cast<std::uint16_t>(type | descriptors.size() << descriptor_shift);
    wire::Writer writer;
    writer.uint32(static_cast<std::uint32_t>(body.size()));
    writer.byte(static_cast<std::uint8_t>(tag >> 8)).byte(static_cast<std::uint8_t>(tag)).raw(body);
    queue_.push_back({std::move(writer).bytes(), 0, std::move(descriptors)});
    queued_bytes_ += queue_.back().bytes.size();
    return flush();
}

base::Status Edge::flush() {
    while (!queue_.empty()) {
        Outgoing &next = queue_.front();
        const ssize_t sent = send_piece(
            socket_.get(), base::BytesView(next.bytes).subspan(next.sent), next.descriptors);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return base::success();
        if (sent <= 0)
            return gone();
        next.descriptors.clear();
        next.sent += static_cast<std::size_t>(sent);
        queued_bytes_ -= static_cast<std::size_t>(sent);
        if (next.sent == next.bytes.size())
            queue_.pop_front();
    }
    return base::success();
}

base::Status Edge::read_some(bool &closed, bool &more) {
    std::array<std::uint8_t, read_chunk> buffer; // NOLINT: filled by recvmsg
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * 2 * base::max_edge_descriptors)>
        control{};
    iovec piece{buffer.data(), buffer.size()};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t got = ::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    more = got > 0 || (got < 0 && errno == EINTR);
    closed = got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK);
    collect_descriptors(message, arrived_);
    if ((message.msg_flags & MSG_CTRUNC) != 0 || arrived_.size() > 2 * base::max_edge_descriptors)
        return base::fail(base::ErrorCode::TooLarge, "edge carries more descriptors than it may");
    if (got > 0)
        base::append(input_, base::BytesView(buffer).first(static_cast<std::size_t>(got)));
    return base::success();
}

base::Status Edge::take_frames(std::vector<Frame> &frames) {
    std::size_t at = 0;
    base::Status result = base::success();
    while (input_.size() - at >= header_bytes) {
        wire::Reader reader(base::BytesView(input_).subspan(at));
        const std::uint32_t size = reader.uint32();
        const unsigned tag = static_cast<unsigned>(reader.byte()) << 8 | reader.byte();
        const std::size_t descriptors = tag >> descriptor_shift;
        if (size > max_frame_ || descriptors > base::max_edge_descriptors) {
            result = base::fail(base::ErrorCode::TooLarge,
                                "edge frame of " + std::to_string(size) + " bytes");
            break;
        }
        if (reader.left() < size)
            break;
        if (descriptors > arrived_.size()) {
            result = base::invalid("edge frame names descriptors that did not come");
            break;
        }
        Frame frame{
            static_cast<std::uint16_t>(tag & type_mask), base::to_bytes(reader.take(size)), {}};
        std::move(arrived_.begin(), arrived_.begin() + static_cast<std::ptrdiff_t>(descriptors),
                  std::back_inserter(frame.descriptors));
        arrived_.erase(arrived_.begin(),
                       arrived_.begin() + static_cast<std::ptrdiff_t>(descriptors));
        frames.push_back(std::move(frame));
        at += header_bytes + size;
    }
    input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(at));
    return result;
}

base::Result<std::vector<Frame>> Edge::receive() {
    std::vector<Frame> frames = std::exchange(waiting_, {});
    if (broken_ && frames.empty())
        return *broken_;
    bool closed = false;
    for (bool more = true; more && !closed && !broken_;) {
        base::Status status = read_some(closed, more);
        if (status.ok())
            status = take_frames(frames);
        if (!status.ok())
            broken_ = status.error();
    }
    if (closed && !broken_)
        broken_ = gone();
    if (frames.empty() && broken_)
        return *broken_;
    return frames;
}

base::Result<Frame> Edge::await(std::uint16_t type, std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    std::vector<Frame> kept;
    for (;;) {
        auto frames = receive();
        if (!frames.ok()) {
            waiting_ = std::move(kept);
            return frames.error();
        }
        std::optional<Frame> found;
        for (Frame &frame : *frames) {
            if (!found && frame.type == type)
                found = std::move(frame);
            else
                kept.push_back(std::move(frame));
        }
        if (found) {
            waiting_ = std::move(kept);
            return std::move(*found);
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) {
            waiting_ = std::move(kept);
            return base::fail(base::ErrorCode::Unavailable,
                              "the other side of the edge did not answer in time");
        }
        pollfd wait{socket_.get(), static_cast<short>(wants_write() ? POLLIN | POLLOUT : POLLIN),
                    0};
        constexpr std::chrono::milliseconds longest_wait{60000}; // poll takes an int
        ::poll(&wait, 1, static_cast<int>(std::min(left, longest_wait).count()));
        if (wants_write()) [[maybe_unused]]
            const auto flushed = flush(); // a dead peer shows in the next receive()
    }
}

} // namespace sallyport::ipc
