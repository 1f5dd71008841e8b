// SPDX-License-Identifier: Apache-2.0
// Requests in a chat: posts a copy, keeps what its two buttons stand for (hashes only), edits every
// copy when the request changes, and takes clicks as the claims that they are (chat-approvals rules
// 1 to 13). What a click may do is decided by the approval rules alone.
#pragma once
#include "held.hpp"
#include "links.hpp"

#include "sallyport/notify/card.hpp"

namespace sallyport::supervisor {

class ChatBoard final : public RequestBoard {
  public:
    ChatBoard(Core &core, Held &held, Links &links) : core_(core), held_(held), links_(links) {}

    void opened(const model::Request &request) override;
    void changed(const model::Request &request) override;
    // From the notify edge: a button, or a text that somebody sent to the bot.
    void clicked(const wire::Click &click);

  private:
    struct Choice {
        model::RequestId request;
        model::Answer answer = model::Answer::Deny;
    };
    base::Result<Choice> choice_of(const wire::Click &click);
    void reply(const wire::Click &click, const std::string &text, bool alert);
    void refuse(const wire::Click &click, const std::string &why);
    void redeem(const wire::Click &click);
    notify::Card card(const model::Request &request) const;
    void edit(const model::Request &request, const store::Notice &notice);

    Core &core_;
    Held &held_;
    Links &links_;
    std::map<std::string, notify::Buttons>
        live_buttons_; // by platform, destination and message: to keep them in edits
};

} // namespace sallyport::supervisor
