// What one step of a tenant's rekey (store/keys/rekey.hpp) has read, and is about to do.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "store/keys/rekey.hpp"
#include "store/rows/tenant_record.hpp"

namespace tacit::store {

struct RekeyedSecret {
  Bytes key;     ///< of its row
  Bytes before;  ///< the row as it was read
  Bytes after{};
};

/// A value that stays as it is.
struct LeftSecret {
  Bytes key;
  std::string problem;
  bool names_previous = true;  ///< or may: the previous pair may still be needed
};

struct RekeyPlan {
  RekeyOrderPtr order;
  crypto::Uuid id;
  std::size_t most = 0;
  RekeyPosition from;
  std::optional<Tenant> tenant{};            ///< as it was read; std::nullopt: there is none
  std::optional<crypto::TenantKey> fresh{};  ///< the new pair that the tenant gets in this step
  bool replaces_key = false;  ///< the new pair takes the place of one that is not accepted; the previous one stays
  std::vector<RekeyedSecret> secrets{};
  std::vector<LeftSecret> left{};
  Bytes next{};        ///< the first row that was not read
  bool ended = false;  ///< all rows were read
  RekeyStep step{};

  const StoreContext& store() const { return *order->store; }
  void problem(const std::string& what) { step.problems.push_back("tenant " + id.str() + ": " + what); }
};

/// A problem of the secret in that row, without its tenant.
std::string secret_sentence(ByteView key, const std::string& what);

/// The tenant. std::nullopt without a record: it never had a key pair, or is being erased.
Task<Outcome<std::optional<Tenant>>> load_if_recorded(Transaction& transaction, const RekeyPlan& plan);

/// Reads the tenant on a snapshot, and decides what the step does: `step.finished`, or a new pair (without a previous
/// one, or with `replaces_key`), or the collected secrets. What concerns the tenant alone is a problem, not a failure.
Task<Outcome<void>> look(Transaction& transaction, RekeyPlan& plan);

}  // namespace tacit::store
