// SPDX-License-Identifier: Apache-2.0
#include "sallyport/supervisor/seal_helper.hpp"

#include "sallyport/crypto/record_digest.hpp"
#include "sallyport/os/files.hpp"
#include "sallyport/record/verify.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

namespace sallyport::supervisor {
namespace {

constexpr int answer_descriptor = 3, frames_descriptor = 4;
// Sessions go first. Not the idle class: on a busy machine a record must still be sealed in time.
constexpr int niceness = 5;
constexpr std::size_t kept_bytes = 1024 * 1024; // of what was read already

// A file mapped for reading. Nobody else writes to it by now: the connection is gone.
class Mapped {
  public:
    static base::Result<Mapped> open(int fd) {
        // lseek and not fstat: the C library's fstat is newfstatat, a call with a path, which the
        // sandbox has not.
        const off_t size = ::lseek(fd, 0, SEEK_END);
        if (size < 0)
            return base::fail(base::ErrorCode::Unavailable,
                              std::string("lseek: ") + std::strerror(errno));
        Mapped mapped;
        mapped.size_ = static_cast<std::size_t>(size);
        if (mapped.size_ == 0)
            return mapped;
        void *at = ::mmap(nullptr, mapped.size_, PROT_READ, MAP_SHARED, fd, 0);
        if (at == MAP_FAILED)
            return base::fail(base::ErrorCode::Unavailable,
                              std::string("mmap: ") + std::strerror(errno));
        mapped.at_ = static_cast<const std::uint8_t *>(at);
        return mapped;
    }
    base::BytesView bytes() const { return {at_, size_}; }
    // Gives back the pages before `offset`, so that a long record costs no memory.
    void passed(std::uint64_t offset) {
        const std::size_t end = static_cast<std::size_t>(offset) / kept_bytes * kept_bytes;
        if (end <= given_back_)
            return;
        ::madvise(const_cast<std::uint8_t *>(at_ + given_back_), end - given_back_, MADV_DONTNEED);
        given_back_ = end;
    }

  private:
    const std::uint8_t *at_ = nullptr;
    std::size_t size_ = 0, given_back_ = 0;
};

base::Status complete(const std::vector<Mapped> &tails) {
    SALLYPORT_TRY(const Mapped file, Mapped::open(frames_descriptor));
    std::vector<base::BytesView> views;
    for (const Mapped &tail : tails)
        views.push_back(tail.bytes());
    const crypto::RecordDigest digest;
    SALLYPORT_TRY(const record::Recovery recovery, record::recover(file.bytes(), views, digest));
    if (!recovery.needed)
        return base::success();
    if (::ftruncate(frames_descriptor, static_cast<off_t>(recovery.keep)) != 0 ||
        ::lseek(frames_descriptor, 0, SEEK_END) < 0)
        return base::fail(base::ErrorCode::Unavailable,
                          std::string("record: ") + std::strerror(errno));
    SALLYPORT_CHECK(os::write_all(frames_descriptor, recovery.append));
    if (::fdatasync(frames_descriptor) != 0)
        return base::fail(base::ErrorCode::Unavailable,
                          std::string("record: ") + std::strerror(errno));
    return base::success();
}

base::Result<record::Seal> seal_of(const std::string &key_id) {
    SALLYPORT_TRY(Mapped file, Mapped::open(frames_descriptor));
    return record::make_seal(file.bytes(), key_id, crypto::RecordDigest(),
                             [&file](std::uint64_t offset) { file.passed(offset); });
}

} // namespace

base::Status run_seal_helper(const std::string &key_id,
                             const std::function<base::Status()> &enter_sandbox) {
    (void)::setpriority(PRIO_PROCESS, 0, niceness);
    SALLYPORT_CHECK(enter_sandbox());
    std::vector<Mapped> tails;
    for (std::size_t i = 0; i < seal_helper_max_tails; ++i) {
        auto tail = Mapped::open(seal_helper_first_tail + static_cast<int>(i));
        if (!tail.ok())
            break; // there is none with this number
        tails.push_back(std::move(*tail));
    }
    base::Result<record::Seal> seal = seal_of(key_id);
    if (!seal.ok()) { // a crash left it unfinished
        SALLYPORT_CHECK(complete(tails));
        seal = seal_of(key_id);
    }
    if (!seal.ok())
        return seal.error();
    return os::write_all(answer_descriptor, base::as_bytes(record::seal_line(*seal)));
}

} // namespace sallyport::supervisor
