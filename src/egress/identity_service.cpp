// SPDX-License-Identifier: Apache-2.0
#include "sallyport/egress/identity_service.hpp"

namespace sallyport::egress {

IdentityService::IdentityService(os::Loop &loop, std::vector<IssuerAccess> issuers, base::Log &log)
    : loop_(loop), issuers_(std::move(issuers)), log_(log) {}

IdentityService::~IdentityService() {
    if (client_)
        loop_.forget(client_->fd());
}

base::Result<std::unique_ptr<IdentityService>>
IdentityService::open(os::Loop &loop, base::UniqueFd edge, std::vector<IssuerAccess> issuers,
                      http::Settings http, base::Log &log) {
    for (const IssuerAccess &issuer : issuers) {
        SALLYPORT_CHECK(oidc::check(issuer.settings));
        if (issuer.settings.plain == http::PlainHttp::OnLoopback)
            http.plain = http::PlainHttp::OnLoopback;
    }
    std::unique_ptr<IdentityService> service(new IdentityService(loop, std::move(issuers), log));
    IdentityService *const self = service.get();
    SALLYPORT_TRY(service->client_, http::Client::open(http));
    SALLYPORT_CHECK(loop.watch(service->client_->fd(), [self](os::Ready) { self->drive(); }));
    SALLYPORT_TRY(service->edge_, ipc::Endpoint::open(
                                      loop, std::move(edge),
                                      [self](const ipc::Frame &frame) { self->receive(frame); },
                                      [self](const base::Error &) { self->loop_.stop(); }));
    service->edge_->send(wire::Hello{wire::edge_version, "identity"});
    return service;
}

void IdentityService::receive(const ipc::Frame &frame) {
    const auto question = frame.as<wire::FetchAsk>();
    if (question.ok())
        return ask(*question);
    log_.write(base::LogLevel::Error, "egress", question.error().message);
    edge_->close("the peer broke the form of the edge");
}

void IdentityService::ask(const wire::FetchAsk &ask) {
    const auto refuse = [&](const std::string &why) {
        wire::FetchAnswer answer;
        answer.call = ask.call;
        answer.error = why;
        edge_->send(answer);
    };
    for (const IssuerAccess &issuer : issuers_) {
        if (issuer.settings.name != ask.issuer)
            continue;
        const auto request = oidc::http_request(ask, issuer.settings, issuer.secret.reveal());
        if (!request.ok())
            return refuse(request.error().message);
        const auto ticket = client_->start(*request, oidc::http_limits(ask.kind));
        if (!ticket.ok())
            return refuse(ticket.error().message);
        calls_.emplace(*ticket, ask.call);
        return;
    }
    refuse("no such issuer");
}

void IdentityService::drive() {
    client_->drive();
    for (http::Finished &finished : client_->take_finished()) {
        const auto found = calls_.find(finished.ticket);
        if (found == calls_.end())
            continue;
        edge_->send(oidc::fetch_answer(found->second, finished.response));
        calls_.erase(found);
    }
}

} // namespace sallyport::egress
