// SPDX-License-Identifier: Apache-2.0
// One sallyport-connection as sallyportd knows it. Nothing that the other side says is believed
// beyond what it must: the address is listen's, the session id is taken from the exchange, the
// person from the verified login, account, target and door from the user name that was signed.
// Which message may come when is one table (connection.cpp); anything else ends the connection.
#pragma once
#include "core.hpp"
#include "held.hpp"
#include "target_session.hpp"

#include "sallyport/identity/host_exchange.hpp"
#include "sallyport/identity/login_check.hpp"

namespace sallyport::supervisor {

class Connections;
class DeskFactory;

class Connection {
  public:
    struct Origin {
        model::ConnectionId id;
        std::uint64_t number = 0; // listen's name for the process
        std::string address;
    };

    static base::Result<std::unique_ptr<Connection>> open(Core &core, Held &held, Connections &all,
                                                          DeskFactory &desks, Origin origin,
                                                          base::UniqueFd socket);
    ~Connection();

    const Origin &origin() const { return origin_; }
    const identity::LoginOutcome &login() const { return login_; } // meaningful once logged_in()
    bool logged_in() const { return phase_ == Phase::Open; }
    // Every session at a target, also those that wait.
    std::vector<TargetSession *> sessions();
    // Says why on every channel; whoever does not end within 500 ms is killed.
    void goodbye(const std::string &text);
    void kill(const std::string &why); // now

    // ---- for handlers of its channels
    Core &core() { return core_; }
    template <typename M>
    void send(const M &message, std::vector<base::UniqueFd> descriptors = {}) {
        if (endpoint_ && endpoint_->open())
            endpoint_->send(message, std::move(descriptors));
    }
    void channel_ended(std::uint32_t channel);

    struct Row; // of the table of messages

  private:
    enum class Phase : std::uint8_t { Exchange, Login, Open };

    Connection(Core &core, Held &held, Connections &all, DeskFactory &desks, Origin origin);
    void received(const ipc::Frame &frame);
    void lost(const base::Error &reason);
    void after_deadline();

    void host_sign(const ipc::Frame &frame);
    void login_request(const ipc::Frame &frame);
    void channel_ask(const ipc::Frame &frame);
    void channel_input(const ipc::Frame &frame);
    void gathered_input(const ipc::Frame &frame);
    void channel_cancel(const ipc::Frame &frame);
    void note(const ipc::Frame &frame);
    void session_message(const ipc::Frame &frame);

    void host_signed(const wire::HostSign &sign, const wire::HostSignAnswer &answer);
    std::string refusal_banner(const identity::LoginOutcome &outcome) const;
    void answer_login(const identity::LoginOutcome &outcome);
    TargetSession *find_session(const model::SessionId &id);

    Core &core_;
    Held &held_;
    Connections &all_;
    DeskFactory &desks_;
    Origin origin_;
    std::unique_ptr<ipc::Endpoint> endpoint_;
    Phase phase_ = Phase::Exchange;
    identity::HostExchange exchange_;
    identity::LoginOutcome login_;
    int signed_tries_ = 0, tries_ = 0;
    bool signing_ = false, ending_ = false;
    os::Loop::Timer deadline_ = 0;
    std::map<std::uint32_t, std::unique_ptr<Handler>> channels_;
    std::map<std::uint32_t, TargetSession *>
        targets_; // those of channels_ that are sessions at a target
    std::uint32_t last_channel_ = 0;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

// Makes the handler of a channel at the front desk or the login door.
class DeskFactory {
  public:
    virtual ~DeskFactory() = default;
    virtual std::unique_ptr<Handler> open(Connection &connection, std::unique_ptr<Port> port,
                                          const wire::ChannelAsk &ask) = 0;
};

// All connections. Owns them.
class Connections {
  public:
    Connections(Core &core, Held &held) : core_(core), held_(held) {}
    void serve(ipc::Endpoint &listen, DeskFactory &desks) {
        listen_ = &listen;
        desks_ = &desks;
    }

    void accepted(const wire::Accepted &accepted, base::UniqueFd socket);
    void kill_process(std::uint64_t number);
    void gone(const model::ConnectionId &id); // destroys it in the next turn

    std::vector<Connection *> list();
    TargetSession *find_session(const model::SessionId &id);
    // Ends every connection of these logins.
    void end_logins(const std::vector<model::LoginId> &logins, const std::string &why);

  private:
    Core &core_;
    Held &held_;
    ipc::Endpoint *listen_ = nullptr;
    DeskFactory *desks_ = nullptr;
    std::map<std::string, std::unique_ptr<Connection>> connections_;
};

} // namespace sallyport::supervisor
