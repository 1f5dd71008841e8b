// SPDX-License-Identifier: Apache-2.0
// Does a named value read like a secret? Conservative towards masking, but source code, diffs,
// placeholders and references must stay readable.
#pragma once
#include <string_view>

namespace sallyport::mask {

// `quoted`: a quote stands before the value. `next`: the character after it, a cut at the end.
bool looks_secret(std::string_view value, bool quoted, char next);
// `$PW`, `<password>`, `xxxx`: what stands for a secret.
bool is_stand_in(std::string_view value);

} // namespace sallyport::mask
