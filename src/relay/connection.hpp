// SPDX-License-Identifier: Apache-2.0
// Connection ties the client's SSH session, the edge and the channels together: login, deadlines,
// the way of each message to its session, and the end.
#pragma once
#include "session.hpp"

#include "sallyport/relay/connection.hpp"

#include <map>

namespace sallyport::relay {

class Connection final : private ssh::ServerPort, private ssh::ServerEvents {
  public:
    static base::Result<std::unique_ptr<Connection>>
    open(base::UniqueFd client, const wire::Welcome &welcome, Surroundings around);
    ~Connection() override;

    base::Status run();

  private:
    enum class Phase : std::uint8_t { Exchange, Login, Service, Ending, Over };

    Connection(std::unique_ptr<ssh::Loop> loop, const wire::Welcome &welcome, Surroundings around);

    base::Bytes sign_exchange(const ssh::Exchange &exchange) override;
    ssh::LoginReply login(base::BytesView request) override;
    void on_channel(std::unique_ptr<ssh::Channel> channel) override;
    bool on_request(ssh::Channel &channel, const ssh::ChannelRequest &request) override;
    void on_refused(const std::string &what) override;

    base::Status step();
    base::Status step_phase();
    base::Status read_edge();
    base::Status dispatch(ipc::Frame &frame);
    Session *session_of(const ipc::Frame &frame);
    void goodbye(const std::string &text, std::uint32_t status);
    void step_sessions();
    void step_ending();
    void watch_edge();
    std::chrono::milliseconds wait_time() const;
    void end_sessions(wire::EndReason reason);
    void note(wire::NoteKind kind, const std::string &text);

    std::unique_ptr<ssh::Loop> loop_;
    wire::Welcome welcome_;
    Surroundings around_;
    SessionContext context_;
    std::unique_ptr<ssh::Server> server_;
    std::map<std::uint32_t, std::unique_ptr<Session>> sessions_;
    std::uint32_t last_number_ = 0;
    Phase phase_ = Phase::Exchange;
    base::SteadyTime started_, ending_until_{};
    bool edge_ready_ = true, edge_writable_watched_ = false;
    int attempts_ = 0, signed_attempts_ = 0;
    std::string refused_last_;
};

} // namespace sallyport::relay
