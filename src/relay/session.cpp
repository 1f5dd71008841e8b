// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include "environment.hpp"
#include "session_guard.hpp"
#include "text.hpp"

#include "sallyport/base/log.hpp"

namespace sallyport::relay {
namespace {

using State = Session::State;

constexpr std::chrono::seconds target_deadline{30}; // for the exchange, and for login and set-up
constexpr std::chrono::seconds close_wait{10};      // for the person's close after ours
constexpr std::size_t max_text_backlog = 4 * 1024 * 1024; // of a desk that nobody reads

constexpr std::uint32_t status_record = 74, status_host_key = 76, status_unreachable = 69,
                        status_internal = 70, status_refused = 77;
constexpr const char *record_lost = "the record cannot be written, so the output stops here";

} // namespace

// What each message does in each state:
//   Fresh  Talk  Asked  Exchange  Deciding  Login  Setup  Run  Closing  Over
// A message that crossed our close is ignored; one that cannot be right ends the connection.
struct Session::Row {
    std::uint16_t type;
    Handler handlers[state_count];
};
constexpr Session::Row Session::table[] = {
    {wire::GatherInput::type,
     {&Session::refuse, &Session::refuse, &Session::take_gather, &Session::refuse, &Session::refuse,
      &Session::refuse, &Session::refuse, &Session::refuse, &Session::ignore, &Session::ignore}},
    {wire::ChannelText::type,
     {&Session::refuse, &Session::take_text, &Session::take_text, &Session::take_text,
      &Session::take_text, &Session::take_text, &Session::take_text, &Session::take_text,
      &Session::ignore, &Session::ignore}},
    {wire::ChannelEnd::type,
     {&Session::refuse, &Session::take_end, &Session::take_end, &Session::take_end,
      &Session::take_end, &Session::take_end, &Session::take_end, &Session::take_end,
      &Session::ignore, &Session::ignore}},
    {wire::SessionOpened::type,
     {&Session::refuse, &Session::refuse, &Session::take_opened, &Session::refuse, &Session::refuse,
      &Session::refuse, &Session::refuse, &Session::refuse, &Session::ignore_opened,
      &Session::ignore_opened}},
    {wire::ReleaseReady::type,
     {&Session::refuse, &Session::refuse, &Session::refuse, &Session::take_ready,
      &Session::take_ready, &Session::refuse, &Session::refuse, &Session::take_ready,
      &Session::ignore, &Session::ignore}},
    {wire::UnitVerdict::type,
     {&Session::refuse, &Session::refuse, &Session::refuse, &Session::refuse, &Session::refuse,
      &Session::refuse, &Session::refuse, &Session::take_verdict, &Session::ignore,
      &Session::ignore}},
    {wire::Released::type,
     {&Session::refuse, &Session::refuse, &Session::refuse, &Session::take_released,
      &Session::take_released, &Session::refuse, &Session::refuse, &Session::refuse,
      &Session::ignore, &Session::ignore}},
    {wire::TailReady::type,
     {&Session::refuse, &Session::refuse, &Session::refuse, &Session::take_tail,
      &Session::take_tail, &Session::take_tail, &Session::take_tail, &Session::take_tail,
      &Session::ignore, &Session::ignore}},
};

Session::Session(std::uint32_t number, std::unique_ptr<ssh::Channel> channel,
                 SessionContext &context)
    : number_(number), context_(context), channel_(std::move(channel)), pump_(*channel_) {
    channel_->set_sink(this);
}

Session::~Session() {
    channel_->set_sink(nullptr);
    pump_.attach(nullptr, nullptr);
}

// ---- sallyportd's messages

base::Status Session::on_frame(ipc::Frame &frame) {
    for (const Row &row : table)
        if (row.type == frame.type)
            return (this->*row.handlers[static_cast<std::size_t>(state_)])(frame);
    return refuse(frame);
}

base::Status Session::refuse(ipc::Frame &frame) {
    return base::fail(base::ErrorCode::Conflict, "message " + std::to_string(frame.type) +
                                                     " came in session state " +
                                                     std::to_string(static_cast<int>(state_)));
}
base::Status Session::ignore(ipc::Frame &) {
    return base::success();
}

base::Status Session::take_text(ipc::Frame &frame) {
    SALLYPORT_TRY(const auto message, frame.as<wire::ChannelText>());
    if (guard_ != nullptr)
        guard_notice(message.bytes);
    else
        say(message.stream == wire::Stream::Out ? ssh::Stream::Out : ssh::Stream::Error,
            message.bytes);
    return base::success();
}

base::Status Session::take_end(ipc::Frame &frame) {
    SALLYPORT_TRY(const auto message, frame.as<wire::ChannelEnd>());
    finish(message.exit_status == status_refused ? wire::EndReason::Refused
                                                 : wire::EndReason::Killed);
    close_with(message.exit_status);
    return base::success();
}

base::Status Session::take_opened(ipc::Frame &frame) {
    SALLYPORT_TRY(opened_, frame.as<wire::SessionOpened>());
    session_open_ = true;
    if (frame.descriptors.empty())
        return base::invalid("a session was opened without a socket");
    base::UniqueFd socket = std::move(frame.descriptors.front());
    frame.descriptors.erase(frame.descriptors.begin());
    auto path = context_.paths.make(opened_, terminal_, std::move(frame.descriptors));
    if (!path.ok()) {
        wire::Note note;
        note.session = opened_.session;
        note.text = "record: " + base::printable(path.error().message, 300);
        send(note);
        fail(wire::EndReason::RecordFailed, status_record,
             "the record cannot be written, so nothing is run");
        return base::success();
    }
    path_ = std::move(path).value();
    if (opened_.guarded && !terminal_) {
        fail(wire::EndReason::Refused, status_refused, "a guarded shell needs a terminal");
        return base::success();
    }
    return open_target(std::move(socket));
}

base::Status Session::ignore_opened(ipc::Frame &frame) {
    SALLYPORT_TRY(const auto message, frame.as<wire::SessionOpened>());
    wire::SessionEnded ended;
    ended.session = message.session;
    ended.reason = wire::EndReason::ClientClosed;
    send(ended);
    return base::success();
}

base::Status Session::take_ready(ipc::Frame &frame) {
    SALLYPORT_TRY(const auto message, frame.as<wire::ReleaseReady>());
    if (message.unit != 0 && (guard_ == nullptr || message.unit != guard_->unit))
        return base::success(); // the unit was cancelled meanwhile
    // A shell without a command runs the script that was gathered.
    const bool script = kind_ == wire::AskKind::Shell && gathering_;
    const std::string &asked = message.unit != 0 ? guard_->text : text_;
    send(wire::ReleaseAsk{
        message.session, message.unit,
        script && message.unit == 0 ? std::string(base::as_text(gathering_->input)) : asked});
    return base::success();
}

base::Status Session::take_released(ipc::Frame &frame) {
    SALLYPORT_TRY(released_, frame.as<wire::Released>());
    return base::success();
}

base::Status Session::take_tail(ipc::Frame &frame) {
    SALLYPORT_TRY(const auto message, frame.as<wire::TailReady>());
    if (frame.descriptors.size() != 1)
        return base::invalid("a fresh tail came without its descriptor");
    if (!path_->take_tail(message.sequence, std::move(frame.descriptors.front())).ok())
        fail(wire::EndReason::RecordFailed, status_record, record_lost);
    return base::success();
}

// ---- the target's side

base::Status Session::open_target(base::UniqueFd socket) {
    ssh::ClientOptions options;
    options.name = opened_.target;
    options.host_key_algorithms = opened_.key_algorithms;
    options.prefer_gcm = context_.welcome.prefer_gcm;
    options.rekey_bytes = context_.welcome.rekey_bytes;
    auto client = ssh::Client::open(context_.loop, std::move(socket), options, *this);
    if (!client.ok()) {
        fail(wire::EndReason::TargetUnreachable, status_unreachable, "the target does not answer");
        return base::success();
    }
    client_ = std::move(client).value();
    close_deadline_ = context_.clock.steady() + target_deadline;
    state_ = State::Exchange;
    return base::success();
}

void Session::on_exchange(const ssh::Exchange &exchange, base::BytesView signature) {
    wire::TargetExchange message;
    message.session = opened_.session;
    message.hash = exchange.hash;
    message.pre_image = exchange.pre_image;
    message.signature = base::to_bytes(signature);
    send(message);
}

void Session::step_exchange() {
    const ssh::Progress progress = client_->exchange();
    if (progress == ssh::Progress::Failed) {
        // No common algorithm for the host key is all that can be told here of a wrong key.
        const std::string why = client_->error();
        const bool key = why.find("host key") != std::string::npos;
        return fail(wire::EndReason::TargetUnreachable, key ? status_host_key : status_unreachable,
                    key ? "the target has no host key of the expected type"
                        : "the key exchange with the target failed");
    }
    if (progress == ssh::Progress::Done)
        state_ = State::Deciding;
}

void Session::begin_login() {
    ssh::TargetLogin login;
    login.account = released_->account;
    login.certificate = released_->certificate;
    login.signature = released_->signature;
    if (!client_->set_login(login).ok())
        return fail(wire::EndReason::TargetUnreachable, status_internal,
                    "the login made for the target is not usable");
    close_deadline_ = context_.clock.steady() + target_deadline;
    state_ = State::Login;
}

void Session::step_login() {
    const ssh::Progress progress = client_->login();
    if (progress == ssh::Progress::Failed)
        return fail(wire::EndReason::TargetUnreachable, status_unreachable,
                    "the target does not accept the login: its sshd must trust the target CA");
    if (progress == ssh::Progress::Again)
        return;
    runtime::Program program;
    program.kind = static_cast<runtime::ProgramKind>(released_->kind);
    program.text = released_->text;
    program.terminal = terminal_;
    program.environment = for_target(environment_);
    auto exec = runtime::exec_over_ssh(*client_, sink_, std::move(program));
    if (!exec.ok())
        return fail(wire::EndReason::TargetUnreachable, status_internal,
                    "the program cannot be started");
    exec_ = std::move(exec).value();
    state_ = State::Setup;
}

void Session::step_setup() {
    const ssh::Progress progress = exec_->start();
    if (progress == ssh::Progress::Failed)
        return fail(wire::EndReason::TargetUnreachable, status_unreachable,
                    "the target refuses to start the program");
    if (progress == ssh::Progress::Again)
        return;
    state_ = State::Run;
    if (opened_.guarded)
        return begin_guard();
    pump_.attach(exec_.get(), path_.get());
    if (gathering_)
        pump_.to_target(gathering_->input);
}

void Session::step_waiting() {
    if (!client_->connected() && state_ != State::Exchange)
        return fail(wire::EndReason::TargetClosed, status_unreachable,
                    "the target closed the connection");
    const bool held = state_ == State::Deciding && !released_;
    if (!held && context_.clock.steady() > close_deadline_)
        return fail(wire::EndReason::TargetUnreachable, status_unreachable,
                    "the target does not answer in time");
    if (state_ == State::Exchange)
        step_exchange();
    if (state_ == State::Deciding && released_)
        begin_login();
    if (state_ == State::Login)
        step_login();
    if (state_ == State::Setup)
        step_setup();
}

void Session::step_run() {
    for (; !signals_.empty(); signals_.pop_front())
        exec_->send_signal(signals_.front());
    if (input_ended_)
        pump_.person_ended_input();
    if (step_output())
        end_run();
}

// Moves bytes; true when everything has been forwarded that the program will ever send.
bool Session::step_output() {
    pump_.step(context_.clock.steady());
    if (const auto head = path_->head_due())
        send(*head);
    const bool over = sink_.closed || !client_->connected();
    // A guard may still have the target's last bytes.
    const bool complete = guard_ == nullptr || guard_->target_ended;
    if (complete && (sink_.ended || over))
        pump_.finish_output();
    if (pump_.path_error()) {
        if (pump_.path_error()->code == base::ErrorCode::Denied)
            fail(wire::EndReason::Refused, status_refused, pump_.path_error()->message);
        else
            fail(wire::EndReason::RecordFailed, status_record, record_lost);
        return false;
    }
    if (!complete || !pump_.drained())
        return false;
    if (sink_.ended && !output_end_sent_) {
        output_end_sent_ = true;
        channel_->send_eof();
    }
    return over;
}

void Session::end_run() {
    exit_signal_ = sink_.signal;
    const std::optional<std::uint32_t> status = sink_.status;
    if (!sink_.closed && !status && !exit_signal_)
        return fail(wire::EndReason::TargetClosed, status_unreachable,
                    "the target closed the connection");
    finish(exit_signal_ ? wire::EndReason::Signalled
           : status     ? wire::EndReason::Exited
                        : wire::EndReason::TargetClosed);
    close_with(status);
}

// ---- the end

void Session::finish(wire::EndReason reason) {
    if (!session_open_)
        return;
    session_open_ = false;
    const std::uint32_t status = sink_.status.value_or(0);
    wire::SessionEnded ended;
    ended.session = opened_.session;
    ended.reason = reason;
    ended.exit_status = status;
    if (sink_.signal) {
        ended.signal = base::printable(sink_.signal->name, 64);
        ended.text = base::printable(sink_.signal->message, 200);
    }
    ended.bytes_in = pump_.bytes_in();
    ended.bytes_out = pump_.bytes_out();
    ended.bytes_error = pump_.bytes_error();
    if (path_ != nullptr) {
        if (!path_->close(reason, sink_.status).ok())
            ended.reason = wire::EndReason::RecordFailed;
        const PathTotals totals = path_->totals();
        ended.frames = totals.frames;
        ended.raw_bytes = totals.raw_bytes;
        ended.head = totals.head;
        ended.masked = totals.masked;
    }
    send(ended);
    guard_.reset();
    pump_.attach(nullptr, nullptr);
    exec_.reset();
    client_.reset();
    path_.reset();
}

void Session::fail(wire::EndReason reason, std::uint32_t status, const std::string &text) {
    say_line(text);
    finish(reason);
    close_with(status);
}

void Session::end_with(const std::string &text, std::uint32_t status) {
    if (state_ == State::Closing || state_ == State::Over)
        return;
    if (!text.empty())
        say(ssh::Stream::Error, base::as_bytes(text.back() == '\n' ? text : text + "\n"));
    finish(wire::EndReason::Killed);
    close_with(status);
}

void Session::on_connection_end(wire::EndReason reason) {
    if (session_open_)
        pump_.finish_output();
    finish(reason);
    state_ = State::Over;
}

void Session::close_with(std::optional<std::uint32_t> status) {
    exit_status_ = status;
    state_ = State::Closing;
}

void Session::step_closing() {
    pump_.step(context_.clock.steady());
    if (!close_sent_ && pump_.drained()) {
        close_sent_ = true;
        close_deadline_ = context_.clock.steady() + close_wait;
        if (exit_signal_)
            channel_->send_exit_signal(*exit_signal_);
        else if (exit_status_)
            channel_->send_exit_status(*exit_status_);
        channel_->close();
    }
    if (person_closed_ || (close_sent_ && context_.clock.steady() > close_deadline_))
        state_ = State::Over;
}

void Session::step() {
    if (person_closed_ && state_ < State::Closing) {
        if (state_ != State::Fresh && state_ != State::Run)
            cancel(true);
        finish(wire::EndReason::ClientClosed);
        state_ = State::Over;
        return;
    }
    if (interrupted_ && state_ < State::Run) {
        interrupted_ = false;
        cancel(false);
    }
    if (pump_.text_backlog() > max_text_backlog && state_ < State::Run)
        end_with("", status_internal);
    switch (state_) {
    case State::Fresh:
    case State::Over:
        break;
    case State::Talk:
        step_talk();
        break;
    case State::Asked:
        pump_.step(context_.clock.steady());
        step_gather();
        break;
    case State::Exchange:
    case State::Deciding:
    case State::Login:
    case State::Setup:
        pump_.step(context_.clock.steady());
        step_waiting();
        break;
    case State::Run:
        if (guard_ != nullptr)
            step_guard();
        else
            step_run();
        break;
    case State::Closing:
        step_closing();
        break;
    }
}

std::optional<base::SteadyTime> Session::due() const {
    if (state_ == State::Run) {
        const auto due = path_->due();
        if (guard_ == nullptr || !guard_->timer)
            return due;
        return due ? std::min(*due, *guard_->timer) : guard_->timer;
    }
    if (state_ == State::Asked && gathering_ && !gathering_->told)
        return gathering_->deadline;
    const bool waiting = state_ == State::Exchange || state_ == State::Login ||
                         state_ == State::Setup || (state_ == State::Closing && close_sent_);
    return waiting ? std::optional(close_deadline_) : std::nullopt;
}

void Session::say(ssh::Stream stream, base::BytesView text) {
    if (terminal_)
        pump_.say(stream, terminal_lines(text));
    else
        pump_.say(stream, text);
}

void Session::say_line(const std::string &text) {
    const std::string line = opened_.json ? json_line(text) : "sallyport: " + text + "\n";
    say(ssh::Stream::Error, base::as_bytes(line));
}

} // namespace sallyport::relay
