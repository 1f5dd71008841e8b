// SPDX-License-Identifier: Apache-2.0
// Files and directories. Paths are the administrator's, never a peer's. Errors name the path.
#pragma once
#include "sallyport/base/bytes.hpp"
#include "sallyport/base/result.hpp"
#include "sallyport/base/unique_fd.hpp"

#include <string>
#include <vector>

namespace sallyport::os {

inline constexpr std::size_t max_text_file_bytes = 16 * 1024 * 1024;

base::Result<std::string> read_text(const std::string &path,
                                    std::size_t limit = max_text_file_bytes);
// As read_text; Denied if group or others may read or write the file.
base::Result<std::string> read_private(const std::string &path,
                                       std::size_t limit = max_text_file_bytes);
// Writes beside the file, fsyncs, renames over it, fsyncs the directory: a reader sees the old or
// the new content.
base::Status write_atomically(const std::string &path, std::string_view content,
                              unsigned mode = 0600);
// Creates the directory and its parents; the last one gets `mode`.
base::Status make_directories(const std::string &path, unsigned mode = 0700);
// Sorted names of entries that end with `suffix`; an absent directory is empty.
base::Result<std::vector<std::string>> list_directory(const std::string &path,
                                                      std::string_view suffix);
bool exists(const std::string &path);
base::Status write_all(int fd, base::BytesView bytes);
// A descriptor that can be read and mapped and never changed again.
base::Result<base::UniqueFd> sealed_memory(const char *name, base::BytesView content);

} // namespace sallyport::os
