// SPDX-License-Identifier: Apache-2.0
// The inside of Loop, for the sessions of this module.
#pragma once
#include "handles.hpp"

#include "sallyport/ssh/loop.hpp"

#include <map>

namespace sallyport::ssh {

struct Watch {
    Loop::State *loop = nullptr;
    std::function<void()> ready;
};

struct Loop::State {
    EventHandle event;
    std::map<int, std::unique_ptr<Watch>> watches;
    std::uint64_t activity = 0;
};

} // namespace sallyport::ssh
