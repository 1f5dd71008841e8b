// SPDX-License-Identifier: Apache-2.0
#include "core.hpp"

namespace sallyport::supervisor {

void Core::note(const model::Event &event) const {
    const base::Status appended = events.append(event, audit::Durable::Later);
    if (!appended.ok())
        log.write(base::LogLevel::Error, "events", appended.error().message);
}

base::Status Core::record(const model::Event &event) const {
    base::Status appended = events.append(event, audit::Durable::Now);
    if (!appended.ok())
        log.write(base::LogLevel::Error, "events", appended.error().message);
    return appended;
}

} // namespace sallyport::supervisor
