// SPDX-License-Identifier: Apache-2.0
#include "sallyport/signer/signature_log.hpp"

#include "sallyport/os/files.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sallyport::signer {
namespace {

base::Error failed(const std::string &what) {
    return base::fail(base::ErrorCode::Unavailable,
                      "signature log: " + what + ": " + std::strerror(errno));
}

bool ends_with_newline(int fd, off_t size) {
    char last = 0;
    return size == 0 || (::pread(fd, &last, 1, size - 1) == 1 && last == '\n');
}

} // namespace

std::string log_line(base::WallTime time, const LogEntry &entry) {
    return "{\"time\":\"" + base::rfc3339(time) + "\",\"what\":\"" + entry.what + "\",\"key\":\"" +
           entry.key + "\",\"id\":\"" + entry.id + "\",\"serial\":\"" +
           std::to_string(entry.serial) + "\",\"sha256\":\"" + entry.sha256 + "\"}\n";
}

base::Result<FileSignatureLog> FileSignatureLog::open(const std::string &path,
                                                      const base::Clock &clock) {
    base::UniqueFd file(
        ::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    struct stat state {};
    if (!file || ::fstat(file.get(), &state) != 0)
        return failed("`" + path + "`");
    if (S_ISREG(state.st_mode) && !ends_with_newline(file.get(), state.st_size)) {
        const auto ended = os::write_all(file.get(), base::as_bytes("\n"));
        if (!ended)
            return ended.error();
    }
    return FileSignatureLog(std::move(file), clock);
}

base::Status FileSignatureLog::append(const std::vector<LogEntry> &entries) {
    if (failed_)
        return base::fail(base::ErrorCode::Unavailable,
                          "signature log: a write failed before; the signer must be restarted");
    std::string lines;
    const base::WallTime now = clock_->now();
    for (const LogEntry &entry : entries)
        lines += log_line(now, entry);
    failed_ = true;
    SALLYPORT_CHECK(os::write_all(file_.get(), base::as_bytes(lines)));
    if (::fdatasync(file_.get()) != 0)
        return failed("fdatasync");
    failed_ = false;
    return base::success();
}

} // namespace sallyport::signer
