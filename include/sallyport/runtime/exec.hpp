// SPDX-License-Identifier: Apache-2.0
// Exec is one program that runs at a target and its streams, whatever carries it. SSH is the first
// adapter; containers and functions follow. One thread; non-blocking; the sink is called inside the
// loop and may only move bytes and set flags.
#pragma once
#include "sallyport/base/result.hpp"
#include "sallyport/model/action.hpp"
#include "sallyport/ssh/client.hpp"

namespace sallyport::runtime {

enum class ProgramKind : std::uint8_t { Command, Shell, Subsystem };

struct Program {
    ProgramKind kind = ProgramKind::Command;
    std::string text; // command or name of the subsystem; no NUL
    std::optional<ssh::Terminal> terminal;
    std::vector<model::EnvironmentEntry> environment; // the target may ignore any of them
};

class Exec {
  public:
    virtual ~Exec() = default;
    virtual ssh::Progress start() = 0;                    // repeat until not Again
    virtual std::size_t room() const = 0;                 // bytes of stdin that may be written now
    virtual std::size_t write(base::BytesView bytes) = 0; // bytes taken, perhaps fewer
    virtual base::Bytes read_waiting(ssh::Stream stream) = 0;
    virtual void send_eof() = 0;
    virtual void close() = 0;
    virtual void change_size(const ssh::Size &size) = 0;
    virtual void send_signal(const std::string &name) = 0;
    virtual void send_break(std::uint32_t milliseconds) = 0;
};

// Over a logged-in client session, in a channel of its own. InvalidInput for text with a NUL byte,
// which would be cut there. The client and the sink outlive the result.
base::Result<std::unique_ptr<Exec>> exec_over_ssh(ssh::Client &client, ssh::ChannelSink &sink,
                                                  Program program);

} // namespace sallyport::runtime
