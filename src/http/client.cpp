// SPDX-License-Identifier: Apache-2.0
#include "sallyport/http/client.hpp"

#include "transfer.hpp"

#include "sallyport/base/unique_fd.hpp"

#include <array>
#include <map>
#include <set>

#include <poll.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

namespace sallyport::http {
namespace {

struct CleanMulti {
    void operator()(CURLM *handle) const { curl_multi_cleanup(handle); }
};

// The library's set-up counts its users, so each client may bring its own.
struct Library {
    Library() : ready(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) {}
    ~Library() {
        if (ready)
            curl_global_cleanup();
    }
    Library(const Library &) = delete;
    Library &operator=(const Library &) = delete;
    bool ready;
};

} // namespace

// libcurl's sockets and its timer live in one epoll set, which is the one descriptor that the owner
// watches.
class Client::Engine {
  public:
    explicit Engine(const Settings &settings) : settings_(settings) {}
    ~Engine() {
        for (auto &[ticket, transfer] : transfers_)
            curl_multi_remove_handle(multi_.get(), transfer->handle());
        transfers_.clear();
    }
    Engine(const Engine &) = delete;
    Engine &operator=(const Engine &) = delete;

    bool prepare();
    int fd() const { return epoll_.get(); }
    void drive();
    base::Result<Ticket> start(const Request &request, const Limits &limits);
    void cancel(Ticket ticket);
    std::size_t running() const { return transfers_.size(); }
    std::vector<Finished> &finished() { return finished_; }

  private:
    static int on_watch(CURL *, curl_socket_t socket, int what, void *self, void *);
    static int on_timer(CURLM *, long delay_ms, void *self);
    void watch(int socket, int what);
    void collect();

    Library library_;
    Settings settings_;
    base::UniqueFd epoll_, timer_;
    std::set<int> watched_;
    std::unique_ptr<CURLM, CleanMulti> multi_;
    std::map<Ticket, std::unique_ptr<Transfer>> transfers_;
    std::vector<Finished> finished_;
    Ticket last_ticket_ = 0;
};

bool Client::Engine::prepare() {
    if (!library_.ready)
        return false;
    epoll_.reset(epoll_create1(EPOLL_CLOEXEC));
    timer_.reset(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
    multi_.reset(curl_multi_init());
    if (!epoll_ || !timer_ || !multi_)
        return false;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = timer_.get();
    CURLM *const m = multi_.get();
    return epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, timer_.get(), &event) == 0 &&
           curl_multi_setopt(m, CURLMOPT_SOCKETFUNCTION, &Engine::on_watch) == CURLM_OK &&
           curl_multi_setopt(m, CURLMOPT_SOCKETDATA, this) == CURLM_OK &&
           curl_multi_setopt(m, CURLMOPT_TIMERFUNCTION, &Engine::on_timer) == CURLM_OK &&
           curl_multi_setopt(m, CURLMOPT_TIMERDATA, this) == CURLM_OK;
}

int Client::Engine::on_watch(CURL *, curl_socket_t socket, int what, void *self, void *) {
    static_cast<Engine *>(self)->watch(socket, what);
    return 0;
}

void Client::Engine::watch(int socket, int what) {
    if (what == CURL_POLL_REMOVE) {
        // The socket may be closed already, and then the kernel has taken it out.
        epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, socket, nullptr);
        watched_.erase(socket);
        return;
    }
    epoll_event event{};
    event.events = ((what & CURL_POLL_IN) != 0 ? unsigned{EPOLLIN} : 0U) |
                   ((what & CURL_POLL_OUT) != 0 ? unsigned{EPOLLOUT} : 0U);
    event.data.fd = socket;
    const bool fresh = watched_.insert(socket).second;
    if (epoll_ctl(epoll_.get(), fresh ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event) != 0)
        epoll_ctl(epoll_.get(), fresh ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event);
}

int Client::Engine::on_timer(CURLM *, long delay_ms, void *self) {
    itimerspec when{};
    if (delay_ms > 0) {
        when.it_value.tv_sec = delay_ms / 1000;
        when.it_value.tv_nsec = delay_ms % 1000 * 1000000;
    } else if (delay_ms == 0) {
        when.it_value.tv_nsec = 1; // at once, but not from inside this callback
    }
    return timerfd_settime(static_cast<Engine *>(self)->timer_.get(), 0, &when, nullptr);
}

