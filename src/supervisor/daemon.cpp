// SPDX-License-Identifier: Apache-2.0
#include "sallyport/supervisor/daemon.hpp"

#include "chat_board.hpp"
#include "connection.hpp"
#include "control.hpp"
#include "desk.hpp"
#include "issuers.hpp"
#include "links.hpp"
#include "login_door.hpp"
#include "recorder.hpp"

#include "sallyport/os/files.hpp"
#include "sallyport/os/process.hpp"
#include "sallyport/os/random.hpp"

#include <csignal>

#include <unistd.h>

namespace sallyport::supervisor {
namespace {

using namespace std::chrono_literals;
using model::EventKind;

class Desks final : public DeskFactory {
  public:
    Desks(DeskHouse &house, Issuers &issuers) : house_(house), issuers_(issuers) {}

    std::unique_ptr<Handler> open(Connection &connection, std::unique_ptr<Port> port,
                                  const wire::ChannelAsk &ask) override {
        const auto words = split_words(ask.text);
        if (ask.kind == wire::AskKind::Subsystem || !words.ok()) {
            port->error(
                "sallyport: " +
                (words.ok() ? std::string("there is no subsystem here") : words.error().message) +
                "\n");
            port->end(64);
            return nullptr;
        }
        if (connection.login().address.door == model::Door::Login) {
            auto door = std::make_unique<LoginDoor>(connection, issuers_, std::move(port));
            door->begin(*words);
            return door;
        }
        Asker asker{connection.login().who,
                    {},
                    connection.origin().id,
                    connection.origin().address,
                    connection.login().address.user};
        const auto login = house_.core.store.find_login(asker.who.login);
        if (login.ok() && *login)
            asker.logged_in = (*login)->issued;
        bool json = false;
        for (const model::EnvironmentEntry &entry : ask.environment)
            json = json || (entry.name == "SALLYPORT_OUTPUT" && entry.value == "json");
        auto desk =
            std::make_unique<Desk>(house_, std::move(asker), std::move(port), ask.pty.has_value());
        desk->run(*words, json);
        return desk;
    }

  private:
    DeskHouse &house_;
    Issuers &issuers_;
};

// The key that binds approvals; made at the first start and kept, so that open requests survive a
// restart.
base::Result<base::Secret> binding_key(const Prefix &prefix) {
    constexpr std::size_t key_bytes = 32;
    if (!os::exists(prefix.binding_key()))
        SALLYPORT_CHECK(
            os::write_atomically(prefix.binding_key(), base::as_text(os::random_bytes(key_bytes))));
    SALLYPORT_TRY(const std::string text, os::read_private(prefix.binding_key(), key_bytes));
    if (text.size() != key_bytes)
        return base::invalid("`" + prefix.binding_key() + "` must hold 32 bytes");
    return base::Secret(text);
}

std::string fault_text(const std::vector<config::Fault> &faults) {
    std::string text;
    for (const config::Fault &fault : faults)
        text += config::shown(fault) + "\n";
    return text;
}

// What is read at start only and has changed since.
std::vector<std::string> restart_notes(const config::Config &running, const config::Config &read) {
    std::vector<std::string> notes;
    const auto note = [&notes](bool same, const char *what) {
        if (!same)
            notes.push_back(std::string(what) + " has changed: that needs a restart");
    };
    note(running.server.listen == read.server.listen, "[server] listen");
    note(running.server.judge_workers == read.server.judge_workers, "[server] judge_workers");
    note(running.server.max_connections == read.server.max_connections &&
             running.server.max_connections_per_address == read.server.max_connections_per_address,
         "[server] max_connections");
    note(running.issuers == read.issuers, "[[issuer]]");
    note(running.chats == read.chats, "[[chat]]");
    return notes;
}

class Daemon {
  public:
    Daemon(const Prefix &prefix, base::Log &log, os::Loop &loop)
        : prefix_(prefix), log_(log), loop_(loop) {}

    base::Status open(DaemonEdges edges) {
        const SetupResult setup = load_setup(prefix_);
        if (!setup.setup)
            return base::invalid("the configuration has faults:\n" + fault_text(setup.faults));
        SALLYPORT_CHECK(os::make_directories(prefix_.records()));
        SALLYPORT_TRY(store_, store::Store::open(prefix_.store()));
        SALLYPORT_TRY(events_, audit::EventLog::open(prefix_.events(), clock_));
        SALLYPORT_TRY(auto key, binding_key(prefix_));
        SALLYPORT_CHECK(open_judges(setup.setup->config.server.judge_workers));
        started_with_ = setup.setup->config;
        book_ = std::make_unique<approval::Book>(*store_, os::random_bytes);
        decider_ = std::make_unique<decider::Decider>(*judges_, setup.setup->policy);
        core_.reset(new Core{loop_,
                             clock_,
                             log_,
                             prefix_,
                             setup.setup,
                             *store_,
                             *events_,
                             *book_,
                             *decider_,
                             services_,
                             {},
                             std::move(key),
                             {}});
        SALLYPORT_CHECK(open_services(edges));
        SALLYPORT_CHECK(ask_keys());
        return open_doors(std::move(edges));
    }

