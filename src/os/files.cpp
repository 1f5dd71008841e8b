// SPDX-License-Identifier: Apache-2.0
#include "sallyport/os/files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sallyport::os {
namespace {

base::Error failed(const std::string &path) {
    const base::ErrorCode code = errno == ENOENT                     ? base::ErrorCode::NotFound
                                 : errno == EACCES || errno == EPERM ? base::ErrorCode::Denied
                                                                     : base::ErrorCode::Unavailable;
    return base::fail(code, "`" + path + "`: " + std::strerror(errno));
}

base::Result<std::string> read_opened(int fd, const std::string &path, std::size_t limit) {
    std::string content;
    char buffer[65536];
    for (;;) {
        const ssize_t got = ::read(fd, buffer, sizeof buffer);
        if (got == 0)
            return content;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failed(path);
        content.append(buffer, static_cast<std::size_t>(got));
        if (content.size() > limit)
            return base::fail(base::ErrorCode::TooLarge,
                              "`" + path + "` is larger than " + std::to_string(limit) + " bytes");
    }
}

std::string directory_of(const std::string &path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

} // namespace

base::Result<std::string> read_text(const std::string &path, std::size_t limit) {
    const base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    return fd ? read_opened(fd.get(), path, limit) : base::Result<std::string>(failed(path));
}

base::Result<std::string> read_private(const std::string &path, std::size_t limit) {
    const base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat state {};
    if (!fd || ::fstat(fd.get(), &state) != 0)
        return failed(path);
    if ((state.st_mode & 077) != 0)
        return base::fail(base::ErrorCode::Denied,
                          "`" + path + "` can be read by others, expected mode 0600");
    return read_opened(fd.get(), path, limit);
}

base::Status write_all(int fd, base::BytesView bytes) {
    while (!bytes.empty()) {
        const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return base::fail(base::ErrorCode::Unavailable,
                              std::string("write: ") + std::strerror(errno));
        bytes = bytes.subspan(static_cast<std::size_t>(wrote));
    }
    return base::success();
}

base::Status write_atomically(const std::string &path, std::string_view content, unsigned mode) {
    const std::string beside = path + ".new";
    base::UniqueFd fd(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
    if (!fd)
        return failed(beside);
    const auto written = write_all(fd.get(), base::as_bytes(content));
    if (!written.ok())
        return base::within("`" + beside + "`", written.error());
    if (::fchmod(fd.get(), mode) != 0 || ::fsync(fd.get()) != 0 ||
        ::rename(beside.c_str(), path.c_str()) != 0)
        return failed(path);
    const base::UniqueFd directory(
        ::open(directory_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return directory && ::fsync(directory.get()) == 0 ? base::success()
                                                      : base::Status(failed(path));
}

base::Status make_directories(const std::string &path, unsigned mode) {
    for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
        const bool last = slash == std::string::npos;
        const std::string part = path.substr(0, slash);
        if (::mkdir(part.c_str(), last ? mode : 0755) != 0 && errno != EEXIST)
            return failed(part);
        if (last)
            return base::success();
    }
}

base::Result<std::vector<std::string>> list_directory(const std::string &path,
                                                      std::string_view suffix) {
    std::vector<std::string> names;
    DIR *directory = ::opendir(path.c_str());
    if (directory == nullptr)
        return errno == ENOENT ? base::Result(names)
                               : base::Result<std::vector<std::string>>(failed(path));
    while (const dirent *entry =
               ::readdir(directory)) { // NOLINT(concurrency-mt-unsafe): a stream of our own
        const std::string_view name(entry->d_name);
        if (name.size() > suffix.size() && name.ends_with(suffix) && name.front() != '.')
            names.emplace_back(name);
    }
    ::closedir(directory);
    std::sort(names.begin(), names.end());
    return names;
}

bool exists(const std::string &path) {
    return ::access(path.c_str(), F_OK) == 0;
}

base::Result<base::UniqueFd> sealed_memory(const char *name, base::BytesView content) {
    base::UniqueFd fd(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!fd)
        return failed(name);
    SALLYPORT_CHECK(write_all(fd.get(), content));
    if (::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) !=
        0)
        return failed(name);
    return fd;
}

} // namespace sallyport::os
