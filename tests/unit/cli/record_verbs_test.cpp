// SPDX-License-Identifier: Apache-2.0
#include "record_verbs.hpp"

#include "sallyport/base/encoding.hpp"
#include "sallyport/crypto/record_digest.hpp"
#include "sallyport/crypto/signature.hpp"
#include "sallyport/record/writer.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <unistd.h>

using namespace sallyport;

TEST_SUITE_BEGIN("cli.record_verbs");

namespace {

class SealKey {
  public:
    SealKey() : key_(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")) {
        unsigned char *der = nullptr;
        const int size = i2d_PUBKEY(key_, &der);
        spki.assign(der, der + size);
        OPENSSL_free(der);
    }
    ~SealKey() { EVP_PKEY_free(key_); }
    SealKey(const SealKey &) = delete;
    SealKey &operator=(const SealKey &) = delete;
    base::Bytes sign(base::BytesView message) const {
        base::Bytes signature(64);
        std::size_t size = signature.size();
        EVP_MD_CTX *context = EVP_MD_CTX_new();
        EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key_);
        EVP_DigestSign(context, signature.data(), &size, message.data(), message.size());
        EVP_MD_CTX_free(context);
        return signature;
    }
    base::Bytes spki;

  private:
    EVP_PKEY *key_;
};

class FileSink final : public record::Sink {
  public:
    base::Status append_tail(base::BytesView) override { return base::success(); }
    base::Status commit_frame(base::BytesView link, base::BytesView frame) override {
        base::append(file, link);
        base::append(file, frame);
        return base::success();
    }
    void want_tail(std::uint64_t) override {}
    base::Bytes file;
};

// A directory with one sealed record and the seal's key.
struct Fixture {
    std::filesystem::path root =
        std::filesystem::temp_directory_path() / ("record_verbs_test." + std::to_string(getpid()));
    std::string session = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    std::string record = (root / "2026/03/04" / (session + ".cast.zst")).string();
    std::string seal = (root / "2026/03/04" / (session + ".seal")).string();
    std::string key = (root / "seal.pub").string();
    base::Bytes file;

    Fixture() {
        std::filesystem::create_directories(root / "2026/03/04");
        const crypto::RecordDigest digest;
        record::Head head;
        head.start = base::WallTime{std::chrono::seconds{1772622000}};
        const base::Bytes id = base::from_hex("01563e3ab5d3d6764c61efb99302bd5b").value();
        std::copy(id.begin(), id.end(), head.session.begin());
        FileSink sink;
        sink.file = record::encode_head(head);
        record::Writer writer(head, sink, digest);
        CHECK(writer
                  .begin({80, 24, head.start, session, "C", "alice\x1b[31m", "deploy", "web1", "",
                          "xterm"})
                  .ok());
        for (const char *command : {"ls", "id"}) {
            at += std::chrono::seconds{5};
            writer.marker(command, at);
            writer.output(base::as_bytes(std::string(command) + " done\r\n"), at);
            CHECK(writer.boundary(at).ok());
        }
        CHECK(writer.finish(record::EndReason::Ended, 0, at).ok());
        file = sink.file;
        write(record, base::as_text(file));
        const SealKey seal_key;
        const std::string line = record::seal_line(
            record::make_seal(file, crypto::spki_key_id(seal_key.spki), digest).value());
        write(seal, record::seal_file(line, seal_key.sign(record::seal_message(line))));
        write(key, "-----BEGIN PUBLIC KEY-----\n" + base::base64(seal_key.spki) +
                       "\n-----END PUBLIC KEY-----\n");
    }
    ~Fixture() { std::filesystem::remove_all(root); }
    static void write(const std::string &path, std::string_view text) {
        std::ofstream(path, std::ios::binary) << text;
    }
    int verify(bool unsealed = false) {
        cli::VerifyOptions options;
        options.record = record;
        options.keys = {key};
        options.unsealed = unsealed;
        out.str("");
        return cli::record_verify(options, out, err);
    }
    record::Offset at{0};
    std::ostringstream out, err;
};

} // namespace

