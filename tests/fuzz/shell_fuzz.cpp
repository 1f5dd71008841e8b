// SPDX-License-Identifier: Apache-2.0
// The first byte chooses the dialect, the rest is the text. Links sallyport_shell.
#include "sallyport/shell/parser.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace sallyport;
    if (size == 0)
        return 0;
    const std::string_view text(reinterpret_cast<const char *>(data) + 1, size - 1);
    const shell::Unit unit = shell::parse(text, static_cast<model::Dialect>(data[0] % 6));
    if (unit.error.has_value() == (unit.state == model::ParseState::Ok))
        std::abort();
    if (unit.state != model::ParseState::Ok && shell::dump(unit).empty())
        std::abort();
    return 0;
}
