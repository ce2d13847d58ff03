// Quota arithmetic: the counted bytes of a secret, and whether a change of the use is allowed. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "store/model/outcome.hpp"

namespace tacit::store {

/// A tenant's use and its limit.
struct QuotaState {
  std::uint64_t limit = 0;
  std::uint64_t used = 0;
  std::uint64_t count = 0;
  bool limit_is_own = false;  ///< set for this tenant by an operator
  std::uint64_t count_limit = 0;
  bool count_limit_is_own = false;
};

/// The bytes that a secret counts for: the UTF-8 bytes of its name, value, tool_name and tool_arg.
std::uint64_t accounted_bytes(std::size_t name, std::size_t value, std::size_t tool_name, std::size_t tool_arg);

/// The use after a secret changes from `before` to `after` bytes (0: absent), never below zero.
std::uint64_t used_after(std::uint64_t used, std::uint64_t before, std::uint64_t after);

/// std::nullopt if the change is allowed: it ends at or below the limit, or it does not grow (a tenant above a lowered
/// limit can still shrink). Else the details for the answer.
std::optional<QuotaDetail> quota_refusal(std::uint64_t limit, std::uint64_t used, std::uint64_t before,
                                         std::uint64_t after);

/// The same for one additional secret: std::nullopt, or the limit, the present count and the count that it would reach.
std::optional<QuotaDetail> count_refusal(std::uint64_t limit, std::uint64_t count);

}  // namespace tacit::store