TEST_CASE_FIXTURE(Fixture, "verify is true for a sealed record and false after any change") {
    CHECK(verify() == 0);
    CHECK(out.str().find("record 01ARZ3NDEKTSV4RRFFQ69G5FAV: true, intact, sealed") == 0);
    for (std::size_t i = 0; i < file.size(); i += 7) {
        base::Bytes changed = file;
        changed[i] = static_cast<std::uint8_t>(changed[i] ^ 1);
        write(record, base::as_text(changed));
        CHECK_MESSAGE(verify() == 1, i);
    }
    write(record, base::as_text(file));
    CHECK(verify() == 0);
}

TEST_CASE_FIXTURE(Fixture, "a record passes only with its seal, unless it may be unsealed") {
    const SealKey other;
    write(key, base::as_text(other.spki)); // DER
    CHECK(verify() == 1);
    CHECK(verify(true) == 1); // a false seal is not an absent one
    write(seal, "");
    CHECK(verify(true) == 1);
    std::filesystem::remove(seal);
    CHECK(verify() == 1);
    CHECK(verify(true) == 0);
    std::filesystem::remove(record);
    CHECK(verify() == 2);
}

TEST_CASE_FIXTURE(Fixture, "chain heads of the event log count") {
    cli::VerifyOptions options;
    options.record = record;
    options.keys = {key};
    options.json = true;
    options.expected = {{9, record::Hash{}}};
    CHECK(cli::record_verify(options, out, err) == 1);
    CHECK(out.str().find("\"fault\":\"cut\"") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture,
                  "play keeps the pauses, bounded and scaled, and may start at a command") {
    std::vector<std::int64_t> pauses;
    const auto sleep = [&](std::chrono::microseconds pause) {
        pauses.push_back(pause.count());
        return true;
    };
    CHECK(cli::record_play({record, 2.0, std::nullopt, std::nullopt}, sleep, out, err) == 0);
    CHECK(out.str() == "ls done\r\nid done\r\n");
    out.str("");
    CHECK(cli::record_play({record, 1.0, std::chrono::milliseconds{100}, 2}, sleep, out, err) == 0);
    CHECK(out.str() == "id done\r\n");
    CHECK(pauses == std::vector<std::int64_t>{2500000, 2500000, 100000});
    out.str("");
    CHECK(cli::record_cat(record, out, err) == 0);
    CHECK(out.str() == "ls done\r\nid done\r\n");
}

TEST_CASE_FIXTURE(Fixture, "export gives lines or text, and says what it does not have") {
    CHECK(cli::record_export(record, {record::ExportForm::Text, 2}, out, err) == 0);
    CHECK(out.str() == "id done\n");
    out.str("");
    CHECK(cli::record_export(record, {record::ExportForm::Asciicast, {}}, out, err) == 0);
    CHECK(out.str().rfind("{\"version\":2,", 0) == 0);
    CHECK(cli::record_export(record, {record::ExportForm::Text, 3}, out, err) == 1);
    CHECK(err.str().find("no command 3") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "list names every record and makes what a record says printable") {
    write((root / "2026/03/04/broken.cast.zst").string(), "x");
    CHECK(cli::record_list(root.string(), false, out, err) == 0);
    CHECK(out.str().find("01ARZ3NDEKTSV4RRFFQ69G5FAV  2026-03-04T11:00:00.000000Z  alice<") == 0);
    CHECK(out.str().find("deploy@web1  2 commands  ended\n") != std::string::npos);
    CHECK(out.str().find("broken.cast.zst  no whole record") != std::string::npos);
    CHECK(out.str().find('\x1b') == std::string::npos);
    out.str("");
    CHECK(cli::record_list(root.string(), true, out, err) == 0);
    CHECK(out.str().find("\"sealed\":true") != std::string::npos);
}
TEST_SUITE_END();
