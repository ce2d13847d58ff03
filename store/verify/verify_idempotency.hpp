// Checks the idempotency keys of one tenant (store/rows/idempotency_row.hpp). A part of TenantCheck.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "store/rows/idempotency_row.hpp"

namespace tacit::store {

/// Receives the rows of kind 8, those of kind 9, then finish().
class IdempotencyCheck {
 public:
  using Problem = std::function<void(const std::string& what)>;

  explicit IdempotencyCheck(Problem problem) : problem_(std::move(problem)) {}

  /// `rest`: what follows the kind in the row's key. The keys may be null: then the row stays unread.
  void row(const Uuid& tenant, const crypto::TenantKeys* keys, const crypto::TenantKeys* previous_keys, ByteView rest,
           ByteView row);
  void order_row(ByteView rest, ByteView row);
  void finish();

 private:
  struct Kept {
    std::optional<std::int64_t> made;  ///< std::nullopt: the row could not be opened
    std::uint32_t size = 0;
    bool in_order = false;
  };

  Problem problem_;
  std::map<IdempotencyMac, Kept> kept_;
  std::uint32_t bytes_ = 0;
  std::optional<IdempotencyCount> count_;
};

}  // namespace tacit::store
