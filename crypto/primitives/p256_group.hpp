// OpenSSL's group object of the curve P-256. Private to crypto/.
#pragma once

#include <openssl/obj_mac.h>

#include "crypto/primitives/openssl.hpp"

namespace tacit::crypto {

/// Made once and never freed: threads may still use it while the process's statics are destroyed.
inline const EC_GROUP* p256_group() {
  static const EC_GROUP* const group = [] {
    const EC_GROUP* const made = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    require(made != nullptr, "OpenSSL offers no P-256");  // the next call tries again
    return made;
  }();
  return group;
}

}  // namespace tacit::crypto
