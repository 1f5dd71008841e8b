// SPDX-License-Identifier: Apache-2.0
// Session is one channel of the person and what became of it: a talk with the front desk or the
// login door, or a run at a target. Its states and what each of sallyportd's messages does in each
// of them stand in one table (session.cpp). Callbacks of the two channels move bytes and set flags;
// states change in step() and in the on_ functions, which the connection calls outside of
// callbacks.
#pragma once
#include "guarded_terminal.hpp"
#include "pump.hpp"

#include "sallyport/ipc/edge.hpp"
#include "sallyport/ssh/client.hpp"
#include "sallyport/ssh/server.hpp"

#include <deque>

namespace sallyport::relay {

struct SessionContext {
    ssh::Loop &loop;
    ipc::Edge &edge;
    const base::Clock &clock;
    PathMaker &paths;
    const wire::Welcome &welcome;
    model::Door door = model::Door::FrontDesk;
};

class Session final : private ssh::ChannelSink, private ssh::ClientPort {
  public:
    enum class State : std::uint8_t {
        Fresh,    // open, nothing asked yet
        Talk,     // front desk or login door
        Asked,    // ChannelAsk is sent, the target's door
        Exchange, // key exchange with the target
        Deciding, // exchange done, waiting for the release; a hold is no different from here
        Login,    // at the target, with the released signature
        Setup,    // channel, terminal, environment, program
        Run,
        Closing, // the last text, the exit status, the close
        Over,
    };
    static constexpr std::size_t state_count = 10;

    Session(std::uint32_t number, std::unique_ptr<ssh::Channel> channel, SessionContext &context);
    ~Session() override;

    // True: answered with success.
    bool on_request(const ssh::ChannelRequest &request);
    // A message of sallyportd's for this channel or session. An error ends the connection.
    base::Status on_frame(ipc::Frame &frame);
    // The person's connection is gone, or ends: closes the record and tells sallyportd.
    void on_connection_end(wire::EndReason reason);
    // Says the text and ends with the status.
    void end_with(const std::string &text, std::uint32_t status);

    void step();
    State state() const { return state_; }
    bool over() const { return state_ == State::Over; }
    bool backlog() const { return pump_.backlog(); }
    std::optional<base::SteadyTime> due() const;
    std::uint32_t number() const { return number_; }
    const model::SessionId &id() const { return opened_.session; }
    ssh::Channel &channel() { return *channel_; }

  private:
    using Handler = base::Status (Session::*)(ipc::Frame &);
    struct Row;
    static const Row table[];

    // The person's channel.
    std::size_t on_data(ssh::Stream stream, base::BytesView bytes) override;
    void on_eof() override { input_ended_ = true; }
    void on_close() override { person_closed_ = true; }
    void on_signal(const std::string &name) override;
    // The target's key exchange.
    void on_exchange(const ssh::Exchange &exchange, base::BytesView signature) override;

    // The target's channel.
    struct TargetSink final : ssh::ChannelSink {
        explicit TargetSink(Session &owner) : session(owner) {}
        std::size_t on_data(ssh::Stream stream, base::BytesView bytes) override {
            return session.guard_ ? session.from_guarded_target(bytes)
                                  : session.pump_.from_target(stream, bytes);
        }
        void on_eof() override { ended = true; }
        void on_close() override { closed = true; }
        void on_exit_status(std::uint32_t code) override { status = code; }
        void on_exit_signal(const ssh::ExitSignal &name) override { signal = name; }
        Session &session;
        bool ended = false, closed = false;
        std::optional<std::uint32_t> status;
        std::optional<ssh::ExitSignal> signal;
    };

    base::Status take_gather(ipc::Frame &frame);
    base::Status take_text(ipc::Frame &frame);
    base::Status take_end(ipc::Frame &frame);
    base::Status take_opened(ipc::Frame &frame);
    base::Status take_ready(ipc::Frame &frame);
    base::Status take_released(ipc::Frame &frame);
    base::Status take_tail(ipc::Frame &frame);
    base::Status take_verdict(ipc::Frame &frame);
    base::Status ignore(ipc::Frame &frame);
    base::Status ignore_opened(ipc::Frame &frame);
    base::Status refuse(ipc::Frame &frame);

