// What the folder's own files share when they call OpenSSL: owners of its objects, and one way to treat failures
// that no input can cause. Private to crypto/.
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

/// For calls that fail only when memory is short or the installation is broken. Empties the thread's error queue first:
/// SSL_get_error reads that queue and would blame a connection.
inline void require(bool ok, const char* what) {
  if (ok) return;
  ERR_clear_error();
  throw std::runtime_error(what);
}

/// For calls that fail on bad input: passes the result on and leaves no error behind.
inline bool tried(bool ok) {
  if (!ok) ERR_clear_error();
  return ok;
}

}  // namespace tacit::crypto
