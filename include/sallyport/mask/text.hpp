// SPDX-License-Identifier: Apache-2.0
// Masking of whole texts, and the look at a stream that decides whether it is text at all. Pure.
#pragma once
#include "sallyport/mask/stream.hpp"

namespace sallyport::mask {

struct MaskedText {
    std::string text;
    std::vector<MaskedSpan> spans; // in order, not overlapping
};

// Terminal output as a whole: exactly what Stream gives. For chat and event text use 0 columns.
MaskedText mask_text(const Database &database, std::string_view text, unsigned columns = 0);

struct ConstantSpan {
    std::size_t s = 0;
    std::size_t e = 0;
};
// A command for an approver. Only bytes inside `constants` (constant text inside one word, as the
// parser found it; not program or option names) are ever starred: an operator, an expansion, a name
// is always shown. Control characters are left as they are: show the result through
// base::printable. Spans that lie outside the text are ignored.
MaskedText mask_command(const Database &database, std::string_view command,
                        const std::vector<ConstantSpan> &constants);

// Finds the first byte that text and terminal output do not have: a control character other than
// BEL, BS, TAB, LF, VT, FF, CR, SO, SI and ESC. UTF-8 is not required: other encodings are text.
class BinaryDetector {
  public:
    // The offset in the whole stream, once it is known. The answer stays.
    std::optional<std::uint64_t> feed(base::BytesView bytes);

  private:
    std::uint64_t seen_ = 0;
    std::optional<std::uint64_t> found_;
};

} // namespace sallyport::mask
