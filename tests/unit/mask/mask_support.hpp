// SPDX-License-Identifier: Apache-2.0
// The shipped rules, compiled once a test binary, and a run of a Stream in chunks.
#pragma once
#include "sallyport/mask/text.hpp"

#include <fstream>
#include <sstream>

namespace sallyport::mask {

inline std::string shipped_rules() {
    std::ifstream file(SALLYPORT_SOURCE_ROOT "/policies/mask/rules.toml");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}
inline const std::vector<Rule> &rules() {
    static const std::vector<Rule> all = parse_rules(shipped_rules()).value();
    return all;
}
inline const Database &database() {
    static const base::Bytes image = compile(rules()).value();
    static const Database opened = Database::open(image).value();
    return opened;
}
inline std::string masked(std::string_view text, unsigned columns = 0) {
    return mask_text(database(), text, columns).text;
}
struct Run {
    std::string text;
    std::vector<MaskedSpan> spans;
    std::vector<std::uint64_t> counts;
    bool operator==(const Run &) const = default;
};
// Every chunk is `chunk` bytes, the first `first`.
inline Run run_in_chunks(std::string_view text, std::size_t first, std::size_t chunk,
                         unsigned columns = 0) {
    Run run;
    base::Bytes out;
    Stream stream(database(), columns);
    stream.collect(&run.spans);
    for (std::size_t at = 0, size = first; at < text.size(); at += size, size = chunk) {
        if (at > 0 && size == first && first != chunk)
            size = chunk;
        stream.feed(base::as_bytes(text.substr(at, size)), {}, out);
    }
    stream.finish(out);
    run.text = base::to_text(out);
    run.counts = stream.counts();
    return run;
}

} // namespace sallyport::mask
