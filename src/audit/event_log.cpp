// SPDX-License-Identifier: Apache-2.0
#include "sallyport/audit/event_log.hpp"

#include "json_line.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/base/json_text.hpp"
#include "sallyport/crypto/digest.hpp"
#include "sallyport/os/files.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace sallyport::audit {
namespace {

constexpr int format_version = 1;

std::string hash_of(std::string_view line_with_newline) {
    return base::hex(crypto::sha256(base::as_bytes(line_with_newline)));
}

base::Error failed(const std::string &path) {
    return base::fail(base::ErrorCode::Unavailable,
                      "event log `" + path + "`: " + std::strerror(errno));
}

struct Tail {
    std::string last_line; // complete, with newline; empty: there is none
    std::size_t unfinished = 0;
};

// Reads backwards from the end until the last complete line is whole.
base::Result<Tail> read_tail(int fd, const std::string &path) {
    const off_t size = ::lseek(fd, 0, SEEK_END);
    if (size < 0)
        return failed(path);
    std::string end;
    constexpr off_t step = 65536;
    for (off_t at = size; at > 0 && end.size() <= 2 * max_line_bytes;) {
        const off_t from = at > step ? at - step : 0;
        std::array<char, step> buffer{};
        if (::pread(fd, buffer.data(), static_cast<std::size_t>(at - from), from) != at - from)
            return failed(path);
        end.insert(0, buffer.data(), static_cast<std::size_t>(at - from));
        at = from;
        const std::size_t last = end.rfind('\n');
        const std::size_t before =
            last == std::string::npos || last == 0 ? std::string::npos : end.rfind('\n', last - 1);
        if (before != std::string::npos || (at == 0 && last != std::string::npos)) {
            const std::size_t begin = before == std::string::npos ? 0 : before + 1;
            return Tail{end.substr(begin, last + 1 - begin), end.size() - last - 1};
        }
    }
    if (end.size() > 2 * max_line_bytes)
        return base::invalid("event log `" + path + "` does not end in a line");
    return Tail{"", end.size()};
}

} // namespace

std::string event_line(const model::Event &event, std::uint64_t sequence, base::WallTime time,
                       const std::string &previous) {
    std::string line =
        "{\"v\":" + std::to_string(format_version) + ",\"seq\":" + std::to_string(sequence);
    const auto add = [&line](std::string_view name, std::string_view value) {
        line += ',' + base::json_string(name) + ':' + base::json_string(value);
    };
    add("time", base::rfc3339(time));
    add("kind", model::event_kind_name(event.kind));
    for (const auto &[name, value] :
         {std::pair<const char *, const std::string &>{"connection", event.connection.text},
          {"session", event.session.text},
          {"person", event.person},
          {"account", event.account},
          {"target", event.target}})
        if (!value.empty())
            add(name, value);
    for (const auto &[name, value] : event.details)
        add(name, value);
    add("prev", previous);
    return line + '}';
}

base::Result<std::unique_ptr<EventLog>> EventLog::open(const std::string &path,
                                                       const base::Clock &clock) {
    base::UniqueFd fd(::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
    if (!fd)
        return failed(path);
    SALLYPORT_TRY(const Tail tail, read_tail(fd.get(), path));
    std::unique_ptr<EventLog> log(new EventLog(std::move(fd), clock));
    if (tail.unfinished > 0) {
        const off_t size = ::lseek(log->fd_.get(), 0, SEEK_END);
        if (::ftruncate(log->fd_.get(), size - static_cast<off_t>(tail.unfinished)) != 0)
            return failed(path);
        log->repaired_ = tail.unfinished;
    }
    if (!tail.last_line.empty()) {
        const auto members = read_chain_members(tail.last_line);
        if (!members.ok())
            return base::within("event log `" + path + "`: its last line", members.error());
        log->sequence_ = members->sequence + 1;
        log->previous_ = hash_of(tail.last_line);
    }
    return log;
}

base::Status EventLog::append(const model::Event &event, Durable durable) {
    if (failed_)
        return base::fail(base::ErrorCode::Unavailable, "the event log cannot be written");
    const std::string line = event_line(event, sequence_, clock_.now(), previous_) + '\n';
    if (line.size() > max_line_bytes)
        return base::fail(base::ErrorCode::TooLarge,
                          "event is larger than a line of the log may be");
    const auto written = os::write_all(fd_.get(), base::as_bytes(line));
    if (!written.ok()) {
        failed_ = true; // what is on the disk now may be half a line: nothing may follow it
        return base::within("event log", written.error());
    }
    ++sequence_;
    previous_ = hash_of(line);
    unsynced_ = true;
    return durable == Durable::Now ? sync() : base::success();
}

base::Status EventLog::sync() {
    if (failed_)
        return base::fail(base::ErrorCode::Unavailable, "the event log cannot be written");
    if (!unsynced_)
        return base::success();
    // A failed fdatasync is never tried again: the kernel may have dropped the pages and would then
    // answer success.
    if (::fdatasync(fd_.get()) != 0) {
        failed_ = true;
        return base::fail(base::ErrorCode::Unavailable,
                          std::string("event log: fdatasync: ") + std::strerror(errno));
    }
    unsynced_ = false;
    return base::success();
}

base::Result<std::uint64_t> verify_log(std::string_view text, std::string previous) {
    std::uint64_t lines = 0, sequence = 0;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string where = "line " + std::to_string(lines + 1);
        if (end == std::string_view::npos)
            return base::invalid(where + " is not finished");
        const auto members = read_chain_members(text.substr(0, end));
        if (!members.ok())
            return base::within(where, members.error());
        if (lines > 0 && members->sequence != sequence + 1)
            return base::invalid(where + " has sequence " + std::to_string(members->sequence) +
                                 ", expected " + std::to_string(sequence + 1));
        if (!previous.empty() && members->previous != previous)
            return base::invalid(where + " does not carry the hash of the line before");
        sequence = members->sequence;
        previous = hash_of(text.substr(0, end + 1));
        text.remove_prefix(end + 1);
        ++lines;
    }
    return lines;
}

} // namespace sallyport::audit
