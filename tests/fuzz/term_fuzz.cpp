// SPDX-License-Identifier: Apache-2.0
// First byte: where to split. Whole and split give the same, and the filter's output, filtered
// again, loses nothing more.
#include "sallyport/term/filter.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace sallyport;
    if (size == 0)
        return 0;
    const base::BytesView bytes(data + 1, size - 1);
    const auto cut = bytes.empty() ? 0 : data[0] % bytes.size();
    term::Filter whole, split, again;
    std::string a, b, c;
    whole.feed(bytes, a);
    split.feed(bytes.first(cut), b);
    split.feed(bytes.subspan(cut), b);
    if (a != b)
        std::abort();
    again.feed(base::as_bytes(a), c);
    if (again.dropped() != 0)
        std::abort();
    term::visible_text(bytes);
    whole.settle();
    return 0;
}
