// The first step of a release: which secrets it is of. Read in slices (store/slices/slice.hpp), each on a snapshot of
// its own.
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

/// What one request can make a thread open and one audit entry list. A tool that takes as many arguments is none.
inline constexpr std::size_t most_arguments = 256;

/// A secret that will fill an argument, copied out of the snapshot.
struct Chosen {
  std::string argument;
  crypto::Uuid id;
  std::string name;
  std::int64_t updated_at = 0;
  Bytes row;
};

/// Of defaults that were read on several snapshots: what the tenant's record said in all of them. None of the defaults
/// has won for sure unless it still does when the release is recorded.
struct ChangesSeen {
  std::optional<std::uint64_t> number;  ///< as in the record (store/rows/tenant_record.hpp)
  std::shared_ptr<const crypto::TenantKeys> keys;
};

struct Choice {
  std::optional<crypto::TenantKey> key;
  std::vector<Chosen> secrets;
  std::optional<ChangesSeen> changes;  ///< only if there were several snapshots
};

/// Chooses for one request. `query` outlives it.
class ResolveChoice {
 public:
  ResolveChoice(ContextPtr store, const ResolveQuery& query);

  /// Reads a slice on this thread; true: that was the last. Fails with not_allowed, too_many_arguments (at the first
  /// that is one too many), conflict (begin again), integrity, ….
  Outcome<bool> read_slice();
  /// After the last.
  Choice take();
  /// Secrets that were named and are bound elsewhere, for the audit.
  const std::vector<crypto::Uuid>& bound_elsewhere() const { return bound_elsewhere_; }

 private:
  Task<Outcome<bool>> read_slice(Transaction& transaction);
  Task<Outcome<bool>> choose_named(Transaction& transaction, const Tenant& tenant, Slice& slice);
  Task<Outcome<bool>> choose_defaults(Transaction& transaction, const Tenant& tenant, Slice& slice);
  Outcome<bool> take_none();
  bool has_same_key(const TenantRecord& record) const;
  void withhold(const std::string& argument, const std::string& name, std::string_view why);
  bool too_many() const { return named_.size() + defaults_.arguments() > most_arguments; }

  ContextPtr store_;
  const ResolveQuery& query_;
  std::optional<crypto::TenantKey> key_;
  std::shared_ptr<const crypto::TenantKeys> keys_;
  bool begun_ = false;
  std::size_t asked_ = 0;  ///< of the named secrets: how many were looked for
  std::vector<Chosen> named_;
  std::string withheld_;  ///< `"name" for the argument "argument" (not_found); …`
  std::vector<crypto::Uuid> bound_elsewhere_;
  DefaultChoice defaults_;
  std::optional<crypto::Uuid> last_;  ///< of the secrets whose bindings were read
  std::optional<ChangesSeen> changes_;
};

}  // namespace tacit::store
