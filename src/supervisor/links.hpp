// SPDX-License-Identifier: Apache-2.0
// Chat identities: (platform, user id) -> person, made only by somebody who is logged in over ssh:
// `link telegram` gives a one-time code, and the account that sends it to the bot is that person's.
// A mail address is never a link.
#pragma once
#include "core.hpp"

namespace sallyport::supervisor {

class Links {
  public:
    explicit Links(Core &core) : core_(core) {}

    // A fresh code for this person; the one before is void.
    std::string begin(const std::string &platform, const std::string &person);
    // What an account sent to the bot. The person that it is linked to now; nothing if it was no
    // good code.
    std::optional<std::string> redeem(const std::string &platform, const std::string &user,
                                      const std::string &text);

  private:
    struct Pending {
        std::string platform, person;
        base::SteadyTime expires;
    };
    Core &core_;
    std::map<std::string, Pending> pending_; // by hex SHA-256 of the code
};

} // namespace sallyport::supervisor