    base::Status run(const std::function<void()> &ready) {
        core_->note({EventKind::ServiceStarted,
                     {},
                     {},
                     "",
                     "",
                     "",
                     {{"policy", core_->setup->policy->hash()}}});
        schedule_sync();
        ready();
        loop_.run();
        core_->note({EventKind::ServiceStopped,
                     {},
                     {},
                     "",
                     "",
                     "",
                     {{"why", failure_ ? failure_->message : "asked to"}}});
        [[maybe_unused]] const auto synced = events_->sync();
        return failure_ ? base::Status(*failure_) : base::success();
    }

  private:
    base::Status open_judges(std::size_t workers) {
        os::Program program;
        program.path = os::program_directory() + "/sallyportd";
        program.arguments = {"--judge", prefix_.knowledge()};
        SALLYPORT_TRY(judges_, decider::JudgePool::open(loop_, log_, std::move(program), workers));
        return base::success();
    }

    // sallyportd cannot do without any of its services: it ends, and with it whatever they had
    // given.
    ipc::Caller::OnLost lost(const std::string &name) {
        return [this, name](const base::Error &error) {
            failure_ = base::within(name, error);
            log_.write(base::LogLevel::Error, name, error.message);
            loop_.stop();
        };
    }

    base::Status open_services(DaemonEdges &edges) {
        const auto nothing = [](const ipc::Frame &) {};
        const auto hear = [this](const ipc::Frame &frame) {
            if (const auto click = frame.as<wire::Click>(); click.ok() && board_)
                board_->clicked(*click);
        };
        SALLYPORT_TRY(services_.signer, ipc::Caller::open(loop_, std::move(edges.signer), "signer",
                                                          nothing, lost("signer")));
        SALLYPORT_TRY(services_.dial, ipc::Caller::open(loop_, std::move(edges.dial), "dial",
                                                        nothing, lost("dial")));
        SALLYPORT_TRY(services_.identity, ipc::Caller::open(loop_, std::move(edges.identity),
                                                            "identity", nothing, lost("identity")));
        SALLYPORT_TRY(services_.notify, ipc::Caller::open(loop_, std::move(edges.notify), "notify",
                                                          hear, lost("notify")));
        return base::success();
    }

    base::Status ask_keys() {
        bool answered = false;
        base::Status result = base::success();
        services_.signer->ask<wire::KeysAnswer>(
            wire::KeysAsk{}, 10s, [&](base::Result<ipc::Caller::Reply<wire::KeysAnswer>> answer) {
                answered = true;
                if (!answer.ok()) {
                    result = answer.error();
                    return;
                }
                Keys &keys = core_->keys;
                keys.host = answer->message.host_keys;
                keys.target_ca = answer->message.target_ca;
                keys.seal_key = answer->message.seal_key;
                keys.seal_key_id = answer->message.seal_key_id;
                auto ca = cert::parse_public_key(answer->message.user_ca);
                if (ca.ok())
                    keys.user_ca = std::move(*ca);
                else
                    result = ca.error();
            });
        while (!answered)
            loop_.turn(100ms);
        return result;
    }

    base::Status open_doors(DaemonEdges edges) {
        held_ = std::make_unique<Held>(*core_);
        links_ = std::make_unique<Links>(*core_);
        board_ = std::make_unique<ChatBoard>(*core_, *held_, *links_);
        held_->show_on(*board_);
        SALLYPORT_CHECK(held_->recover());
        SALLYPORT_CHECK(recover_sessions());
        connections_ = std::make_unique<Connections>(*core_, *held_);
        issuers_ = std::make_unique<Issuers>(*core_);
        house_.reset(
            new DeskHouse{*core_, *held_, *connections_, *links_, [this] { return reload(); }});
        desks_ = std::make_unique<Desks>(*house_, *issuers_);
        SALLYPORT_TRY(listen_, ipc::Endpoint::open(
                                   loop_, std::move(edges.listen),
                                   [this](ipc::Frame frame) { from_listen(std::move(frame)); },
                                   lost("listen")));
        connections_->serve(*listen_, *desks_);
        SALLYPORT_TRY(control_, Control::open(*house_, std::move(edges.control)));
        return watch_signals();
    }

