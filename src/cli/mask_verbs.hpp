// SPDX-License-Identifier: Apache-2.0
// `sallyport mask`, `sallyport mask --jsonl`, `sallyport mask test`: the configured rules without a
// daemon. Each returns the exit status: 0 fine, 1 an example failed or a line could not be read,
// 78 the rules have a fault (on `err`). One thread.
#pragma once
#include <iosfwd>
#include <string>

namespace sallyport::cli {

inline constexpr std::size_t max_mask_line_bytes = 64 * 1024 * 1024;

// Copies the descriptor `input` to `out`, masked as a live stream is. `columns`: terminal width, 0
// if it is none.
int mask_filter(const std::string &rules_file, unsigned columns, int input, std::ostream &out,
                std::ostream &err);

// JSON lines `{"id","text","cols":null|N}` in, `{"id","spans":[{"s","e","rule"}],"text"}` out, one
// for one and in order; offsets are bytes of the UTF-8 text. A line that cannot be read is answered
// with `error`.
int mask_jsonl(const std::string &rules_file, std::istream &in, std::ostream &out,
               std::ostream &err);

// Runs every example of the rules, each with its rule alone and with all.
int mask_test(const std::string &rules_file, std::ostream &out, std::ostream &err);

} // namespace sallyport::cli
