// SPDX-License-Identifier: Apache-2.0
// The log is a port: a module says what happened, the program decides where it goes (spdlog in the
// daemons, the edge in sallyport-connection). A line never carries a secret or raw bytes of a peer;
// sanitise with `printable` first.
#pragma once
#include <string>
#include <string_view>

namespace sallyport::base {

enum class LogLevel { Debug, Info, Warning, Error };

class Log {
  public:
    virtual ~Log() = default;
    // `what` is the module's word; `text` one line of UTF-8 without control characters.
    virtual void write(LogLevel level, std::string_view what, std::string_view text) = 0;
};

class NullLog final : public Log {
  public:
    void write(LogLevel, std::string_view, std::string_view) override {}
};

// One line on stderr: `level what: text`. For programs before their real log stands, and for tests.
class StderrLog final : public Log {
  public:
    void write(LogLevel level, std::string_view what, std::string_view text) override;
};

// Makes untrusted text safe to show on a terminal and in a log line: control characters, bidi and
// zero-width code points and invalid UTF-8 become `<U+202E>`, `<0x9b>`; the rest stays. At most
// `limit` bytes, then an ellipsis.
std::string printable(std::string_view text, std::size_t limit = 4096);

} // namespace sallyport::base
