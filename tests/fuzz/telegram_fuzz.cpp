// SPDX-License-Identifier: Apache-2.0
// Any bytes as an answer of the Bot API, and as a command on a card.
#include "sallyport/notify/card.hpp"
#include "sallyport/notify/telegram.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
    using namespace sallyport;
    const std::string text(base::as_text({data, size}));
    static_cast<void>(notify::read_updates({}, http::Response{200, {}, text}));
    static_cast<void>(notify::read_outcome(http::Response{429, {}, text}));
    notify::Card card;
    card.request.shown = text;
    card.request.reason = text;
    const auto ask = notify::render(card, {"a", "d"});
    const std::size_t units = notify::utf16_units(ask.text);
    if (units > notify::max_card_units)
        std::abort();
    for (const auto &entity : ask.entities)
        if (std::size_t{entity.offset} + entity.length > units)
            std::abort();
    return 0;
}
