// Checks the key pairs of tenants, and those that are ready for new tenants: their certificates, and that no number is
// used twice. Holds a number and a tenant for each certified pair.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "crypto/envelope/envelope.hpp"
#include "store/engine/engine.hpp"
#include "store/model/store_keys.hpp"
#include "store/model/verify_report.hpp"

namespace tacit::store {

/// Receives all prekeys, then what the log says, then all tenants' pairs.
class KeyCheck {
 public:
  /// The arguments must outlive this object.
  KeyCheck(const StoreKeys& keys, VerifyReport& report) : keys_(keys), report_(report) {}

  enum class Certificate : std::uint8_t { right, missing, not_accepted, wrong };
  /// Verifies the signature. Any thread.
  Certificate judge(const crypto::TenantKey& key) const;

  /// A row under the prefix of prekeys. Opens its private half if there is the root private keyring.
  void prekey(const Row& row);
  /// The pair with that number was given to a tenant: it cannot be a prekey any more.
  void given(const crypto::KeyNumber& number, const crypto::Uuid& tenant);
  void tenant_key(const crypto::Uuid& tenant, const crypto::TenantKey& key) { tenant_key(tenant, key, judge(key)); }
  void tenant_key(const crypto::Uuid& tenant, const crypto::TenantKey& key, Certificate certificate);
  /// The pair that a rekey replaces.
  void previous_key(const crypto::Uuid& tenant, const crypto::TenantKey& key) { previous_key(tenant, key, judge(key)); }
  void previous_key(const crypto::Uuid& tenant, const crypto::TenantKey& key, Certificate certificate);

 private:
  /// `name`: "key" or "previous key". Returns whether the pair is signed.
  bool judge(const crypto::Uuid& tenant, const crypto::TenantKey& key, Certificate certificate,
             const std::string& name);
  void take_number(const crypto::Uuid& tenant, const crypto::KeyNumber& number, const std::string& name);

  const StoreKeys& keys_;
  VerifyReport& report_;
  std::map<crypto::KeyNumber, std::optional<crypto::Uuid>> numbers_;  ///< std::nullopt: of a prekey
};

}  // namespace tacit::store
