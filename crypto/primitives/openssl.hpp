// Shared helpers for OpenSSL calls: owners of its objects, and one way to treat failures that no input can cause.
// Private to crypto/.
#pragma once

#include <memory>
#include <stdexcept>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>

namespace tacit::crypto {

template <auto Free>
struct OpensslFree {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};

template <class T, auto Free>
using OpensslPtr = std::unique_ptr<T, OpensslFree<Free>>;

using DigestContext = OpensslPtr<EVP_MD_CTX, EVP_MD_CTX_free>;
using CipherContext = OpensslPtr<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using PkeyPtr = OpensslPtr<EVP_PKEY, EVP_PKEY_free>;
using PkeyContext = OpensslPtr<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using BignumPtr = OpensslPtr<BIGNUM, BN_clear_free>;
using PointPtr = OpensslPtr<EC_POINT, EC_POINT_free>;

/// For calls that fail only without memory or with a broken installation. Empties the thread's error queue first,
/// because SSL_get_error reads that queue and would attribute its errors to a connection.
inline void require(bool ok, const char* what) {
  if (ok) return;
  ERR_clear_error();
  throw std::runtime_error(what);
}

/// For calls that fail on bad input: returns the result and leaves no error in the queue.
inline bool tried(bool ok) {
  if (!ok) ERR_clear_error();
  return ok;
}

}  // namespace tacit::crypto
