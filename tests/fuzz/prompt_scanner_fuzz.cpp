// SPDX-License-Identifier: Apache-2.0
// The first byte says where to split. Whole and split give the same bytes, and the state machine
// takes whatever a target prints.
#include "sallyport/prompt/session.hpp"

#include <cstdlib>

namespace {

using namespace sallyport;

class OneNonce final : public prompt::NonceSource {
  public:
    std::string fresh() override { return "aaaaaaaaaaaaaaaaaaaaaaaa"; }
};

std::string flat(prompt::MarkerScanner &scanner, base::BytesView bytes) {
    std::string text;
    for (const auto &piece : scanner.feed(bytes))
        if (const auto *marker = std::get_if<prompt::Marker>(&piece))
            text += std::string("<") + marker->kind + marker->payload + ">";
        else
            text += std::get<prompt::Output>(piece).bytes;
    return text;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    if (size == 0)
        return 0;
    const base::BytesView bytes(data + 1, size - 1);
    const std::size_t cut = bytes.empty() ? 0 : data[0] % bytes.size();
    OneNonce nonces;
    prompt::MarkerScanner whole, split;
    whole.expect(nonces.fresh());
    split.expect(nonces.fresh());
    // One call a statement: the operands of + may be evaluated in any order.
    std::string a = flat(whole, bytes);
    a += whole.flush();
    std::string b = flat(split, bytes.first(cut));
    b += flat(split, bytes.subspan(cut));
    b += split.flush();
    if (a != b)
        std::abort();
    prompt::Session session(nonces);
    session.target_output(bytes.first(cut));
    session.submit("unit");
    session.answer(prompt::Answer::Allow, {"unit"});
    session.keys(base::as_bytes("k"));
    session.target_output(bytes.subspan(cut));
    session.target_eof();
    return 0;
}
