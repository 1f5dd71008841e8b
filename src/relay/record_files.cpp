// SPDX-License-Identifier: Apache-2.0
#include "record_files.hpp"

#include "sallyport/wire/connection_edge.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace sallyport::relay {
namespace {

base::Error cannot_write() {
    return base::fail(base::ErrorCode::Unavailable, "the record cannot be written");
}

} // namespace

RecordFiles::RecordFiles(ipc::Edge &edge, model::SessionId session, base::UniqueFd frames,
                         base::UniqueFd tail)
    : edge_(edge), session_(std::move(session)), frames_(std::move(frames)),
      tail_(std::move(tail)) {}

base::Status RecordFiles::append_tail(base::BytesView bytes) {
    ssize_t written = -1;
    do
        written = ::write(tail_.get(), bytes.data(), bytes.size());
    while (written < 0 && errno == EINTR);
    if (written != static_cast<ssize_t>(bytes.size()))
        return cannot_write();
    return base::success();
}

base::Status RecordFiles::commit_frame(base::BytesView link, base::BytesView frame) {
    iovec parts[2] = {{const_cast<std::uint8_t *>(link.data()), link.size()},
                      {const_cast<std::uint8_t *>(frame.data()), frame.size()}};
    ssize_t written = -1;
    do
        written = ::writev(frames_.get(), parts, frame.empty() ? 1 : 2);
    while (written < 0 && errno == EINTR);
    if (written != static_cast<ssize_t>(link.size() + frame.size()))
        return cannot_write();
    return base::success();
}

void RecordFiles::want_tail(std::uint64_t number) {
    (void)edge_.send(wire::TailAsk{session_, number});
}

base::Status RecordFiles::sync() {
    if (::fdatasync(frames_.get()) != 0 || ::fdatasync(tail_.get()) != 0)
        return cannot_write();
    return base::success();
}

base::Result<Mapping> Mapping::open(const base::UniqueFd &descriptor, std::size_t limit) {
    constexpr int needed = F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
    const int seals = ::fcntl(descriptor.get(), F_GET_SEALS);
    if (seals < 0 || (seals & needed) != needed)
        return base::fail(base::ErrorCode::Denied, "the mask database is not sealed");
    struct stat status {};
    // The plain call: the C library's fstat is newfstatat, which takes paths and is filtered.
    if (::syscall(SYS_fstat, descriptor.get(), &status) != 0 || status.st_size <= 0)
        return base::invalid("the mask database is empty");
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size > limit)
        return base::fail(base::ErrorCode::TooLarge, "the mask database is too large");
    void *at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor.get(), 0);
    if (at == MAP_FAILED)
        return base::fail(base::ErrorCode::Unavailable, "the mask database cannot be mapped");
    return Mapping(at, size);
}
Mapping::Mapping(Mapping &&other) noexcept
    : at_(std::exchange(other.at_, nullptr)), size_(std::exchange(other.size_, 0)) {}
Mapping::~Mapping() {
    if (at_ != nullptr)
        ::munmap(at_, size_);
}

} // namespace sallyport::relay
