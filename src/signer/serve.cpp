// SPDX-License-Identifier: Apache-2.0
#include "sallyport/ipc/edge.hpp"
#include "sallyport/signer/service.hpp"
#include "sallyport/wire/service_edges.hpp"

#include <cerrno>

#include <poll.h>

namespace sallyport::signer {
namespace {

base::Status wait_for(const ipc::Edge &edge) {
    const short wanted = edge.wants_write() ? POLLOUT : POLLIN;
    pollfd poll{edge.descriptor(), wanted, 0};
    if (::poll(&poll, 1, -1) < 0 && errno != EINTR)
        return base::fail(base::ErrorCode::Internal, "poll failed");
    return base::success();
}

base::Status answer_all(Service &service, ipc::Edge &edge, std::vector<ipc::Frame> frames) {
    for (ipc::Frame &frame : frames) {
        if (!frame.descriptors.empty())
            return base::invalid("a question to the signer brought a descriptor");
        SALLYPORT_TRY(const Service::Answer answer,
                      service.answer(frame.type, std::move(frame.body)));
        SALLYPORT_CHECK(edge.send_frame(answer.type, answer.body));
    }
    return base::success();
}

} // namespace

base::Status serve(Service &service, base::UniqueFd socket) {
    ipc::Edge edge(std::move(socket));
    base::Status status = edge.send(wire::Hello{wire::edge_version, "signer"});
    while (status.ok()) {
        status = wait_for(edge);
        if (status.ok() && edge.wants_write()) {
            status = edge.flush();
            continue;
        }
        if (!status.ok())
            break;
        auto frames = edge.receive();
        status = frames.ok() ? answer_all(service, edge, std::move(*frames))
                             : base::Status(frames.error());
    }
    // Unavailable is how the transport says that the peer is gone: the one regular end.
    return status.error().code == base::ErrorCode::Unavailable ? base::success() : status;
}

} // namespace sallyport::signer
