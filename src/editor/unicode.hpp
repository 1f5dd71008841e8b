// SPDX-License-Identifier: Apache-2.0
// Text as a terminal shows it: grapheme clusters, columns, visible forms. The only user of
// utf8proc.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace sallyport::editor {

// The end of the cluster that begins at `at`. REQUIRES: at < text.size(); valid UTF-8
std::size_t next_cluster(std::string_view text, std::size_t at);
// The begin of the cluster that ends at `at`. REQUIRES: 0 < at <= text.size()
std::size_t previous_cluster(std::string_view text, std::size_t at);

// Letters, digits and whatever is not ASCII.
bool is_word_byte(char c);

// The length of the UTF-8 character at the begin of `bytes`; 0: needs more bytes; npos: invalid.
std::size_t character_length(std::string_view bytes);

// Only whole, valid characters; no control but LF and HT; CR LF and CR become LF.
std::string clean_text(std::string_view bytes);

struct Shown {
    std::string bytes;
    std::size_t columns = 0;
    bool splits = false; // an escape of ASCII characters, one column each, that may wrap anywhere
};
// How one cluster is drawn. HT and LF are the caller's.
Shown shown(std::string_view cluster);

} // namespace sallyport::editor
