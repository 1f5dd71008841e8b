// SPDX-License-Identifier: Apache-2.0
// A request as people read it in a chat: what runs, where, who asks, why it was held, who may
// answer, and its state. Pure; any thread.
//
// Nothing is hidden: the whole command is shown, with control, bidi and zero-width characters made
// visible, or else the card says that it does not fit and offers no button. Whatever a stranger
// wrote (command, reason, directory) stands in a code span, so that it can neither ping anyone nor
// look like a line of ours.
#pragma once
#include "sallyport/base/bytes.hpp"
#include "sallyport/model/request.hpp"
#include "sallyport/wire/service_edges.hpp"

namespace sallyport::notify {

// Telegram's limit for a text, in UTF-16 units.
inline constexpr std::size_t max_card_units = 4096;
inline constexpr std::size_t max_command_lines = 80; // more is scrolled past, not read
inline constexpr std::size_t shown_binding_digits = 16;

struct Card {
    model::Request request; // `shown` is already masked
    std::string needs;      // who may answer and how many, e.g. `needs 1 of group sre`
    std::string bastion;    // what people type: `ssh bastion approve 7F3K2Q`
};

// Values of the two buttons of one copy. Each stands for itself and is known to that copy alone.
struct Buttons {
    std::string approve, deny;
};
// 16 random bytes as 22 characters; fits Telegram's 64 bytes.
// REQUIRES: random.size() == 16
std::string button_value(base::BytesView random);

// Whether a click may answer: the request is pending, its rule asks for no stronger confirmation
// and the whole card fits.
bool takes_clicks(const Card &card);

// Text, code spans and, where takes_clicks(card), the buttons. Empty button values give none.
// Platform, destination, message and call are left for the sender.
wire::NoticeAsk render(const Card &card, const Buttons &buttons);

// Characters as the platform counts them. REQUIRES: `text` is valid UTF-8.
std::size_t utf16_units(std::string_view text);

} // namespace sallyport::notify
