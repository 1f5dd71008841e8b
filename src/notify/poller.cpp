// SPDX-License-Identifier: Apache-2.0
#include "sallyport/notify/outbox.hpp"

#include <algorithm>

namespace sallyport::notify {
namespace {

constexpr std::chrono::seconds conflict_pause{10};

} // namespace

std::optional<http::Request> Poller::next() {
    if (under_way_ || clock_.steady() < not_before_)
        return std::nullopt;
    under_way_ = true;
    return updates_request(bot_, offset_);
}

std::vector<wire::Click> Poller::answered(const base::Result<http::Response> &response) {
    under_way_ = false;
    Updates updates = read_updates(bot_, response);
    if (updates.outcome.result == Result::Done) {
        offset_ = std::max(offset_, updates.next_offset);
        pause_ = std::chrono::seconds(0);
        trouble_.clear();
        not_before_ = clock_.steady();
        return std::move(updates.clicks);
    }
    trouble_ = updates.outcome.result == Result::Conflict
                   ? "another program polls with the same bot token"
                   : updates.outcome.error;
    pause_ = pause_.count() == 0 ? std::chrono::seconds(1) : std::min(pause_ * 2, max_pause);
    const auto least =
        updates.outcome.result == Result::Conflict ? conflict_pause : std::chrono::seconds(0);
    not_before_ = clock_.steady() + std::max({pause_, least, updates.outcome.retry_after});
    return {};
}

} // namespace sallyport::notify
