// SPDX-License-Identifier: Apache-2.0
// The hash port of `record`, by OpenSSL. Stateless; any thread; each hasher belongs to one.
#pragma once
#include "sallyport/record/container.hpp"

namespace sallyport::crypto {

class RecordDigest final : public record::Digest {
  public:
    std::unique_ptr<record::Hasher> hasher() const override;
};

} // namespace sallyport::crypto
