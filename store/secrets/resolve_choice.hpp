// The first step of a release: choosing its secrets. Reads in slices (store/slices/slice.hpp), each with its own
// snapshot.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/engine/context.hpp"
#include "store/model/release.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/secrets/binding_precedence.hpp"
#include "store/slices/slice.hpp"

namespace tacit::store {

/// A secret that will fill an argument, copied from the snapshot.
struct Chosen {
  std::string argument;
  crypto::Uuid id;
  std::string name;
  std::int64_t updated_at = 0;
  Bytes row;
  Bytes binding{};                              ///< what the value is sealed with (store/rows/value_binding.hpp)
  std::optional<std::uint32_t> value_length{};  ///< in rows of format 2
};

/// The tenant's number of changes, for defaults that were read on several snapshots. The choice of a default is valid
/// only if the number is still the same when the release is recorded.
struct ChangesSeen {
  std::optional<std::uint64_t> number;  ///< as in the record (store/rows/tenant_record.hpp)
};

/// A tenant's key pairs: values are sealed to the first, and during a rekey some still to the previous one.
struct KeyPairs {
  std::optional<crypto::TenantKey> key{};
  std::optional<crypto::TenantKey> previous{};
};

struct Choice {
  KeyPairs pairs;
  std::shared_ptr<const crypto::TenantKeys> keys;  ///< of the tenant's record; null for an unknown tenant
  std::vector<Chosen> secrets;
  std::optional<ChangesSeen> changes;  ///< only if there were several snapshots
};

/// The choice for one request. `query` must outlive it.
class ResolveChoice {
 public:
  ResolveChoice(ContextPtr store, const ResolveQuery& query);

  /// Reads a slice; true: it was the last. Fails with not_allowed, too_many_arguments (at the first one
  /// above the limit), conflict (begin again), integrity, ….
  Async<bool> read_slice();
  /// Call after the last slice.
  Choice take();
  /// Named secrets that are bound elsewhere, for the audit.
  const std::vector<crypto::Uuid>& bound_elsewhere() const { return bound_elsewhere_; }

 private:
  Task<Outcome<bool>> read_slice(Transaction& transaction);
  Task<Outcome<bool>> choose_named(Transaction& transaction, const Tenant& tenant, Slice& slice);
  Task<Outcome<bool>> choose_defaults(Transaction& transaction, const Tenant& tenant, Slice& slice);
  Outcome<bool> take_none();
  bool has_same_pairs(const TenantRecord& record) const;
  void withhold(const std::string& argument, const std::string& name, std::string_view why);
  bool too_many() const { return named_.size() + defaults_.arguments() > most_arguments; }

  ContextPtr store_;
  const ResolveQuery& query_;
  KeyPairs pairs_;
  std::shared_ptr<const crypto::TenantKeys> keys_;
  bool begun_ = false;
  std::size_t asked_ = 0;  ///< the number of named secrets that were looked up
  std::vector<Chosen> named_;
  std::string withheld_;  ///< `"name" for the argument "argument" (not_found); …`
  std::vector<crypto::Uuid> bound_elsewhere_;
  DefaultChoice defaults_;
  std::optional<crypto::Uuid> last_;  ///< the last secret whose binding was read
  std::optional<ChangesSeen> changes_;
};

}  // namespace tacit::store