    bool ask(wire::AskKind kind, const std::string &text);
    bool add_variable(const ssh::ChannelRequest &request);
    bool set_terminal(const ssh::ChannelRequest &request);
    void resize(const ssh::Size &size);
    std::size_t talk(base::BytesView bytes);
    std::size_t look_for_cancel(base::BytesView bytes);
    std::size_t gather(base::BytesView bytes);
    void step_gather();
    void tell_gathered(bool complete);
    void send_input(base::BytesView bytes, bool end);
    void cancel(bool closed);

    base::Status open_target(base::UniqueFd socket);
    void step_talk();
    void step_waiting();
    void step_exchange();
    void step_login();
    void step_setup();
    void step_run();
    bool step_output();
    void end_run();

    // The guarded shell (session_guard.cpp).
    struct Guard;
    void begin_guard();
    void step_guard();
    void step_guard_timer();
    void step_guard_output();
    void step_guard_keys();
    void step_guard_end();
    std::size_t from_guarded_target(base::BytesView bytes);
    std::size_t from_guarded_person(base::BytesView bytes);
    void guard_output(base::BytesView bytes);
    void guard_keys(base::BytesView bytes);
    void guard_notice(base::BytesView text);
    void guard_resize();
    void carry_out(const TerminalActions &actions);
    void carry_out_one(const prompt::ToTarget &action);
    void carry_out_one(const ToPerson &action);
    void carry_out_one(const AskUnit &action);
    void carry_out_one(const CancelUnit &action);
    void carry_out_one(const UnitStarted &action);
    void carry_out_one(const UnitStopped &action);
    void carry_out_one(const UnitNotRun &action);
    void carry_out_one(const prompt::Arm &action);
    void carry_out_one(const prompt::End &action);
    void step_closing();
    void begin_login();
    void fail(wire::EndReason reason, std::uint32_t status, const std::string &text);
    void finish(wire::EndReason reason);
    void close_with(std::optional<std::uint32_t> status);
    void say_line(const std::string &text);
    void say(ssh::Stream stream, base::BytesView text);
    template <typename M>
    void send(const M &message) {
        (void)context_.edge.send(message); // a failure shows when the connection reads the edge
    }

    std::uint32_t number_;
    SessionContext &context_;
    std::unique_ptr<ssh::Channel> channel_;
    Pump pump_;
    State state_ = State::Fresh;

    // What was asked.
    wire::AskKind kind_ = wire::AskKind::Exec;
    std::string text_;
    std::optional<ssh::Terminal> terminal_;
    std::vector<model::EnvironmentEntry> environment_;
    std::size_t environment_bytes_ = 0;

    // Standard input that sallyportd wants whole before it decides; it goes to the program first.
    struct Gathering {
        base::Bytes input;
        base::SteadyTime deadline;
        bool full = false; // more came than a script may have
        bool told = false;
    };
    std::optional<Gathering> gathering_;

    // The person's side.
    bool input_ended_ = false, person_closed_ = false, input_end_sent_ = false;
    bool unread_ = false; // input that waits in libssh while nobody takes it
    bool interrupted_ = false;
    std::deque<std::string> signals_;

    // The target's side.
    wire::SessionOpened opened_;
    std::optional<wire::Released> released_;
    std::unique_ptr<OutputPath> path_;
    std::unique_ptr<ssh::Client> client_;
    TargetSink sink_{*this};
    std::unique_ptr<runtime::Exec> exec_;
    bool session_open_ = false; // SessionOpened came, SessionEnded is due
    bool output_end_sent_ = false;
    std::unique_ptr<Guard> guard_; // of a guarded shell that runs

    // Closing.
    std::optional<std::uint32_t> exit_status_;
    std::optional<ssh::ExitSignal> exit_signal_;
    bool close_sent_ = false;
    base::SteadyTime close_deadline_{};
};

} // namespace sallyport::relay
