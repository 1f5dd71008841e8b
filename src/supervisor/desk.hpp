// SPDX-License-Identifier: Apache-2.0
// The desk: the commands of the front desk (`ssh bastion ...`) and of the control socket
// (`sallyport ...`), one table, one implementation. Who asks decides what is shown and allowed: a
// person sees and does what is theirs, an administrator at the control socket sees everything, ends
// and revokes, but is no person and so never approves.
#pragma once
#include "connection.hpp"
#include "core.hpp"
#include "held.hpp"

namespace sallyport::supervisor {

class Links; // chat identities, links.hpp

struct Reloaded {
    std::string faults;             // a line each; empty: done
    std::vector<std::string> notes; // what needs a restart, and warnings
};

struct DeskHouse {
    Core &core;
    Held &held;
    Connections &connections;
    Links &links;
    std::function<Reloaded()> reload;
};

struct Asker {
    model::Principal who;       // empty person: the administrator
    base::WallTime logged_in{}; // when the login was issued
    model::ConnectionId connection;
    std::string address;
    std::string typed{}; // the SSH user name, without a separator
    bool administrator() const { return who.person.empty(); }
};

class Desk final : public Handler {
  public:
    Desk(DeskHouse &house, Asker asker, std::unique_ptr<Port> port, bool terminal);
    ~Desk() override;

    // Runs one command; the port is ended by it, now or after the person's answer.
    void run(std::vector<std::string> words, bool json);
    void input(base::BytesView bytes, bool end) override;
    void cancel(bool closed) override;

    // ---- for the commands
    DeskHouse &house() { return house_; }
    Core &core() { return house_.core; }
    const Asker &asker() const { return asker_; }
    const Core &core() const { return house_.core; }
    Port &port() { return *port_; }
    bool json() const { return json_; }
    // Asks a question on the terminal; `answered` gets the line without its end. Without a
    // terminal: false, not asked.
    bool ask(const std::string &question, std::function<void(const std::string &)> answered);
    void fail(const std::string &message, std::uint32_t exit_status = 1);
    void done() { port_->end(0); }
    std::weak_ptr<bool> alive() const { return alive_; }

  private:
    DeskHouse &house_;
    Asker asker_;
    std::unique_ptr<Port> port_;
    bool terminal_, json_ = false;
    std::string line_;
    std::function<void(const std::string &)> answered_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

using Words = std::vector<std::string>;

struct DeskCommand {
    const char *words; // `request show`
    const char *arguments, *help;
    bool person, administrator; // who may use it
    void (*run)(Desk &desk, const Words &arguments);
};

// The tables of the files that implement commands.
std::vector<DeskCommand> general_commands(); // help, whoami, targets, explain, version, reload
std::vector<DeskCommand> request_commands(); // requests, request show, approve, deny
std::vector<DeskCommand> session_commands(); // sessions, session show, kill
std::vector<DeskCommand>
login_commands(); // login list, revoke; ca show, ca issue; link, links, unlink
const std::vector<DeskCommand> &desk_commands();

// Whether the asker may open sessions there; the administrator sees every target.
bool may_reach(const Desk &desk, const model::Target &target);

// Takes `NAME VALUE` (`-m why`, `--for 8h`) out of `words`; empty if it is not there.
std::optional<std::string> take_option(Words &words, const std::string &name);
bool take_flag(Words &words, const std::string &name);
// A line of columns for people: each padded to its width.
std::string columns(const std::vector<std::pair<std::string, std::size_t>> &cells);
// Splits a command line as people type it: blanks, '...', "...", backslash. InvalidInput for an
// open quote.
base::Result<Words> split_words(std::string_view line);

} // namespace sallyport::supervisor
