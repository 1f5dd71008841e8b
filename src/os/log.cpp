// SPDX-License-Identifier: Apache-2.0
// Header-only on purpose: this file alone pays for it, and the static connection program, which
// never logs through it, links neither spdlog nor fmt.
#define FMT_HEADER_ONLY
#include "sallyport/os/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace sallyport::os {
namespace {

class SpdLog final : public base::Log {
  public:
    explicit SpdLog(const std::string &program)
        : logger_(program, std::make_shared<spdlog::sinks::stderr_sink_st>()) {
        logger_.set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %n %l %v", spdlog::pattern_time_type::utc);
        logger_.flush_on(spdlog::level::info);
    }
    void write(base::LogLevel level, std::string_view what, std::string_view text) override {
        logger_.log(level_of(level), "{}: {}", what, base::printable(text));
    }

  private:
    static spdlog::level::level_enum level_of(base::LogLevel level) {
        switch (level) {
        case base::LogLevel::Debug:
            return spdlog::level::debug;
        case base::LogLevel::Info:
            return spdlog::level::info;
        case base::LogLevel::Warning:
            return spdlog::level::warn;
        case base::LogLevel::Error:
            return spdlog::level::err;
        }
        return spdlog::level::err;
    }
    spdlog::logger logger_;
};

} // namespace

std::unique_ptr<base::Log> open_log(const std::string &program) {
    return std::make_unique<SpdLog>(program);
}

} // namespace sallyport::os
