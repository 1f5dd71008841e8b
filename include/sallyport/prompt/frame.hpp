// SPDX-License-Identifier: Apache-2.0
// A unit (the complete text that was judged) as the bytes that the guarded shell accepts. Pure; any
// thread.
#pragma once
#include "sallyport/base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace sallyport::prompt {

inline constexpr std::size_t max_words_bytes = 3 * 1024;

// `challenge` opens the frame and is spent by it; `next_challenge` and `next_mark` replace the
// shell's own as soon as it has matched.
struct FrameNonces {
    std::string challenge, next_mark, next_challenge;
};

enum class FrameKind {
    Run,  // run the unit
    Sync, // run nothing, answer with what was typed ahead and a `Q`
};

// frame writes `:sp1 N M' N' L F`, the words, the unit and 1E, byte for byte as
// docs/GUARDED-SHELL.md says. Control bytes of the unit travel as %b escapes, so that no byte of a
// frame but HT, LF and 1E is one that the terminal driver could act upon.
// `words` are the names that the judge took for programs or builtins: the shell answers with their
// definitions if one is an alias or a function. A word that cannot name either (it holds white
// space, a quote, `$` or an operator) needs no check and is left out.
// Fails with InvalidInput on NUL, on an empty unit, on a malformed nonce and on a word that may be
// a name but cannot be sent; with TooLarge above base::max_unit_bytes or max_words_bytes.
base::Result<std::string> frame(FrameKind kind, std::string_view unit,
                                const std::vector<std::string> &words, const FrameNonces &nonces);

bool is_nonce(std::string_view text);

} // namespace sallyport::prompt
