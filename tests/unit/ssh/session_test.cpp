// SPDX-License-Identifier: Apache-2.0
// Server and Client against each other in one loop: what a stock client cannot be made to send.
#include "repairs.hpp"

#include "sallyport/ssh/client.hpp"
#include "sallyport/ssh/library.hpp"
#include "sallyport/wire/ssh.hpp"

#include <functional>

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <sys/socket.h>

using namespace sallyport;

namespace {

class HostKey {
  public:
    HostKey() : key_(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")) {}
    ~HostKey() { EVP_PKEY_free(key_); }
    HostKey(const HostKey &) = delete;
    HostKey &operator=(const HostKey &) = delete;
    base::Bytes blob() const {
        base::Bytes raw(32);
        std::size_t size = raw.size();
        EVP_PKEY_get_raw_public_key(key_, raw.data(), &size);
        wire::Writer writer;
        writer.string(std::string_view("ssh-ed25519")).string(base::BytesView(raw));
        return std::move(writer).bytes();
    }
    base::Bytes sign(const ssh::Exchange &exchange) const {
        base::Bytes hash(64), signature(64);
        unsigned hash_size = 0;
        std::size_t size = signature.size();
        EVP_Digest(exchange.pre_image.data(), exchange.pre_image.size(), hash.data(), &hash_size,
                   EVP_get_digestbyname(exchange.hash.c_str()), nullptr);
        EVP_MD_CTX *context = EVP_MD_CTX_new();
        EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key_);
        EVP_DigestSign(context, signature.data(), &size, hash.data(), hash_size);
        EVP_MD_CTX_free(context);
        wire::Writer writer;
        writer.string(std::string_view("ssh-ed25519")).string(base::BytesView(signature));
        return std::move(writer).bytes();
    }

  private:
    EVP_PKEY *key_;
};

// Well formed, signed by nobody: the port of this test looks at no certificate.
base::Bytes certificate() {
    const base::Bytes zeros(32, 0);
    const HostKey key;
    const base::Bytes blob = key.blob();
    wire::Reader parts(blob);
    parts.string();
    wire::Writer writer;
    writer.string(std::string_view("ssh-ed25519-cert-v01@openssh.com"))
        .string(base::BytesView(zeros))
        .string(parts.string())
        .uint64(1)
        .uint32(1)
        .string(std::string_view("id"))
        .string(std::string_view())
        .uint64(0)
        .uint64(~std::uint64_t{0})
        .string(std::string_view())
        .string(std::string_view())
        .string(std::string_view())
        .string(base::BytesView(blob))
        .string(std::string_view("signature"));
    return std::move(writer).bytes();
}

struct Sink final : ssh::ChannelSink {
    std::size_t on_data(ssh::Stream, base::BytesView bytes) override {
        if (!taking)
            return 0;
        base::append(got, bytes);
        return bytes.size();
    }
    void on_eof() override { ended = true; }
    void on_close() override { closed = true; }
    base::Bytes got;
    bool taking = true, ended = false, closed = false;
};

// Both ends, logged in unless told otherwise.
struct Pair final : ssh::ServerPort, ssh::ServerEvents, ssh::ClientPort {
    explicit Pair(ssh::LoginAnswer given = ssh::LoginAnswer::Accept) : answer(given) {
        REQUIRE(ssh::start_library().ok());
        int ends[2];
        REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
        loop = std::move(ssh::Loop::open()).value();
        ssh::ServerOptions options;
        options.host_keys.push_back({"ssh-ed25519", key.blob()});
        options.software = "Test_1";
        server =
            std::move(ssh::Server::open(*loop, base::UniqueFd(ends[0]), options, *this)).value();
        ssh::ClientOptions client_options;
        client_options.host_key_algorithms = {"ssh-ed25519"};
        client = std::move(ssh::Client::open(*loop, base::UniqueFd(ends[1]), client_options, *this))
                     .value();
    }
    ~Pair() override {
        for (auto &channel : accepted)
            server->forget_channel(*channel);
        accepted.clear();
        opened.clear();
    }
    base::Bytes sign_exchange(const ssh::Exchange &exchange) override { return key.sign(exchange); }
    ssh::LoginReply login(base::BytesView) override { return {answer, ""}; }
    void on_channel(std::unique_ptr<ssh::Channel> channel) override {
        channel->set_sink(&server_sink);
        accepted.push_back(std::move(channel));
    }
    bool on_request(ssh::Channel &, const ssh::ChannelRequest &request) override {
        requests.push_back(request);
        return request.kind != ssh::RequestKind::Other;
    }
    void on_refused(const std::string &what) override { refused.push_back(what); }
    void on_exchange(const ssh::Exchange &exchange, base::BytesView) override {
        exchanges += exchange.pre_image.empty() ? 0 : 1;
    }
    // Until it is true, at most three seconds.
    bool until(const std::function<bool()> &done) {
        for (int i = 0; i < 300; ++i) {
            if (served || server->exchange() == ssh::Progress::Done) {
                served = true;
                server->take_requests(*this);
            }
            if (done())
                return true;
            loop->poll(std::chrono::milliseconds(10));
        }
        return false;
    }
    ssh::Progress finish(const std::function<ssh::Progress()> &step) {
        ssh::Progress progress = ssh::Progress::Again;
        until([&] { return (progress = step()) != ssh::Progress::Again; });
        return progress;
    }
    ssh::Progress enter() {
        if (finish([&] { return client->exchange(); }) != ssh::Progress::Done)
            return ssh::Progress::Failed;
        REQUIRE(client->set_login({"root", certificate(), base::Bytes(64, 1)}).ok());
        return finish([&] { return client->login(); });
    }
    ssh::Channel *open() {
        opened.push_back(std::move(client->new_channel()).value());
        opened.back()->set_sink(&client_sink);
        const auto progress = finish([&] { return opened.back()->open_session(); });
        return progress == ssh::Progress::Done ? opened.back().get() : nullptr;
    }

