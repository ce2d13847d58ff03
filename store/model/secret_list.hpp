// A list of a tenant's secrets: query and result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/ids/uuid.hpp"
#include "store/model/secret.hpp"

namespace tacit::store {

struct ListQuery {
  std::optional<std::size_t> limit;   ///< 1 to 1000; std::nullopt: everything
  std::optional<crypto::Uuid> after;  ///< only secrets with a larger id
  std::optional<std::string>
      tool_name;  ///< a name: those that apply to it; with `*`: those whose stored tool_name it matches
  std::optional<std::string> secret_name;
  std::optional<std::int64_t> expires_before{};  ///< only secrets that expire, and before that instant
  bool with_last_use = false;                    ///< with SecretInfo::last_used_at
};

struct SecretList {
  std::vector<SecretInfo> secrets;
  std::optional<crypto::Uuid> next;  ///< the last id of this page if there may be more; only with `limit`
};

}  // namespace tacit::store
