// Requests with an idempotency key, in the transaction of their change (store/rows/idempotency_row.hpp): what became of
// the same request before, and keeping what becomes of this one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "store/rows/idempotency_row.hpp"

namespace tacit::store {

/// An earlier request with the key, or none.
struct EarlierRequest {
  enum class Repeat : std::uint8_t {
    fresh,  ///< there was none, or it has lapsed
    same,   ///< it had the same body: `row` has the answer
    other,  ///< it had another body, or too many others came since
  };
  Repeat repeat = Repeat::fresh;
  RequestMacs macs{};  ///< under the keys of `row`, or the tenant's
  std::shared_ptr<const crypto::TenantKeys> keys{};
  std::optional<IdempotencyRow> row{};
  std::uint32_t size = 0;  ///< of the row as stored
};

/// Fails with `integrity` if the row was altered. `tenant` and `key` must outlive the task.
Task<Outcome<EarlierRequest>> find_earlier(Transaction& transaction, const Tenant& tenant, const IdempotencyKey& key,
                                           std::int64_t now);

/// Whether one more other body is to be counted: not if there were too many already.
bool counts_other_body(const EarlierRequest& earlier);
/// Counts one more other body, which has to be committed.
void count_other_body(Transaction& transaction, const crypto::Uuid& tenant, EarlierRequest earlier);

/// Keeps the answer of a fresh request. A lapsed row of the key goes, and so do a few that have lapsed or are too many.
/// Fails with `integrity`. The references must outlive the task.
Task<Outcome<void>> keep_answer(Transaction& transaction, const Tenant& tenant, const IdempotencyKey& key,
                                const EarlierRequest& earlier, std::int64_t now, KeptAnswer answer);

}  // namespace tacit::store
