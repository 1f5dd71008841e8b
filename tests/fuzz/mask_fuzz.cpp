// SPDX-License-Identifier: Apache-2.0
// First byte: terminal width and where the input is split. The same bytes must come out whatever
// the chunking, and bytes outside of the spans unchanged. Inputs that begin with `SPM1` are images.
#include "sallyport/mask/text.hpp"

using namespace sallyport;

namespace {

constexpr std::string_view fuzz_rules = R"([[rule]]
id = "token"
leads = ["ghp_"]
body = "[0-9A-Za-z]"
min = 6
word = true
[[rule]]
id = "fixed"
leads = ["AKIA"]
body = "[A-Z]"
min = 4
max = 4
tail = "word"
[[rule]]
id = "value"
kind = "value"
leads = ["pass", "(my|api)[_\\-]{0,1}key"]
then = '["]{0,1}[ ]{0,2}(=>|=|:)[ ]{0,2}'
body = '[^\s"]'
min = 3
max = 40
check = "value"
any_case = true
[[rule]]
id = "line"
kind = "value"
leads = ["[a-z]{0,9}tok"]
then = "="
body = '[^\s]'
max = 40
tail = "line-end"
line_start = true
[[rule]]
id = "block"
kind = "block"
leads = ["-----BEGIN KEY-----"]
)";

const mask::Database &database() {
    static const base::Bytes image = mask::compile(mask::parse_rules(fuzz_rules).value()).value();
    static const mask::Database opened = mask::Database::open(image).value();
    return opened;
}

base::Bytes run(base::BytesView input, std::size_t chunk, unsigned columns) {
    base::Bytes out;
    mask::Stream stream(database(), columns);
    for (std::size_t at = 0; at < input.size(); at += chunk)
        stream.feed(input.subspan(at, std::min(chunk, input.size() - at)), {}, out);
    stream.finish(out);
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size == 0)
        return 0;
    const base::BytesView bytes(data, size);
    if (base::as_text(bytes).substr(0, 4) == "SPM1") {
        const auto opened = mask::Database::open(bytes);
        if (opened.ok())
            (void)mask::mask_text(opened.value(), "pass=abcdef ghp_abcdefgh AKIAABCD\n");
        return 0;
    }
    if (size > 4096)
        return 0;
    const unsigned columns = data[0] % 3 == 0 ? 0 : 10;
    const base::BytesView input = bytes.subspan(1);
    const base::Bytes whole = run(input, input.size() + 1, columns);
    if (run(input, 1, columns) != whole || run(input, data[0] % 16 + 2, columns) != whole)
        __builtin_trap();
    (void)mask::mask_command(database(), base::as_text(input), {{data[0] % 8U, size}});
    return 0;
}