void Client::Engine::drive() {
    std::array<epoll_event, 32> events{};
    const int count = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 0);
    int running = 0;
    for (int i = 0; i < count; ++i) {
        const epoll_event &event = events[static_cast<std::size_t>(i)];
        if (event.data.fd == timer_.get()) {
            std::uint64_t expirations = 0;
            static_cast<void>(!read(timer_.get(), &expirations, sizeof expirations));
            curl_multi_socket_action(multi_.get(), CURL_SOCKET_TIMEOUT, 0, &running);
            continue;
        }
        int what = 0;
        if ((event.events & EPOLLIN) != 0)
            what |= CURL_CSELECT_IN;
        if ((event.events & EPOLLOUT) != 0)
            what |= CURL_CSELECT_OUT;
        if ((event.events & (EPOLLERR | EPOLLHUP)) != 0)
            what |= CURL_CSELECT_ERR;
        curl_multi_socket_action(multi_.get(), event.data.fd, what, &running);
    }
    collect();
}

void Client::Engine::collect() {
    int left = 0;
    while (const CURLMsg *message = curl_multi_info_read(multi_.get(), &left)) {
        if (message->msg != CURLMSG_DONE)
            continue;
        const CURLcode code = message->data.result;
        CURL *const handle = message->easy_handle; // `message` dies with the next call
        void *owner = nullptr;
        curl_easy_getinfo(handle, CURLINFO_PRIVATE, &owner);
        const Ticket ticket = static_cast<Transfer *>(owner)->ticket();
        curl_multi_remove_handle(multi_.get(), handle);
        const auto found = transfers_.find(ticket);
        finished_.push_back({ticket, found->second->finish(code)});
        transfers_.erase(found);
    }
}

base::Result<Ticket> Client::Engine::start(const Request &request, const Limits &limits) {
    SALLYPORT_CHECK(check_endpoint(request.url, settings_.plain));
    if (transfers_.size() >= max_transfers)
        return base::fail(base::ErrorCode::Unavailable, "too many transfers at a time");
    const Ticket ticket = ++last_ticket_;
    SALLYPORT_TRY(auto transfer, Transfer::make(ticket, request, limits, settings_));
    if (curl_multi_add_handle(multi_.get(), transfer->handle()) != CURLM_OK)
        return base::fail(base::ErrorCode::Internal, "the HTTP library refuses a transfer");
    transfers_.emplace(ticket, std::move(transfer));
    return ticket;
}

void Client::Engine::cancel(Ticket ticket) {
    const auto found = transfers_.find(ticket);
    if (found == transfers_.end())
        return;
    curl_multi_remove_handle(multi_.get(), found->second->handle());
    transfers_.erase(found);
}

Client::Client(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Client::~Client() = default;

base::Result<std::unique_ptr<Client>> Client::open(const Settings &settings) {
    auto engine = std::make_unique<Engine>(settings);
    if (!engine->prepare())
        return base::fail(base::ErrorCode::Internal, "the HTTP library does not start");
    return std::unique_ptr<Client>(new Client(std::move(engine)));
}

int Client::fd() const {
    return engine_->fd();
}
void Client::drive() {
    engine_->drive();
}
std::vector<Finished> Client::take_finished() {
    return std::exchange(engine_->finished(), {});
}
base::Result<Ticket> Client::start(const Request &request, const Limits &limits) {
    return engine_->start(request, limits);
}
void Client::cancel(Ticket ticket) {
    engine_->cancel(ticket);
}
std::size_t Client::running() const {
    return engine_->running();
}

base::Result<Response> Client::fetch(const Request &request, const Limits &limits) {
    SALLYPORT_TRY(const Ticket ticket, start(request, limits));
    for (;;) {
        pollfd waiting{fd(), POLLIN, 0};
        static_cast<void>(poll(&waiting, 1, -1)); // the library's own timers end every wait
        drive();
        auto &finished = engine_->finished();
        for (auto at = finished.begin(); at != finished.end(); ++at)
            if (at->ticket == ticket) {
                auto response = std::move(at->response);
                finished.erase(at);
                return response;
            }
    }
}

} // namespace sallyport::http
