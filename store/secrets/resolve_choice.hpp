// The first step of a release: choosing its secrets. Reads in slices (store/slices/slice.hpp), each with its own
// snapshot. What several tools need is read once.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/engine/context.hpp"
#include "store/model/release.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/secrets/binding_precedence.hpp"
#include "store/secrets/bound_defaults.hpp"
#include "store/slices/slice.hpp"

namespace tacit::store {

/// A secret that will fill arguments, copied from the snapshot.
struct Chosen {
  crypto::Uuid id;
  std::string name;
  std::int64_t updated_at = 0;
  std::optional<std::int64_t> expires_at{};
  Bytes row;
  Bytes binding{};                              ///< what the value is sealed with (store/rows/value_binding.hpp)
  std::optional<std::uint32_t> value_length{};  ///< not in rows of format 1
  std::size_t value_size = 0;
};

/// An argument, and the secret that fills it.
struct ChosenValue {
  std::string argument;
  std::size_t secret = 0;  ///< index in Choice::secrets
};

/// What one tool gets, or why it gets nothing.
struct ToolChoice {
  std::vector<ChosenValue> values;
  std::vector<MissingArgument> missing{};
  std::vector<WithheldSecret> withheld{};
  std::vector<crypto::Uuid> withheld_ids{};  ///< of those that exist, for the audit
  bool too_many = false;
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
  std::vector<Chosen> secrets;                     ///< each once
  std::vector<ToolChoice> tools;                   ///< in the order asked
  std::optional<ChangesSeen> changes;              ///< only if there were several snapshots
};

/// The secrets that a choice has, by id.
struct KnownSecret {
  const ReadSecret* read = nullptr;
  std::size_t index = 0;  ///< in Choice::secrets
};
using KnownSecrets = std::map<crypto::Uuid, KnownSecret>;

/// The choice for one request. `query`, of at most most_tools, must outlive it.
class ResolveChoice {
 public:
  ResolveChoice(ContextPtr store, const ResolveManyQuery& query);

  /// Reads a slice; true: it was the last. Fails with too_many_arguments (of all tools together), conflict (begin
  /// again), integrity, ….
  Async<bool> read_slice();
  /// Call after the last slice. Fails with too_many_arguments, too_many_bytes or conflict (begin again).
  Outcome<Choice> take();

 private:
  /// A named secret that may be released.
  struct Named {
    const std::string* argument;
    SharedSecret secret;
  };
  struct Tool {
    DefaultChoice defaults;
    std::vector<Named> named{};
    std::vector<WithheldSecret> withheld{};
    std::vector<crypto::Uuid> withheld_ids{};
    bool too_many = false;

    bool refused() const { return too_many || !withheld.empty(); }
    std::size_t arguments() const { return named.size() + defaults.arguments(); }
  };
  /// A default that is being offered to tools.
  struct Offering {
    SharedSecret secret{};
    ToolSet tools = 0;
  };

  Task<Outcome<bool>> read_slice(Transaction& transaction);
  Outcome<void> check_named() const;
  void ask_ahead(Transaction& transaction);
  Task<void> expect_named(Transaction& transaction, const Tenant& tenant);
  Task<Outcome<bool>> choose_named(Transaction& transaction, const Tenant& tenant, Slice& slice);
  void judge(Tool& tool, const ResolveQuery& query, std::size_t named, const SharedSecret& secret) const;
  Task<Outcome<bool>> choose_defaults(Transaction& transaction, const Tenant& tenant, Slice& slice);
  Task<Outcome<bool>> read_defaults(Transaction& transaction, Slice& slice, bool sliced);
  Outcome<void> begin_defaults(const Tenant& tenant);
  bool add_tools(Slice& slice, bool sliced);
  Outcome<bool> offer(Slice& slice, bool sliced);
  void offer_to(std::size_t tool, const SharedSecret& secret);
  Outcome<bool> take_none();
  bool has_same_pairs(const TenantRecord& record) const;
  bool is_expired(const Metadata& metadata) const { return metadata.expires_at && *metadata.expires_at <= now_; }
  void keep_rows();
  ToolChoice take_tool(std::size_t index, Choice& choice, KnownSecrets& known);
  std::vector<MissingArgument> missing(const Tool& tool, const ResolveQuery& query) const;

  ContextPtr store_;
  const ResolveManyQuery& query_;
  const std::int64_t now_;  ///< what has expired by then is not chosen
  KeyPairs pairs_;
  std::shared_ptr<const crypto::TenantKeys> keys_;
  std::shared_ptr<const crypto::TenantKeys> likely_keys_{};  ///< before the record was read
  bool begun_ = false;
  std::vector<Tool> tools_;
  std::size_t tool_ = 0;   ///< whose named secrets are being looked up
  std::size_t asked_ = 0;  ///< the number of them that were
  std::map<std::string_view, SharedSecret> by_name_;
  std::optional<BoundDefaults> bound_;
  std::size_t added_ = 0;  ///< tools that were added to it
  bool reads_defaults_ = false;
  ToolSet active_ = 0;              ///< tools that take defaults
  std::size_t offered_to_all_ = 0;  ///< the arguments of these tools so far
  Offering offering_;
  std::optional<ChangesSeen> changes_;
  bool torn_ = false;  ///< a secret was read in two states
};

}  // namespace tacit::store
