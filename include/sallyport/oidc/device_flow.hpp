// SPDX-License-Identifier: Apache-2.0
// DeviceFlow leads one login through the device authorization grant (RFC 8628) to a proven person.
// It never waits and never sends: next() says what to ask of `identity`, answered() takes the
// answer. Lives in sallyportd, one a login channel. Not thread-safe.
//
// Texts for the person are fixed; what the provider writes is never shown, except the code and the
// address to open, after a check of their form.
#pragma once
#include "sallyport/oidc/issuer.hpp"

namespace sallyport::oidc {

inline constexpr std::chrono::seconds max_flow_time{300};
inline constexpr std::chrono::seconds default_poll_interval{5};
inline constexpr std::chrono::seconds max_poll_interval{60};
inline constexpr std::chrono::seconds provider_patience{15}; // for its endpoints and keys

struct Prompt {
    std::string url, code;
    std::string complete_url; // holds the code; shown only where the administrator says so
    std::chrono::seconds valid{0};
};

enum class FlowEnd : std::uint8_t {
    Proven,
    Denied,      // at the provider
    Expired,     // nobody confirmed in time
    Refused,     // the token or the person is not acceptable
    Unavailable, // the provider did not do its part; trying again may work
    Misset,      // the bastion's registration at the provider is at fault
    Cancelled,
};
std::string_view flow_end_name(FlowEnd end); // proven denied expired refused ...

class DeviceFlow {
  public:
    // `issuer` and `clock` outlive the flow.
    DeviceFlow(Issuer &issuer, const base::Clock &clock);

    // What is due now and not under way. Call it after answers to the flow or its issuer, and at
    // wake(). The issuer's own next() is to be served as well.
    std::optional<wire::FetchAsk> next();
    void answered(const wire::FetchAnswer &answer);
    base::SteadyTime wake() const;
    // The person's channel is gone, or Ctrl-C. An answer that still comes is ignored.
    void cancel();

    // Set once the provider has given a code.
    const std::optional<Prompt> &prompt() const { return prompt_; }
    const std::optional<FlowEnd> &end() const { return end_; }
    const std::string &message() const { return message_; } // for the person, once ended
    const std::string &detail() const { return detail_; }   // for event and log, once ended
    // REQUIRES: end() == FlowEnd::Proven
    const ProvenPerson &person() const { return *person_; }

  private:
    enum class Step : std::uint8_t { Begin, Authorizing, Waiting, Polling, Verifying, Done };
    void authorized(const wire::FetchAnswer &answer);
    void polled(const wire::FetchAnswer &answer);
    void verify();
    void poll_later(std::chrono::seconds pause);
    void finish(FlowEnd end, std::string message, std::string detail);

    Issuer &issuer_;
    const base::Clock &clock_;
    Step step_ = Step::Begin;
    base::SteadyTime begun_, due_{}, expires_{};
    std::chrono::seconds interval_ = default_poll_interval, backoff_{0};
    base::Secret device_code_, id_token_;
    std::optional<Prompt> prompt_;
    std::optional<FlowEnd> end_;
    std::optional<ProvenPerson> person_;
    std::string message_, detail_;
};

// Counts flows that are open, per source address and in all. Not thread-safe.
class FlowQuota {
  public:
    explicit FlowQuota(std::size_t per_address = 5, std::size_t in_all = 200)
        : per_address_(per_address), in_all_(in_all) {}
    bool enter(const std::string &address); // false: not counted, refuse the flow
    void leave(const std::string &address); // once for each enter() that was true
    std::size_t open() const { return open_; }

  private:
    std::size_t per_address_, in_all_, open_ = 0;
    std::map<std::string, std::size_t> addresses_;
};

} // namespace sallyport::oidc
