// SPDX-License-Identifier: Apache-2.0
#include "control.hpp"

#include <cstring>

#include <sys/socket.h>
#include <unistd.h>

namespace sallyport::supervisor {
namespace {

constexpr std::size_t max_clients = 32;
constexpr std::size_t text_piece = 32 * 1024;

bool may_administer(int socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           (peer.uid == 0 || peer.uid == ::geteuid());
}

} // namespace

class Control::Client {
  public:
    Client(DeskHouse &house, std::function<void()> gone) : house_(house), gone_(std::move(gone)) {}

    base::Status open(base::UniqueFd socket) {
        SALLYPORT_TRY(endpoint_,
                      ipc::Endpoint::open(
                          house_.core.loop, std::move(socket),
                          [this](const ipc::Frame &frame) { asked(frame); },
                          [this](const base::Error &) { gone_(); }, base::max_edge_message_bytes));
        return base::success();
    }

  private:
    class ControlPort final : public Port {
      public:
        explicit ControlPort(Client &client) : client_(client) {}
        void out(std::string_view text) override { write(wire::Stream::Out, text); }
        void error(std::string_view text) override { write(wire::Stream::Error, text); }
        void end(std::uint32_t exit_status) override {
            client_.endpoint_->send(wire::ControlEnd{exit_status});
            client_.endpoint_->close("done");
        }

      private:
        void write(wire::Stream stream, std::string_view text) {
            for (; !text.empty(); text.remove_prefix(std::min(text_piece, text.size())))
                client_.endpoint_->send(
                    wire::ControlText{stream, base::to_bytes(text.substr(0, text_piece))});
        }
        Client &client_;
    };

    void asked(const ipc::Frame &frame) {
        auto ask = frame.as<wire::ControlAsk>();
        if (!ask.ok() || desk_)
            return endpoint_->close("control asked wrongly");
        desk_ = std::make_unique<Desk>(house_, Asker{{}, {}, {}, "control socket"},
                                       std::make_unique<ControlPort>(*this), false);
        desk_->run(std::move(ask->words), ask->json);
    }

    DeskHouse &house_;
    std::function<void()> gone_;
    std::unique_ptr<ipc::Endpoint> endpoint_;
    std::unique_ptr<Desk> desk_;
};

base::Result<std::unique_ptr<Control>> Control::open(DeskHouse &house, base::UniqueFd listening) {
    std::unique_ptr<Control> control(new Control(house, std::move(listening)));
    SALLYPORT_CHECK(house.core.loop.watch(control->listening_.get(),
                                          [self = control.get()](os::Ready) { self->accept(); }));
    return control;
}

Control::Control(DeskHouse &house, base::UniqueFd listening)
    : house_(house), listening_(std::move(listening)) {}

Control::~Control() {
    house_.core.loop.forget(listening_.get());
}

void Control::accept() {
    base::UniqueFd socket(
        ::accept4(listening_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket || clients_.size() >= max_clients || !may_administer(socket.get()))
        return;
    const int number = socket.get();
    auto client = std::make_unique<Client>(house_, [this, number] {
        house_.core.loop.post([this, number] { clients_.erase(number); });
    });
    if (client->open(std::move(socket)).ok())
        clients_[number] = std::move(client);
}

} // namespace sallyport::supervisor
