// Quota arithmetic: what of a secret is counted, and whether a change of what is used is allowed. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "store/model/outcome.hpp"

namespace tacit::store {

/// What a tenant has stored, and how much it may store.
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

/// What is used after a secret went from `before` to `after` bytes (0: there is none), never below zero.
std::uint64_t used_after(std::uint64_t used, std::uint64_t before, std::uint64_t after);

/// Nothing if the change is allowed: it ends at or below the limit, or it does not grow (so that who is over a lowered
/// limit can still shrink). Else what to say to whoever asked.
std::optional<QuotaDetail> quota_refusal(std::uint64_t limit, std::uint64_t used, std::uint64_t before,
                                         std::uint64_t after);

/// The same for one secret more: nothing, or the limit, how many there are, and how many there would be.
std::optional<QuotaDetail> count_refusal(std::uint64_t limit, std::uint64_t count);

}  // namespace tacit::store
