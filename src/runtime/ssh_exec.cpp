// SPDX-License-Identifier: Apache-2.0
#include "sallyport/runtime/exec.hpp"

namespace sallyport::runtime {
namespace {

class SshExec final : public Exec {
  public:
    SshExec(std::unique_ptr<ssh::Channel> channel, Program program)
        : channel_(std::move(channel)), program_(std::move(program)) {}

    ssh::Progress start() override {
        while (step_ != Step::Running) {
            const ssh::Progress progress = perform();
            if (progress != ssh::Progress::Done)
                return progress;
        }
        return ssh::Progress::Done;
    }
    std::size_t room() const override { return channel_->room(); }
    std::size_t write(base::BytesView bytes) override {
        return channel_->write(ssh::Stream::Out, bytes);
    }
    base::Bytes read_waiting(ssh::Stream stream) override { return channel_->read_waiting(stream); }
    void send_eof() override { channel_->send_eof(); }
    void close() override { channel_->close(); }
    void change_size(const ssh::Size &size) override { channel_->change_size(size); }
    void send_signal(const std::string &name) override { channel_->send_signal(name); }
    void send_break(std::uint32_t milliseconds) override { channel_->send_break(milliseconds); }

  private:
    enum class Step { Open, Terminal, Environment, Program, Running };

    // One request; Done moves on to the next one.
    ssh::Progress perform() {
        switch (step_) {
        case Step::Open:
            return then(Step::Terminal, channel_->open_session());
        case Step::Terminal:
            if (!program_.terminal)
                return then(Step::Environment, ssh::Progress::Done);
            return then(Step::Environment, channel_->request_terminal(*program_.terminal));
        case Step::Environment:
            return environment();
        case Step::Program:
            return then(Step::Running, run());
        case Step::Running:
            break;
        }
        return ssh::Progress::Done;
    }
    ssh::Progress environment() {
        if (next_variable_ == program_.environment.size())
            return then(Step::Program, ssh::Progress::Done);
        const model::EnvironmentEntry &entry = program_.environment[next_variable_];
        const ssh::Progress progress = channel_->request_environment(entry.name, entry.value);
        if (progress == ssh::Progress::Again)
            return progress;
        ++next_variable_; // a refused variable is the target's choice (AcceptEnv)
        return ssh::Progress::Done;
    }
    ssh::Progress run() {
        switch (program_.kind) {
        case ProgramKind::Command:
            return channel_->request_exec(program_.text);
        case ProgramKind::Shell:
            return channel_->request_shell();
        case ProgramKind::Subsystem:
            return channel_->request_subsystem(program_.text);
        }
        return ssh::Progress::Failed;
    }
    ssh::Progress then(Step next, ssh::Progress progress) {
        if (progress == ssh::Progress::Done)
            step_ = next;
        return progress;
    }

    std::unique_ptr<ssh::Channel> channel_;
    Program program_;
    Step step_ = Step::Open;
    std::size_t next_variable_ = 0;
};

} // namespace

base::Result<std::unique_ptr<Exec>> exec_over_ssh(ssh::Client &client, ssh::ChannelSink &sink,
                                                  Program program) {
    if (program.text.find('\0') != std::string::npos)
        return base::invalid("the program's text has a NUL byte");
    SALLYPORT_TRY(std::unique_ptr<ssh::Channel> channel, client.new_channel());
    channel->set_sink(&sink);
    return std::unique_ptr<Exec>(new SshExec(std::move(channel), std::move(program)));
}

} // namespace sallyport::runtime
