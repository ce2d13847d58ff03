// A tenant's own quota and limits as the audit log leaves them. The entries of their changes, quota.set and limits.set,
// have the new settings as their reason (store/tenants/tenant_settings.cpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/model/tenant_limits.hpp"

namespace tacit::store {

class ReplayLimits {
 public:
  /// No setting is the tenant's own.
  void set_defaults();
  /// Settings of which the log says nothing are the defaults.
  void fill_with_defaults();
  /// An entry quota.set with that reason.
  void quota_set(std::string_view reason);
  /// An entry limits.set with that reason, which sets all limits.
  void limits_set(std::string_view reason);
  /// What of a record differs, to follow "its". Settings of which the log says nothing are not judged.
  std::vector<std::string> differences(const TenantLimits& limits, const std::optional<std::uint64_t>& quota,
                                       std::uint32_t record_format) const;

 private:
  /// std::nullopt: the log does not say. The inner std::nullopt: the default applies.
  template <class T>
  using Said = std::optional<std::optional<T>>;

  Said<std::uint64_t> quota_;
  Said<std::uint64_t> requests_per_second_;
  Said<std::uint64_t> request_burst_;
  Said<std::uint64_t> api_keys_;
  Said<std::uint64_t> secrets_;
  Said<bool> strict_binding_;
};

}  // namespace tacit::store
