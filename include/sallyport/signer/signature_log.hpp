// SPDX-License-Identifier: Apache-2.0
// The signer's own record of what it signed: one JSON line a signature, durable before the
// signature leaves. It is no part of the event log and needs no one's word but the signer's. One
// thread.
#pragma once
#include "sallyport/base/clock.hpp"
#include "sallyport/base/unique_fd.hpp"

#include <string>
#include <vector>

namespace sallyport::signer {

struct LogEntry {
    std::string what; // host-exchange, user-certificate, target-certificate, target-login, seal
    std::string key;  // name of the key's file; `session` for the key of one login
    std::string id;   // key id, session; empty: none
    std::uint64_t serial = 0;
    std::string sha256; // hex, of the bytes that were signed
};

// `{"time":…,"what":…,"key":…,"id":…,"serial":"…","sha256":…}` and a newline. A serial is a string,
// since it does not fit the numbers of most JSON readers. REQUIRES: no field needs escaping
std::string log_line(base::WallTime time, const LogEntry &entry);

class SignatureLog {
  public:
    virtual ~SignatureLog() = default;
    // All lines are durable when it succeeds; else no signature may leave.
    virtual base::Status append(const std::vector<LogEntry> &entries) = 0;
};

class FileSignatureLog final : public SignatureLog {
  public:
    // Opens or creates the file, mode 0600, for appending. A torn last line of a crash is ended
    // with a newline first. `clock` must outlive it.
    static base::Result<FileSignatureLog> open(const std::string &path, const base::Clock &clock);
    // After one failure every later call fails: the file's end is not known any more.
    base::Status append(const std::vector<LogEntry> &entries) override;

  private:
    FileSignatureLog(base::UniqueFd file, const base::Clock &clock)
        : file_(std::move(file)), clock_(&clock) {}
    base::UniqueFd file_;
    const base::Clock *clock_;
    bool failed_ = false;
};

} // namespace sallyport::signer
