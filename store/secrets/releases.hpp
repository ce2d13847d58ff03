// The release of values to tools, and what their owners see of it.
#pragma once

#include <memory>
#include <vector>

#include "crypto/ids/uuid.hpp"
#include "store/engine/async.hpp"
#include "store/model/audit.hpp"
#include "store/model/release.hpp"
#include "store/model/secret_use.hpp"
#include "store/uses/use_notes.hpp"

namespace tacit::store {

class CurrentContext;
class OpenedKeys;

/// A part of the store (store/store.hpp).
class Releases {
 public:
  explicit Releases(const CurrentContext& context);

  // For the tool plane.
  /// Overwrites private keys of tenants that were opened a minute ago (store/secrets/opened_keys.hpp). Call every
  /// second. Any thread.
  void wipe_old_keys() const;
  /// Overwrites all of them: the keyrings were replaced. Any thread.
  void wipe_all_keys() const;
  /// Needs the root private keyring. The release's audit entry is durable before this returns.
  /// Named secrets that cannot be released are in the result (ReleasedTool::withheld); so is a number of arguments
  /// above the limit. Both are audited ("tool.refused") before this returns. Fails with too_many_bytes, integrity,
  /// conflict (its secrets keep changing), …; then nothing is released.
  Async<ReleasedTool> resolve(ResolveQuery query, AuditContext who);
  /// The same for each tool, in the order asked, with all releases in one transaction. Each value is opened once. Fails
  /// also with too_many_arguments, if the answer would have more than most_arguments of all tools together.
  Async<std::vector<ReleasedTool>> resolve_many(ResolveManyQuery query, AuditContext who);
  /// Notes that a tool's service refused a released value, with an audit entry. Fails with not_found unless that secret
  /// was released to this caller (AuditContext::actor) and tool within 24 hours, with too_soon less than a minute after
  /// the last report. On a store that several hosts share, not_found may take some seconds: the release may be noted on
  /// another host.
  Async<void> report(UseReport report, AuditContext who);

  /// Stores the uses that this process has noted (store/uses/use_batches.hpp). After a failure they stay noted.
  Async<void> store_uses();
  /// Whether that should be done now.
  bool uses_due(UseNotes::Clock::time_point now) const;
  UseFigures use_figures() const;

  /// For the API plane: what became of the releases of a secret. Fails with not_found.
  Async<UsesPage> uses(crypto::Uuid tenant, crypto::Uuid secret, UsesQuery query, AuditContext who) const;

 private:
  const CurrentContext& context_;
  std::shared_ptr<OpenedKeys> opened_keys_;  ///< also of operations that end later
};

}  // namespace tacit::store
