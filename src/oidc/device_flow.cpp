// SPDX-License-Identifier: Apache-2.0
#include "sallyport/oidc/device_flow.hpp"

#include <algorithm>
#include <array>

namespace sallyport::oidc {
namespace {

constexpr std::chrono::seconds look_again{1};
constexpr std::string_view try_later =
    "the identity provider cannot be reached; try again in a minute";

} // namespace

std::string_view flow_end_name(FlowEnd end) {
    constexpr std::array<std::string_view, 7> names{"proven",      "denied", "expired",  "refused",
                                                    "unavailable", "misset", "cancelled"};
    return names.at(static_cast<std::size_t>(end));
}

DeviceFlow::DeviceFlow(Issuer &issuer, const base::Clock &clock)
    : issuer_(issuer), clock_(clock), begun_(clock.steady()), due_(begun_),
      expires_(begun_ + max_flow_time) {}

std::optional<wire::FetchAsk> DeviceFlow::next() {
    const auto now = clock_.steady();
    switch (step_) {
    case Step::Begin:
        if (const Metadata *metadata = issuer_.metadata()) {
            step_ = Step::Authorizing;
            return device_authorization_ask(issuer_.settings(), *metadata);
        }
        due_ = now + look_again;
        if (now - begun_ >= provider_patience)
            finish(FlowEnd::Unavailable, std::string(try_later), "no metadata");
        return std::nullopt;
    case Step::Waiting:
        if (now >= expires_) {
            finish(FlowEnd::Expired, "nobody confirmed this login in time", "expired");
            return std::nullopt;
        }
        if (now < due_)
            return std::nullopt;
        step_ = Step::Polling;
        return token_ask(issuer_.settings(), *issuer_.metadata(),
                         base::as_text(device_code_.reveal()));
    case Step::Verifying:
        verify();
        return std::nullopt;
    case Step::Authorizing:
    case Step::Polling:
    case Step::Done:
        return std::nullopt;
    }
    return std::nullopt;
}

void DeviceFlow::answered(const wire::FetchAnswer &answer) {
    if (step_ == Step::Authorizing)
        authorized(answer);
    else if (step_ == Step::Polling)
        polled(answer);
}

void DeviceFlow::authorized(const wire::FetchAnswer &answer) {
    auto device = read_device_authorization(answer, issuer_.settings());
    if (!device.ok()) {
        if (device.error().code == base::ErrorCode::Denied)
            return finish(FlowEnd::Misset,
                          "the bastion's registration at the identity provider is at fault",
                          device.error().message);
        return finish(FlowEnd::Unavailable, std::string(try_later), device.error().message);
    }
    const auto now = clock_.steady();
    const auto valid = std::min(device->expires_in, max_flow_time);
    expires_ = now + valid;
    interval_ = std::min(device->interval, max_poll_interval);
    device_code_ = base::Secret(std::string_view(device->device_code));
    prompt_ = Prompt{device->verification_url, device->user_code, device->complete_url, valid};
    poll_later(interval_);
}

void DeviceFlow::poll_later(std::chrono::seconds pause) {
    step_ = Step::Waiting;
    due_ = clock_.steady() + pause;
}

void DeviceFlow::polled(const wire::FetchAnswer &answer) {
    TokenAnswer token = read_token(answer);
    if (token.state != TokenState::Unavailable)
        backoff_ = std::chrono::seconds(0);
    switch (token.state) {
    case TokenState::Issued:
        id_token_ = std::move(token.id_token);
        step_ = Step::Verifying;
        begun_ = clock_.steady();
        return verify();
    case TokenState::Pending:
        return poll_later(interval_);
    case TokenState::SlowDown: // RFC 8628 section 3.5: for this "and all subsequent requests"
        interval_ = std::min(interval_ + default_poll_interval, max_poll_interval);
        return poll_later(interval_);
    case TokenState::Unavailable: // section 3.5: "such as doubling the polling interval"
        backoff_ =
            std::min(backoff_.count() == 0 ? interval_ * 2 : backoff_ * 2, max_poll_interval);
        return poll_later(backoff_);
    case TokenState::Denied:
        return finish(FlowEnd::Denied, "the login was refused at the identity provider",
                      token.error);
    case TokenState::Expired:
        return finish(FlowEnd::Expired, "nobody confirmed this login in time", token.error);
    case TokenState::Spent:
        return finish(FlowEnd::Refused, "the identity provider no longer knows this login",
                      token.error);
    case TokenState::Misset:
        return finish(FlowEnd::Misset,
                      "the bastion's registration at the identity provider is at fault",
                      token.error);
    case TokenState::Refused:
        return finish(FlowEnd::Refused, "the identity provider refused the login", token.error);
    }
}

void DeviceFlow::verify() {
    auto person = issuer_.verify(base::as_text(id_token_.reveal()));
    if (person.ok()) {
        person_ = std::move(person).value();
        return finish(FlowEnd::Proven, {}, {});
    }
    const base::Error &error = person.error();
    if (error.code != base::ErrorCode::NotFound)
        return finish(FlowEnd::Refused, error.message, error.message);
    due_ = clock_.steady() + look_again;
    if (clock_.steady() - begun_ >= provider_patience)
        finish(FlowEnd::Unavailable, std::string(try_later), error.message);
}

base::SteadyTime DeviceFlow::wake() const {
    switch (step_) {
    case Step::Begin:
    case Step::Verifying:
        return due_;
    case Step::Waiting:
        return std::min(due_, expires_);
    case Step::Authorizing:
    case Step::Polling:
    case Step::Done:
        return base::SteadyTime::max();
    }
    return base::SteadyTime::max();
}

void DeviceFlow::cancel() {
    if (step_ != Step::Done)
        finish(FlowEnd::Cancelled, "the login was cancelled", "cancelled");
}

void DeviceFlow::finish(FlowEnd end, std::string message, std::string detail) {
    step_ = Step::Done;
    end_ = end;
    message_ = std::move(message);
    detail_ = std::move(detail);
    device_code_.clear();
    id_token_.clear();
}

bool FlowQuota::enter(const std::string &address) {
    const auto found = addresses_.find(address);
    if (open_ >= in_all_ || (found != addresses_.end() && found->second >= per_address_))
        return false;
    ++addresses_[address];
    ++open_;
    return true;
}

void FlowQuota::leave(const std::string &address) {
    const auto found = addresses_.find(address);
    if (found == addresses_.end())
        return;
    --open_;
    if (--found->second == 0)
        addresses_.erase(found);
}

} // namespace sallyport::oidc
