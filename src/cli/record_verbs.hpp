// SPDX-License-Identifier: Apache-2.0
// `sallyport record list|play|verify|export|cat` on files. A record is hostile input: what is shown
// of its head is made printable; play and cat give its output as it is, as a player does. Each
// returns the exit status: 0 fine, 1 not intact or not as asked for, 2 the file cannot be read.
// One thread.
#pragma once
#include "sallyport/record/export.hpp"

#include <chrono>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::cli {

inline constexpr std::size_t max_record_file_bytes = std::size_t{1} << 30;

struct VerifyOptions {
    std::string record;                      // <session>.cast.zst
    std::string seal;                        // empty: beside the record
    std::vector<std::string> keys;           // seal keys: SubjectPublicKeyInfo, PEM or DER
    std::vector<record::ChainHead> expected; // out of the event log
    bool unsealed = false;                   // a record without a seal may pass
    bool json = false;
};
// 0 only if nothing contradicts the record and its seal is by one of the keys.
int record_verify(const VerifyOptions &options, std::ostream &out, std::ostream &err);

struct PlayOptions {
    std::string record;
    double speed = 1.0;                            // above 0
    std::optional<std::chrono::milliseconds> idle; // the longest pause
    std::optional<std::uint64_t> command;          // start at this one, from 1
};
// Waits that long; false ends the play.
using Sleep = std::function<bool(std::chrono::microseconds)>;
int record_play(const PlayOptions &options, const Sleep &sleep, std::ostream &out,
                std::ostream &err);

int record_export(const std::string &record, const record::ExportOptions &options,
                  std::ostream &out, std::ostream &err);
// All output at once, as `asciinema cat`.
int record_cat(const std::string &record, std::ostream &out, std::ostream &err);
// The records below a directory (yyyy/mm/dd), oldest first; a file that is no record is a line too.
int record_list(const std::string &directory, bool json, std::ostream &out, std::ostream &err);

} // namespace sallyport::cli
