// SPDX-License-Identifier: Apache-2.0
#include "sallyport/crypto/record_digest.hpp"

#include "sallyport/crypto/digest.hpp"

namespace sallyport::crypto {
namespace {

class RecordHasher final : public record::Hasher {
  public:
    void update(base::BytesView bytes) override { hash_.update(bytes); }
    record::Hash finish() override { return hash_.finish(); }

  private:
    Sha256 hash_;
};

} // namespace

std::unique_ptr<record::Hasher> RecordDigest::hasher() const {
    return std::make_unique<RecordHasher>();
}

} // namespace sallyport::crypto
