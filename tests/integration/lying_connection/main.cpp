// SPDX-License-Identifier: Apache-2.0
// A sallyport-connection that has been taken over, as far as anybody else can tell: it is started
// in the place of the real one, starts the real one behind it (its path stands in the file `real`
// beside it), and changes what goes over the edge. The name that it is started by says how:
//
//   lie-user      another user in the login request that the person signed
//   lie-sid       one bit of the pre-image that is signed as host
//   lie-hostkey   another host key in it
//   lie-again     a second host signature before the login
//   lie-success   tells its SSH side that the refused login was accepted
//   lie-tkey      another host key in the target's exchange
//   lie-tsig      one bit of the target's signature
//   lie-trekey    the same, first in a rekey
//   lie-early     asks for the release before the target's exchange
//   lie-beyond    releases another text than the approved one
//   lie-tcmd      asks the target for another command than the released one
//   lie-tuser     logs in at the target as somebody else
#include "sallyport/ipc/edge.hpp"
#include "sallyport/os/process.hpp"
#include "sallyport/wire/connection_edge.hpp"

#include <fstream>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace {

using namespace sallyport; // NOLINT

constexpr int client_descriptor = 3, edge_descriptor = 4, root_descriptor = 5;

void flip(base::Bytes &bytes, std::size_t at) {
    if (at < bytes.size())
        bytes[at] ^= 1;
}

// The byte at which the host key's own bytes end, in V_C V_S I_C I_S K_S ...
std::size_t end_of_host_key(const base::Bytes &pre_image) {
    wire::Reader reader(pre_image);
    for (int i = 0; i < 5; ++i)
        reader.string();
    return reader.position() - 1;
}

class Liar {
  public:
    explicit Liar(std::string lie) : lie_(std::move(lie)) {}

    void run(ipc::Edge &daemon, ipc::Edge &child) {
        for (;;) {
            pollfd ready[2] = {{daemon.descriptor(), POLLIN, 0}, {child.descriptor(), POLLIN, 0}};
            if (daemon.wants_write())
                ready[0].events |= POLLOUT;
            if (child.wants_write())
                ready[1].events |= POLLOUT;
            ::poll(ready, 2, 1000);
            if (!daemon.flush().ok() || !child.flush().ok())
                return;
            auto up = child.receive();
            auto down = daemon.receive();
            if (up.ok())
                for (ipc::Frame &frame : up.value())
                    pass_up(frame, daemon);
            if (down.ok())
                for (ipc::Frame &frame : down.value())
                    pass_down(frame, child, daemon);
            if (!up.ok() || !down.ok())
                return;
        }
    }

  private:
    template <typename M, typename Change>
    void change(ipc::Frame &frame, const std::string &lie, Change alter) {
        if (lie_ != lie || frame.type != M::type)
            return;
        auto message = frame.as<M>();
        if (!message.ok())
            return;
        alter(message.value());
        frame.body = wire::encode(message.value());
    }

    void pass_up(ipc::Frame &frame, ipc::Edge &daemon) {
        change<wire::LoginRequest>(frame, "user", [](auto &message) {
            wire::Reader reader(message.raw);
            reader.string();
            wire::Writer writer;
            writer.string(std::string_view("root@elsewhere")).raw(reader.rest());
            message.raw = std::move(writer).bytes();
        });
        change<wire::HostSign>(frame, "sid", [](auto &message) {
            flip(message.pre_image, message.pre_image.size() - 1); // of K
        });
        change<wire::HostSign>(frame, "hostkey", [](auto &message) {
            flip(message.pre_image, end_of_host_key(message.pre_image));
        });
        change<wire::TargetExchange>(frame, "tkey", [](auto &message) {
            flip(message.pre_image, end_of_host_key(message.pre_image));
        });
        change<wire::TargetExchange>(frame, "tsig",
                                     [](auto &message) { flip(message.signature, 40); });
        change<wire::TargetExchange>(frame, "trekey", [this](auto &message) {
            if (exchanges_++ > 0)
                flip(message.signature, 40);
        });
        change<wire::ReleaseAsk>(frame, "beyond", [](auto &message) { message.text += "; id"; });
        change<wire::ChannelAsk>(frame, "early", [this](auto &message) { asked_ = message.text; });
        if (lie_ == "again" && frame.type == wire::HostSign::type && !again_) {
            again_ = true;
            (void)daemon.send_frame(frame.type, frame.body);
        }
        (void)daemon.send_frame(frame.type, frame.body, std::move(frame.descriptors));
    }

    void pass_down(ipc::Frame &frame, ipc::Edge &child, ipc::Edge &daemon) {
        change<wire::LoginVerdict>(frame, "success", [](auto &message) {
            message.outcome = wire::LoginOutcome::Accepted;
            message.door = model::Door::Target;
        });
        change<wire::Released>(frame, "tcmd",
                               [](auto &message) { message.text = "echo not judged"; });
        change<wire::Released>(frame, "tuser", [](auto &message) { message.account = "daemon"; });
        change<wire::SessionOpened>(frame, "early", [&](auto &message) {
            (void)daemon.send(wire::ReleaseAsk{message.session, 0, asked_});
        });
        (void)child.send_frame(frame.type, frame.body, std::move(frame.descriptors));
    }

    std::string lie_, asked_;
    int exchanges_ = 0;
    bool again_ = false;
};

} // namespace

int main(int, char **argv) {
    const std::string self = argv[0];
    const std::size_t slash = self.rfind('/'), dash = self.rfind('-');
    std::ifstream file(self.substr(0, slash) + "/real");
    os::Program program;
    std::getline(file, program.path);
    auto ends = os::socket_pair();
    if (!ends.ok())
        return 1;
    program.passed = {{client_descriptor, client_descriptor},
                      {ends->second.get(), edge_descriptor}};
    if (fcntl(root_descriptor, F_GETFD) >= 0)
        program.passed.emplace_back(root_descriptor, root_descriptor);
    auto child = os::start(program);
    if (!child.ok())
        return 1;
    close(client_descriptor);
    ends->second.reset();
    ipc::Edge daemon{base::UniqueFd(edge_descriptor)}, behind{std::move(ends->first)};
    Liar(self.substr(dash + 1)).run(daemon, behind);
    child->signal(9);
    return 0;
}
