// SPDX-License-Identifier: Apache-2.0
// Handles and manners of OpenSSL, for the files of this folder alone.
#pragma once
#include "sallyport/base/bytes.hpp"

#include <memory>

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

namespace sallyport::crypto {

template <auto Free>
struct Release {
    template <typename T>
    void operator()(T *handle) const {
        Free(handle);
    }
};
using Number = std::unique_ptr<BIGNUM, Release<BN_clear_free>>;
using NumberContext = std::unique_ptr<BN_CTX, Release<BN_CTX_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Release<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX_free>>;
using ParamBuild = std::unique_ptr<OSSL_PARAM_BLD, Release<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Release<OSSL_PARAM_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, Release<ECDSA_SIG_free>>;
using Memory = std::unique_ptr<BIO, Release<BIO_free>>;

// Stands at the head of every public function: the library never reads its configuration file, and
// none of its queued errors surfaces in a later call.
class LibraryCall {
  public:
    LibraryCall();
    ~LibraryCall() { ERR_clear_error(); }
    LibraryCall(const LibraryCall &) = delete;
    LibraryCall &operator=(const LibraryCall &) = delete;
};

inline Number number_of(base::BytesView bytes) {
    return Number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}

} // namespace sallyport::crypto
