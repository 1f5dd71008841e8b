// SPDX-License-Identifier: Apache-2.0
// One session: a channel's run at one target, from what was asked to the sealed record. The order
// is always decision, then (if held) approval, target exchange verified, event durable, signature:
// the signature is the release. One object a channel; its state is what sallyportd knows.
#pragma once
#include "core.hpp"
#include "held.hpp"

#include "sallyport/identity/host_exchange.hpp"

namespace sallyport::supervisor {

class Connection;

class TargetSession final : public Handler {
  public:
    TargetSession(Connection &connection, Held &held, std::unique_ptr<Port> port,
                  wire::ChannelAsk ask);
    ~TargetSession() override;

    void begin();
    // A message of this session. An error ends the connection.
    base::Status received(const ipc::Frame &frame);
    base::Status gathered(wire::GatheredInput input);
    void input(base::BytesView bytes, bool end) override;
    void cancel(bool closed) override;
    void connection_lost();
    // An administrator's or a revocation's word.
    void end_by_order(const std::string &why);

    const model::SessionId &id() const { return id_; }
    bool running() const { return state_ == State::Running; }
    // Opened and not ended: its connection still has to write the record's foot and say so.
    bool awaits_end() const { return opened_; }

  private:
    enum class State : std::uint8_t {
        Gathering, // a script on standard input is read, whole
        Deciding,  // facts and policy; the dial may be under way
        Held,      // an approver is awaited
        Dialling,  // decided, no socket yet
        Opened,    // socket and record are with the connection, its exchange is under way
        Releasing, // the signer works
        Running,
        Over,
    };

    // ---- before it runs (target_session.cpp)
    bool describe_action();
    void gather();
    void input_is_open();
    void decide();
    void decided(const decider::Decided &decided);
    void hold(const model::Decision &decision);
    void held_changed(const model::Request &request);
    void refuse(const struct Speech &speech, std::uint32_t exit_status);
    void expect_end();
    model::Event event(model::EventKind kind) const;

    // ---- from the decision to the run (session_release.cpp)
    void dial();
    void resolved(const std::vector<std::string> &addresses);
    void dialled(base::UniqueFd socket, const std::string &local_address);
    void open_session();
    base::Status target_exchange(const wire::TargetExchange &exchange);
    base::Status release_ask(const wire::ReleaseAsk &ask);
    void try_release();
    void ask_signer();
    std::string command_at_target() const;

    // ---- while it runs and after (session_end.cpp)
    base::Status session_ended(const wire::SessionEnded &ended);
    base::Status chain_head(const wire::ChainHead &head);
    base::Status tail_ask(const wire::TailAsk &ask);
    void finish(const std::string &reason, std::int64_t exit_status);

    // ---- guarded shell (session_units.cpp)
    struct Unit;
    base::Status unit_ask(const wire::UnitAsk &ask);
    void unit_decided(const decider::Decided &decided);
    void hold_unit(const decider::Decided &decided);
    void unit_changed(const model::Request &request);
    base::Status release_unit(const wire::ReleaseAsk &ask);
    void allow_unit();
    base::Status unit_ended(const wire::UnitEnded &ended);
    void answer_unit(wire::UnitOutcome outcome, const std::string &text, bool incomplete = false);

    Connection &connection_;
    Core &core_;
    Held &held_;
    std::unique_ptr<Port> port_;
    wire::ChannelAsk ask_;
    model::SessionId id_;
    model::Action action_;
    const model::Target *target_ = nullptr; // of setup_
    std::shared_ptr<const Setup> setup_;    // the one in force when the session began
    State state_ = State::Deciding;
    bool gathered_ = false;   // or tried
    std::string shown_input_; // the script on standard input of an exec, for people
    bool json_ = false, decided_ = false, approved_ = false, dialling_ = false, opened_ = false,
         released_event_ = false;
    model::Decision decision_;
    std::string shown_;
    std::vector<std::string> programs_; // judged as programs or builtins of the shell
    std::optional<model::Request> request_;
    base::UniqueFd socket_;
    std::string local_address_;
    std::unique_ptr<identity::TargetExchange> exchange_;
    std::string record_path_;
    std::uint64_t tail_number_ = 1;
    std::unique_ptr<Unit> unit_;
    std::uint64_t last_unit_ = 0;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

} // namespace sallyport::supervisor
