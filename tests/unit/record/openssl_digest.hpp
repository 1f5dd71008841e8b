// SPDX-License-Identifier: Apache-2.0
// The tests' SHA-256, and a sink that keeps what it gets.
#pragma once
#include "sallyport/record/writer.hpp"

#include <openssl/evp.h>

namespace sallyport::record {

class OpensslHasher final : public Hasher {
  public:
    OpensslHasher() { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }
    void update(base::BytesView bytes) override {
        EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size());
    }
    Hash finish() override {
        Hash hash{};
        EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr);
        return hash;
    }

  private:
    struct Free {
        void operator()(EVP_MD_CTX *context) const { EVP_MD_CTX_free(context); }
    };
    std::unique_ptr<EVP_MD_CTX, Free> context_{EVP_MD_CTX_new()};
};

class OpensslDigest final : public Digest {
  public:
    std::unique_ptr<Hasher> hasher() const override { return std::make_unique<OpensslHasher>(); }
};

class MemorySink final : public Sink {
  public:
    explicit MemorySink(const Head &head) : file(encode_head(head)) {}
    base::Status append_tail(base::BytesView bytes) override {
        if (writes_left-- == 0)
            return base::fail(base::ErrorCode::Unavailable, "disk full");
        base::append(tails.back(), bytes);
        return base::success();
    }
    base::Status commit_frame(base::BytesView link, base::BytesView frame) override {
        if (writes_left-- == 0)
            return base::fail(base::ErrorCode::Unavailable, "disk full");
        base::append(file, link);
        base::append(file, frame);
        return base::success();
    }
    void want_tail(std::uint64_t number) override { wanted = number; }

    base::Bytes file;
    std::vector<base::Bytes> tails = {{}};
    std::uint64_t wanted = 0;
    long writes_left = -1; // below zero: without limit
};

inline Head test_head() {
    Head head;
    for (std::uint8_t i = 0; i < 16; ++i)
        head.session[i] = i == 0 ? 1 : i;
    head.start = base::WallTime{std::chrono::microseconds{1772622000000000}};
    head.config.fill(7);
    head.nonce.fill(9);
    return head;
}
inline CastHeader test_header() {
    return {80, 24, test_head().start, "01", "02", "alice", "deploy", "web1", "", "xterm"};
}
inline Offset ms(int milliseconds) {
    return std::chrono::milliseconds{milliseconds};
}

// A small finished record of two commands.
struct TestRecord {
    OpensslDigest digest;
    MemorySink sink{test_head()};
    Writer writer{test_head(), sink, digest};
    std::vector<ChainHead> heads;

    void command(std::string_view label, std::string_view output, int at) {
        writer.marker(label, ms(at));
        writer.output(base::as_bytes(output), ms(at + 1));
        (void)writer.flush(ms(at + 1)).ok();
        (void)writer.boundary(ms(at + 2)).ok();
        heads.push_back(writer.chain_head());
    }
    static TestRecord &fill(TestRecord &record) {
        (void)record.writer.begin(test_header()).ok();
        record.command("ls", "a\r\nb\r\n", 10);
        record.command("id", "uid=0\r\n", 20);
        return record;
    }
};

} // namespace sallyport::record