    HostKey key;
    ssh::LoginAnswer answer;
    std::unique_ptr<ssh::Loop> loop;
    std::unique_ptr<ssh::Server> server;
    std::unique_ptr<ssh::Client> client;
    Sink server_sink, client_sink;
    std::vector<std::unique_ptr<ssh::Channel>> accepted, opened;
    std::vector<ssh::ChannelRequest> requests;
    std::vector<std::string> refused;
    int exchanges = 0;
    bool served = false;
};

} // namespace

TEST_SUITE_BEGIN("ssh.session");

TEST_CASE("both ends meet without a private key in either of them") {
    Pair pair;
    CHECK(pair.enter() == ssh::Progress::Done);
    CHECK(pair.exchanges == 1);
    CHECK(pair.server->logged_in());
    CHECK(pair.server->client_version().rfind("SSH-2.0-", 0) == 0);
}

TEST_CASE("every refused login is answered") {
    for (const auto answer : {ssh::LoginAnswer::Refuse, ssh::LoginAnswer::RefuseAndClose,
                              ssh::LoginAnswer::Acceptable}) { // a signed request only asks nothing
        Pair pair(answer);
        CHECK(pair.enter() == ssh::Progress::Failed);
        CHECK_FALSE(pair.server->logged_in());
        CHECK(pair.server->closing() == (answer == ssh::LoginAnswer::RefuseAndClose));
    }
}

TEST_CASE("a command arrives whole, NUL and all") {
    Pair pair;
    REQUIRE(pair.enter() == ssh::Progress::Done);
    ssh::Channel *channel = pair.open();
    REQUIRE(channel != nullptr);
    const std::string command("echo a\0; id\r\n", 13);
    wire::Writer writer;
    writer.string(std::string_view(command));
    CHECK(pair.finish([&] {
        const ssh::PackOverride whole("s", writer.bytes());
        return channel->request_exec("short");
    }) == ssh::Progress::Done);
    REQUIRE(pair.requests.size() == 1);
    CHECK(pair.requests[0].kind == ssh::RequestKind::Exec);
    CHECK(pair.requests[0].text == command);
}

TEST_CASE("a request with bytes behind it ends the session") {
    Pair pair;
    REQUIRE(pair.enter() == ssh::Progress::Done);
    ssh::Channel *channel = pair.open();
    REQUIRE(channel != nullptr);
    wire::Writer writer;
    writer.string(std::string_view("id")).byte(0);
    pair.until([&] {
        const ssh::PackOverride longer("s", writer.bytes());
        (void)channel->request_exec("id");
        return !pair.server->connected();
    });
    CHECK_FALSE(pair.server->connected());
    CHECK(pair.requests.empty());
}

TEST_CASE("terminal modes, pixels and breaks are not lost") {
    Pair pair;
    REQUIRE(pair.enter() == ssh::Progress::Done);
    ssh::Channel *channel = pair.open();
    REQUIRE(channel != nullptr);
    const ssh::Terminal terminal{"xterm", {80, 24, 800, 600}, {1, 0, 0, 0, 3, 0}};
    CHECK(pair.finish([&] { return channel->request_terminal(terminal); }) == ssh::Progress::Done);
    channel->change_size({100, 50, 1000, 900});
    channel->send_break(250);
    CHECK(pair.until([&] { return pair.requests.size() == 3; }));
    CHECK(pair.requests[0].terminal.modes == terminal.modes);
    CHECK(pair.requests[0].terminal.size.pixel_height == 600);
    CHECK(pair.requests[1].kind == ssh::RequestKind::Size);
    CHECK(pair.requests[1].size.pixel_width == 1000);
    CHECK(pair.requests[2].kind == ssh::RequestKind::Break);
    CHECK(pair.requests[2].milliseconds == 250);
}

TEST_CASE("the channel above the limit is refused, and one that was freed makes room") {
    Pair pair;
    REQUIRE(pair.enter() == ssh::Progress::Done);
    for (std::size_t i = 0; i < ssh::max_channels; ++i)
        REQUIRE(pair.open() != nullptr);
    CHECK(pair.open() == nullptr);
    CHECK(pair.refused.size() == 1);
    pair.server->forget_channel(*pair.accepted.back());
    pair.accepted.pop_back();
    CHECK(pair.open() != nullptr);
}

TEST_CASE("a reader that takes nothing stops the writer, and loses nothing") {
    Pair pair;
    REQUIRE(pair.enter() == ssh::Progress::Done);
    ssh::Channel *channel = pair.open();
    REQUIRE(channel != nullptr);
    pair.server_sink.taking = false;
    const base::Bytes block(32768, 'x');
    std::size_t written = 0;
    for (int i = 0; i < 400; ++i) {
        const std::size_t room = std::min(channel->room(), block.size());
        written += channel->write(ssh::Stream::Out, base::BytesView(block).first(room));
        pair.loop->poll(std::chrono::milliseconds(1));
    }
    CHECK(written < 4 * 1024 * 1024);
    CHECK(channel->room() == 0);
    std::size_t read = 0;
    CHECK(pair.until([&] {
        read += pair.accepted[0]->read_waiting(ssh::Stream::Out).size();
        return read == written;
    }));
    CHECK(pair.until([&] { return channel->room() > 0; }));
}

TEST_SUITE_END();
