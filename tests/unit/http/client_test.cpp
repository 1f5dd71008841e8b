// SPDX-License-Identifier: Apache-2.0
// Against a scripted server on loopback: a thread that answers each connection with fixed bytes.
#include "sallyport/base/unique_fd.hpp"
#include "sallyport/http/client.hpp"

#include <atomic>
#include <thread>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace sallyport;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("http.client");

namespace {

class Server {
  public:
    // An empty answer holds the connection open without a word.
    explicit Server(std::string answer) : answer_(std::move(answer)) {
        listener_.reset(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(bind(listener_.get(), reinterpret_cast<sockaddr *>(&address), sizeof address) == 0);
        REQUIRE(listen(listener_.get(), 64) == 0);
        socklen_t length = sizeof address;
        getsockname(listener_.get(), reinterpret_cast<sockaddr *>(&address), &length);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~Server() {
        stop_ = true;
        thread_.join();
    }
    Server(const Server &) = delete;
    Server &operator=(const Server &) = delete;
    std::string url(const std::string &path = "/") const {
        return "http://127.0.0.1:" + std::to_string(port_) + path;
    }
    // REQUIRES: the exchange has ended
    std::string seen() {
        stop_ = true;
        if (thread_.joinable())
            thread_.join();
        thread_ = std::thread([] {});
        return seen_;
    }

  private:
    void serve() {
        std::vector<base::UniqueFd> held;
        while (!stop_) {
            pollfd waiting{listener_.get(), POLLIN, 0};
            if (poll(&waiting, 1, 20) <= 0)
                continue;
            base::UniqueFd peer(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
            char buffer[4096];
            if (answer_.empty()) {
                held.push_back(std::move(peer));
                continue;
            }
            const ssize_t got = read(peer.get(), buffer, sizeof buffer);
            if (got > 0)
                seen_.append(buffer, static_cast<std::size_t>(got));
            std::string_view rest = answer_;
            while (!rest.empty()) {
                const ssize_t sent = send(peer.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
                if (sent <= 0)
                    break;
                rest.remove_prefix(static_cast<std::size_t>(sent));
            }
        }
    }
    std::string answer_, seen_;
    base::UniqueFd listener_;
    std::uint16_t port_ = 0;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

std::unique_ptr<http::Client> open_client() {
    http::Settings settings;
    settings.plain = http::PlainHttp::OnLoopback;
    return http::Client::open(settings).value();
}
std::string answer_of(const std::string &body, const std::string &head = "") {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + head +
           "Connection: close\r\n\r\n" + body;
}

} // namespace

TEST_CASE("an answer of any status is a response with its headers and body") {
    Server server("HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\nHTTP/1.1 418 Teapot\r\nX-A:  b \r\n"
                  "Content-Length: 3\r\nConnection: close\r\n\r\nabc");
    const auto client = open_client();
    const auto response =
        client->fetch({http::Method::Get, server.url("/p?q=1"), {{"X-T", "v"}}, ""});
    REQUIRE(response.ok());
    CHECK(response->status == 418);
    CHECK(response->body == "abc");
    CHECK(*http::find_header(*response, "x-a") == "b");
    CHECK(http::find_header(*response, "x-early") == nullptr);
    const std::string seen = server.seen();
    CHECK(seen.starts_with("GET /p?q=1 HTTP/1.1\r\n"));
    CHECK(seen.find("X-T: v\r\n") != std::string::npos);
    CHECK(seen.find("Accept-Encoding") == std::string::npos);
}

TEST_CASE("a body is posted as it is") {
    Server server(answer_of("ok"));
    const auto client = open_client();
    const std::string body("a=1\0b", 5);
    REQUIRE(
        client->fetch({http::Method::Post, server.url(), {{"Content-Type", "text/x"}}, body}).ok());
    const std::string seen = server.seen();
    CHECK(seen.starts_with("POST / HTTP/1.1\r\n"));
    CHECK(seen.find("Content-Type: text/x\r\n") != std::string::npos);
    CHECK(seen.ends_with("\r\n\r\n" + body));
}

TEST_CASE("a redirect is an answer and is not followed") {
    Server elsewhere(answer_of("secret"));
    Server server("HTTP/1.1 302 Found\r\nLocation: " + elsewhere.url() +
                  "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    const auto response = open_client()->fetch({http::Method::Get, server.url(), {}, ""});
    CHECK(response->status == 302);
    CHECK(response->body.empty());
    CHECK(elsewhere.seen().empty());
}

TEST_CASE("the proxy of the environment is not used") {
    Server proxy(answer_of("from the proxy"));
    Server server(answer_of("direct"));
    setenv("http_proxy", proxy.url().c_str(), 1);
    setenv("all_proxy", proxy.url().c_str(), 1);
    const auto response = open_client()->fetch({http::Method::Get, server.url(), {}, ""});
    unsetenv("http_proxy");
    unsetenv("all_proxy");
    CHECK(response->body == "direct");
}

TEST_CASE("a body up to the limit is taken and one byte more is not") {
    http::Limits limits;
    limits.max_body = 1000;
    Server fits(answer_of(std::string(1000, 'a')));
    CHECK(open_client()->fetch({http::Method::Get, fits.url(), {}, ""}, limits)->body.size() ==
          1000);
    Server longer(answer_of(std::string(1001, 'a')));
    CHECK(open_client()->fetch({http::Method::Get, longer.url(), {}, ""}, limits).error().code ==
          base::ErrorCode::TooLarge);
    Server endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n800\r\n" +
                   std::string(2048, 'a') + "\r\n800\r\n" + std::string(2048, 'a'));
    CHECK(open_client()->fetch({http::Method::Get, endless.url(), {}, ""}, limits).error().code ==
          base::ErrorCode::TooLarge);
    Server headers(answer_of("", "X-Long: " + std::string(80 * 1024, 'h') + "\r\n"));
    CHECK(open_client()->fetch({http::Method::Get, headers.url(), {}, ""}).error().code ==
          base::ErrorCode::TooLarge);
}

TEST_CASE("a silent peer costs the time limit and no more; others go on meanwhile") {
    Server silent("");
    Server quick(answer_of("quick"));
    const auto client = open_client();
    http::Limits limits;
    limits.total = 300ms;
    const auto begun = std::chrono::steady_clock::now();
    const auto slow = client->start({http::Method::Get, silent.url(), {}, ""}, limits).value();
    CHECK(client->fetch({http::Method::Get, quick.url(), {}, ""})->body == "quick");
    CHECK(std::chrono::steady_clock::now() - begun < 200ms);
    CHECK(client->running() == 1);
    std::vector<http::Finished> finished;
    while (finished.empty()) {
        pollfd waiting{client->fd(), POLLIN, 0};
        REQUIRE(poll(&waiting, 1, 2000) == 1);
        client->drive();
        finished = client->take_finished();
    }
    CHECK(finished.at(0).ticket == slow);
    CHECK(finished.at(0).response.error().message == "no answer in time");
    CHECK(std::chrono::steady_clock::now() - begun < 1000ms);
    CHECK(client->running() == 0);
}

TEST_CASE("a cancelled transfer leaves no trace") {
    Server silent("");
    const auto client = open_client();
    const auto ticket = client->start({http::Method::Get, silent.url(), {}, ""}).value();
    client->drive();
    client->cancel(ticket);
    client->cancel(ticket);
    client->cancel(999);
    client->drive();
    CHECK(client->running() == 0);
    CHECK(client->take_finished().empty());
}

TEST_CASE("no more transfers at a time than the limit") {
    Server silent("");
    const auto client = open_client();
    for (std::size_t i = 0; i < http::max_transfers; ++i)
        REQUIRE(client->start({http::Method::Get, silent.url(), {}, ""}).ok());
    CHECK(client->start({http::Method::Get, silent.url(), {}, ""}).error().code ==
          base::ErrorCode::Unavailable);
}

TEST_CASE("a refused connection and broken answers are unavailable, in fixed words") {
    std::string gone;
    {
        Server server(answer_of("x"));
        gone = server.url("/secret-path");
    }
    const auto refused = open_client()->fetch({http::Method::Get, gone, {}, ""});
    CHECK(refused.error() == base::Error{base::ErrorCode::Unavailable, "no connection"});
    for (const char *answer :
         {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "garbage\r\n\r\n"}) {
        Server server(answer);
        CHECK(open_client()->fetch({http::Method::Get, server.url(), {}, ""}).error().code ==
              base::ErrorCode::Unavailable);
    }
}

TEST_CASE("what must not be dialled is not") {
    Server server(answer_of("x"));
    const auto strict = http::Client::open({}).value();
    CHECK(strict->fetch({http::Method::Get, server.url(), {}, ""}).error().message ==
          "URL is not https");
    http::Settings guarded;
    guarded.refuse_private_addresses = true;
    const auto guard = http::Client::open(guarded).value();
    for (const char *url :
         {"https://127.0.0.1:1/", "https://10.1.2.3/", "https://169.254.169.254/",
          "https://[::1]:1/", "https://[::ffff:127.0.0.1]:1/", "https://localhost:1/"})
        CHECK_MESSAGE(guard->fetch({http::Method::Get, url, {}, ""}).error().code ==
                          base::ErrorCode::Denied,
                      url);
}

TEST_CASE("a header that would end its line is refused") {
    const auto client = open_client();
    for (const http::Header &header :
         {http::Header{"X-A", "b\r\nX-C: d"}, http::Header{"X A", "b"}, http::Header{"", "b"},
          http::Header{"X-A", ""}, http::Header{"X-A:", "b"}, http::Header{"X-A", "b\x7f"}})
        CHECK(
            client->start({http::Method::Get, "http://127.0.0.1:1/", {header}, ""}).error().code ==
            base::ErrorCode::InvalidInput);
}
TEST_SUITE_END();
