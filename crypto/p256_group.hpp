// The curve P-256 as OpenSSL calculates on it. Private to crypto/.
#pragma once

#include <openssl/obj_mac.h>

#include "crypto/openssl.hpp"

namespace tacit::crypto {

/// Made once and never freed: threads may still calculate while the process's statics are destroyed.
inline const EC_GROUP* p256_group() {
  static const EC_GROUP* const group = [] {
    const EC_GROUP* const made = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    require(made != nullptr, "OpenSSL offers no P-256");  // tried anew at the next call
    return made;
  }();
  return group;
}

}  // namespace tacit::crypto
