// SPDX-License-Identifier: Apache-2.0
#include "sallyport/mask/text.hpp"

#include "projection.hpp"
#include "scanner.hpp"

#include <algorithm>

namespace sallyport::mask {

MaskedText mask_text(const Database &database, std::string_view text, unsigned columns) {
    MaskedText masked;
    base::Bytes out;
    Stream stream(database, columns);
    stream.collect(&masked.spans);
    stream.feed(base::as_bytes(text), {}, out);
    stream.finish(out);
    masked.text = base::to_text(out);
    std::sort(masked.spans.begin(), masked.spans.end(),
              [](const MaskedSpan &a, const MaskedSpan &b) { return a.s < b.s; });
    return masked;
}

MaskedText mask_command(const Database &database, std::string_view command,
                        const std::vector<ConstantSpan> &constants) {
    const std::size_t none = database.rule_count() + 1;
    std::vector<std::size_t> rules(command.size(), none);
    Scanner scanner(database);
    scanner.scan(command, true);
    for (const ConstantSpan &constant : constants) {
        const std::size_t end = std::min(constant.e, command.size());
        for (const Span &span : scanner.spans())
            for (std::size_t i = std::max<std::size_t>(span.s, constant.s);
                 i < std::min<std::size_t>(span.e, end); ++i)
                rules[i] = std::min<std::size_t>(rules[i], span.rule);
    }
    MaskedText masked;
    base::Bytes out;
    for (std::size_t at = 0; at < command.size();) {
        std::size_t end = at;
        while (end < command.size() && rules[end] == rules[at])
            ++end;
        const std::string_view piece = command.substr(at, end - at);
        if (rules[at] == none) {
            base::append(out, base::as_bytes(piece));
        } else {
            append_stars(out, piece);
            masked.spans.push_back({at, end, rules[at]});
        }
        at = end;
    }
    masked.text = base::to_text(out);
    return masked;
}

} // namespace sallyport::mask