    // What a crash left: sessions without an end are ended now, and their records recovered and
    // sealed.
    base::Status recover_sessions() {
        SALLYPORT_TRY(const auto left, store_->unended_sessions());
        for (const store::Session &session : left) {
            SALLYPORT_CHECK(store_->end_session(session.id, clock_.now(), "crash", -1));
            model::Event closed{EventKind::SessionClosed,
                                session.connection,
                                session.id,
                                session.person,
                                session.account,
                                session.target,
                                {{"reason", "crash"}, {"record", session.record}}};
            core_->note(closed);
            if (session.record.empty())
                continue;
            seal_record(*core_, session.record, session.id,
                        [this, closed](const base::Status &sealed) mutable {
                            closed.kind = EventKind::RecordSealed;
                            closed.details = {{"result", sealed.ok() ? "recovered and sealed"
                                                                     : sealed.error().message}};
                            core_->note(closed);
                        });
        }
        return base::success();
    }

    void from_listen(ipc::Frame frame) {
        if (frame.type == wire::Accepted::type && frame.descriptors.size() == 1) {
            if (const auto accepted = frame.as<wire::Accepted>(); accepted.ok())
                return connections_->accepted(*accepted, std::move(frame.descriptors.front()));
        }
        if (frame.type == wire::ChildExited::type || frame.type == wire::Hello::type)
            return; // the edge of the child tells the rest
        lost("listen")(base::invalid("listen said something unknown"));
    }

    Reloaded reload() {
        const SetupResult fresh = load_setup(prefix_);
        if (!fresh.setup)
            return {fault_text(fresh.faults), {}};
        Reloaded done{"", restart_notes(started_with_, fresh.setup->config)};
        for (const std::string &warning : warnings(*fresh.setup, *store_))
            done.notes.push_back("warning: " + warning);
        core_->setup = fresh.setup;
        decider_->replace(fresh.setup->policy);
        core_->note({EventKind::PolicyLoaded,
                     {},
                     {},
                     "",
                     "",
                     "",
                     {{"policy", fresh.setup->policy->hash()}}});
        return done;
    }

    base::Status watch_signals() {
        SALLYPORT_TRY(signals_, os::signal_descriptor({SIGTERM, SIGINT, SIGHUP}));
        return loop_.watch(signals_.get(), [this](os::Ready) {
            const int number = os::read_signal(signals_.get());
            if (number == SIGHUP) {
                const Reloaded done = reload();
                for (const std::string &note : done.notes)
                    log_.write(base::LogLevel::Warning, "reload", note);
                log_.write(done.faults.empty() ? base::LogLevel::Info : base::LogLevel::Error,
                           "reload", done.faults.empty() ? "done" : done.faults);
            } else if (number != 0) {
                loop_.stop();
            }
        });
    }

    void schedule_sync() {
        loop_.after(audit::sync_interval, [this] {
            const base::Status synced = events_->sync();
            if (!synced.ok() && !std::exchange(sync_failed_, true))
                log_.write(base::LogLevel::Error, "events", synced.error().message);
            schedule_sync();
        });
    }

    const Prefix &prefix_;
    base::Log &log_;
    os::Loop &loop_;
    config::Config started_with_;
    base::SystemClock clock_;
    std::unique_ptr<store::Store> store_;
    std::unique_ptr<audit::EventLog> events_;
    std::unique_ptr<decider::JudgePool> judges_;
    std::unique_ptr<approval::Book> book_;
    std::unique_ptr<decider::Decider> decider_;
    Services services_;
    std::unique_ptr<Core> core_;
    std::unique_ptr<Held> held_;
    std::unique_ptr<Links> links_;
    std::unique_ptr<ChatBoard> board_;
    std::unique_ptr<Connections> connections_;
    std::unique_ptr<Issuers> issuers_;
    std::unique_ptr<DeskHouse> house_;
    std::unique_ptr<Desks> desks_;
    std::unique_ptr<ipc::Endpoint> listen_;
    std::unique_ptr<Control> control_;
    base::UniqueFd signals_;
    std::optional<base::Error> failure_;
    bool sync_failed_ = false;
};

} // namespace

base::Status run_daemon(const Prefix &prefix, DaemonEdges edges, base::Log &log,
                        const std::function<void()> &ready) {
    SALLYPORT_TRY(const auto loop, os::Loop::open());
    Daemon daemon(prefix, log, *loop);
    SALLYPORT_CHECK(daemon.open(std::move(edges)));
    return daemon.run(ready);
}

} // namespace sallyport::supervisor
