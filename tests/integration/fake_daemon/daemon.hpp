// SPDX-License-Identifier: Apache-2.0
// A double of sallyport-listen, sallyportd and the signer for the connection edge: it checks what
// they check of the cryptography, and decides by the first word of a command. What it saw goes to
// stdout, one line each, for the tests to read.
//
//   command or name      what happens
//   deny ...             a line on stderr and 77
//   hold ...             waits for a file DIR/approve (then release) or DIR/refuse (then 77)
//   goodbye              Goodbye instead of an answer
//   early ...            released before any exchange was verified: refused, as a lie would be
//   anything else        runs at the target
//   a shell              becomes a guarded one; its units are judged by the same words, one that
//                        ends in `do` is incomplete
// Users: account@target, login, or a front desk with `echo` (gives input back until its end),
// `status N`, `text N` (N kilobytes), `cancel` (waits for Ctrl-C, then 75).
#pragma once
#include "keys.hpp"

#include "sallyport/ipc/edge.hpp"
#include "sallyport/wire/connection_edge.hpp"

#include <map>

namespace fake {

struct Options {
    std::string connection; // program to start
    std::string directory;
    std::string record_directory; // where frame files and tails go
    int port = 0, target_port = 0;
    std::string mask_rules; // file; empty: no rule
    std::string mask_mode = "text";
    std::uint64_t rekey_bytes = 0;
    bool prefer_gcm = true, empty_root = true, full_disk = false;
};

// What the double knows of one target session.
struct Target {
    std::uint32_t channel = 0;
    std::string text;
    wire::AskKind kind = wire::AskKind::Exec;
    base::Bytes session_id;
    std::string versions_and_key;
    std::uint64_t held_unit = 0;
    std::string unit_text;
    bool verified = false, released = false, held = false, ended = false;
};

class Daemon {
  public:
    Daemon(const Options &options, const Keys &keys, base::UniqueFd edge, int child);
    // Until the connection is gone, or must be: then false.
    bool run();

  private:
    template <typename M>
    void send(const M &message, std::vector<base::UniqueFd> descriptors = {});
    void welcome();
    bool on_frame(const ipc::Frame &frame);
    bool host_sign(const wire::HostSign &message);
    bool login(const wire::LoginRequest &message);
    bool accept(const base::Bytes &raw, std::string &why, wire::LoginVerdict &verdict);
    bool ask(const wire::ChannelAsk &message);
    void ask_target(const wire::ChannelAsk &message);
    void ask_desk(const wire::ChannelAsk &message);
    void open_target(const wire::ChannelAsk &message);
    std::vector<base::UniqueFd> open_record(const std::string &session,
                                            wire::SessionOpened &opened);
    bool exchange(const wire::TargetExchange &message);
    bool release(const model::SessionId &id, Target &target);
    bool unit(const wire::UnitAsk &message);
    bool release_unit(const wire::ReleaseAsk &message, Target &target);
    bool release_ask(const wire::ReleaseAsk &message);
    bool tail(const wire::TailAsk &message);
    void input(const wire::ChannelInput &message);
    void cancel(const wire::ChannelCancel &message);
    void ended(const wire::SessionEnded &message);
    void look_for_approval();
    void end(std::uint32_t channel, std::uint32_t status, const std::string &text = "");

    const Options &options_;
    const Keys &keys_;
    ipc::Edge edge_;
    int child_;
    base::Bytes session_id_;
    base::Bytes first_host_key_;
    std::string first_versions_;
    int signatures_ = 0, attempts_ = 0;
    bool logged_in_ = false;
    std::string account_, target_;
    model::Door door_ = model::Door::FrontDesk;
    std::map<std::string, Target> targets_;
    std::map<std::uint32_t, std::string> desks_; // channel: what runs there
};

} // namespace fake
