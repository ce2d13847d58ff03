// The store: what the rest of the program asks of it. Each operation is one transaction with its audit entry in it.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/keyring.hpp"
#include "store/api_key.hpp"
#include "store/audit.hpp"
#include "store/key_census.hpp"
#include "store/outcome.hpp"
#include "store/rewrap.hpp"
#include "store/room.hpp"
#include "store/secret.hpp"
#include "store/slice.hpp"
#include "store/store_files.hpp"
#include "store/tenant_limits.hpp"

namespace tacit::store {

class AuditReader;
class SecretListReader;
class TenantKeyReader;
class Engine;
struct StoreContext;
class CurrentContext;
struct StoreStatistics;  // store/statistics.hpp

struct StoreOptions {
  std::filesystem::path directory;
  /// Bytes of address space reserved; the file grows as it is used. The larger of this and what the store has counts;
  /// 0: what the store has.
  std::uint64_t map_size = std::uint64_t{16} << 30;
  std::uint64_t quota_default = std::uint64_t{1}
                                << 20;     ///< bytes a tenant may store unless an operator set its own limit
  std::uint32_t api_keys_default = 100;    ///< API keys a tenant may have, likewise
  std::uint32_t secrets_default = 10'000;  ///< secrets a tenant may have, likewise
  std::size_t queue_items = 4096;          ///< changes that may wait for the writer; beyond: Errc::overloaded
  std::size_t queue_bytes = std::size_t{64} << 20;
  unsigned max_readers = 1024;  ///< LMDB reader slots, over all processes
  /// How long a change or an audit entry is waited for; after that it is `unavailable`, and not known whether it was
  /// made. When one has taken half of that time, the store is unwilling, and refuses others at once.
  std::chrono::milliseconds write_deadline = std::chrono::seconds(10);
  /// How long after a change, a deletion or an erasure what it freed is overwritten; 0: never.
  std::chrono::milliseconds scrub_within = std::chrono::seconds(60);
  /// How long a request may keep the thread that asks, before it lets others go first (store/slice.hpp).
  std::chrono::nanoseconds slice = slice_time;
  /// Called once, from any thread, when the store can be used no more (a failed sync, a map that another process let
  /// outgrow this one's). The process should stop.
  std::function<void(const std::string& why)> on_failure;
  GiveUpRoot give_up_root{};  ///< see store/store_files.hpp
};

/// The keys a process was given. Shared, immutable.
struct StoreKeys {
  std::shared_ptr<const crypto::RootPublicKeyring> root_public;
  std::shared_ptr<const crypto::MetadataKeyring> metadata;
  std::shared_ptr<const crypto::RootPrivateKeyring> root_private;  ///< null on the API plane
};

struct ListQuery {
  std::optional<std::size_t> limit;   ///< 1 to 1000; without it everything
  std::optional<crypto::Uuid> after;  ///< only secrets with a larger id
  std::optional<std::string>
      tool_name;  ///< a name: those that apply to it; with `*`: those whose stored tool_name it matches
  std::optional<std::string> secret_name;
};
struct SecretList {
  std::vector<SecretInfo> secrets;
  std::optional<crypto::Uuid> next;  ///< the last id of this page if there may be more; only with `limit`
};

struct QuotaState {
  std::uint64_t limit = 0;
  std::uint64_t used = 0;
  std::uint64_t count = 0;
  bool limit_is_own = false;  ///< set for this tenant by an operator
  std::uint64_t count_limit = 0;
  bool count_limit_is_own = false;
};

struct ResolveQuery {
  crypto::Uuid tenant;
  std::string tool_name;  ///< a name, never a pattern
  std::vector<std::string> provided_args;
  std::vector<std::pair<std::string, std::string>> secrets;  ///< argument → secret_name
};
struct ReleasedValue {
  std::string argument;
  crypto::WipedBytes value;
  crypto::Uuid secret;
  std::string secret_name;
  std::int64_t updated_at = 0;
};

/// What became of a tenant that was erased.
struct Erased {
  std::uint64_t secrets = 0;   ///< as its record counted them
  std::uint64_t api_keys = 0;  ///< revoked ones too
  bool resumed = false;        ///< it had been begun before, and was cut short
};

struct SecretRow;
/// Takes what is exported of a tenant, as stored: nothing in clear that is not in clear in the store. Views, valid
/// during the call. False ends the export.
struct TenantSink {
  std::function<bool(crypto::ByteView record)> record;  ///< once, first (store/tenant_record.hpp)
  std::function<bool(const crypto::Uuid& id, const SecretRow& row)> secret;
  std::function<bool(const ApiKey& key)> api_key;  ///< unverified; revoked ones too
};

/// How far `verify` has come.
struct VerifyProgress {
  std::uint64_t rows = 0;
  std::uint64_t rows_total = 0;
};
struct VerifyReport {
  std::uint64_t tenants = 0;
  std::uint64_t secrets = 0;
  std::uint64_t values_opened = 0;
  std::uint64_t api_keys = 0;
  std::uint64_t audit_entries = 0;
  std::uint64_t audit_pruned_through = 0;  ///< the last entry that was pruned; 0: none was
  std::string audit_head;                  ///< SEQUENCE:HASH; empty without an entry
  std::vector<std::string> problems;       ///< one sentence each; at most 1000 are kept
  std::uint64_t problem_count = 0;
};

/// Thread-safe. Awaitables resume on the awaiting coroutine's executor; reads run at once on the calling thread. Those
/// that may take long (lists, resolve) let others on the thread go first now and then: their executor is an
/// io_context's that one thread runs.
class Store {
 public:
  /// Makes the directory (1770 less the umask) and an empty store in it, bound to the primary root public key and the
  /// primary metadata key of `keys`; refuses if a store is there.
  static Outcome<void> create(const StoreOptions& options, const StoreKeys& keys);
  /// Opens an existing store; several processes may have one open. Refuses keyrings that lack a key that it was made
  /// with. The sentence in Failure::subject says what is wrong.
  static Outcome<std::unique_ptr<Store>> open(const StoreOptions& options, StoreKeys keys);
  /// The same over an engine that is open already.
  static Outcome<std::unique_ptr<Store>> open(const StoreOptions& options, StoreKeys keys,
                                              std::unique_ptr<Engine> engine);
  /// A store in one file that nobody changes, for reading: a backup (store/backup.hpp) whose hash was found right.
  /// `give_up_root` is called once it is open.
  static Outcome<std::unique_ptr<Store>> open_backup(const std::filesystem::path& file, StoreKeys keys,
                                                     const GiveUpRoot& give_up_root = {});
  /// Finishes queued changes, then closes. The executors of those who await them must still be there; who is resumed
  /// after may finish, and is told `unavailable` if it asks for another change.
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  template <class T>
  using Async = boost::asio::awaitable<Outcome<T>>;

  /// Operations that begin from now on have these keys and these defaults of the options. Refuses keyrings that lack a
  /// key that the store was made with; then nothing has changed. Former keys stay in memory until the store is closed.
  Outcome<void> reconfigure(StoreKeys keys, const StoreOptions& options);

  // The API plane.
  Async<SecretInfo> create_secret(crypto::Uuid tenant, NewSecret secret, AuditContext who);
  // Reads take who asks too, for the audit entry of an integrity failure.
  Async<SecretInfo> get_secret(crypto::Uuid tenant, crypto::Uuid id, AuditContext who);
  /// The whole list at once, however long. What is sent while it is read: read_secrets.
  Async<SecretList> list_secrets(crypto::Uuid tenant, ListQuery query, AuditContext who);
  /// The same piece by piece (store/secret_list_reader.hpp).
  SecretListReader read_secrets(crypto::Uuid tenant, ListQuery query, AuditContext who) const;
  Async<SecretInfo> update_secret(crypto::Uuid tenant, crypto::Uuid id, SecretUpdate update, AuditContext who);
  Async<SecretInfo> delete_secret(crypto::Uuid tenant, crypto::Uuid id, AuditContext who);
  Async<QuotaState> quota(crypto::Uuid tenant, AuditContext who);

  // The tool plane. Needs the root private keyring. The release's audit entry is durable before this answers.
  // Fails with not_found (a named secret does not exist), not_allowed, too_many_arguments (more than 256), integrity,
  // conflict (what it is of changes all the time), …; then nothing is released. Refusals are audited ("tool.refused")
  // before this answers; if that fails, so does this.
  Async<std::vector<ReleasedValue>> resolve(ResolveQuery query, AuditContext who);

  // API keys.
  /// The key of that id whatever its state. Fails with not_found, integrity (its record was altered), or the engine's
  /// failure, which says nothing of the key. Runs on the calling thread.
  Outcome<ApiKey> find_api_key(std::string_view id) const;
  /// Fails with too_many_keys if the tenant has as many as it may have, with conflict if there is a key of that id.
  Async<void> add_api_key(ApiKey key, AuditContext who);
  /// Those of a tenant that are not revoked, in the order of their creation; expired ones too.
  Async<std::vector<ApiKey>> tenant_api_keys(crypto::Uuid tenant, AuditContext who);
  /// The same piece by piece (store/tenant_key_reader.hpp).
  TenantKeyReader read_tenant_api_keys(crypto::Uuid tenant, AuditContext who) const;
  /// One of them. Fails with not_found if there is none, or it is revoked, or another tenant's; likewise the next two.
  Async<ApiKey> tenant_api_key(crypto::Uuid tenant, std::string id, AuditContext who);
  /// Answers the key as it is then. Fails with scope_lacking or outlives if that takes more than `authority` has
  /// (store/key_grant.hpp). Without a change nothing is written.
  Async<ApiKey> update_api_key(crypto::Uuid tenant, std::string id, ApiKeyUpdate update, Authority authority,
                               AuditContext who);
  /// Answers the key as it was.
  Async<ApiKey> revoke_tenant_api_key(crypto::Uuid tenant, std::string id, AuditContext who);
  /// Notes when keys were last used, in one transaction for 1024 of them and without audit entries. A key whose noted
  /// use is hardly older stays as it is, and so do keys that are gone or altered; if all do, nothing is written.
  Async<void> record_api_key_uses(std::vector<ApiKeyUse> uses);

  // API keys as the operator sees them: of all tenants, and revoked ones too.
  /// Revoking again changes nothing.
  Async<void> revoke_api_key(std::string id, AuditContext who);
  Outcome<std::vector<ApiKey>> list_api_keys(std::optional<crypto::Uuid> tenant) const;

  // Operators.
  /// `limit` nothing: back to the default.
  Async<void> set_quota(crypto::Uuid tenant, std::optional<std::uint64_t> limit, AuditContext who);
  /// What an operator set for the tenant instead of the defaults. Runs on the calling thread.
  Outcome<TenantLimits> tenant_limits(crypto::Uuid tenant) const;
  /// Replaces all of them.
  Async<void> set_tenant_limits(crypto::Uuid tenant, TenantLimits limits, AuditContext who);
  /// Erases everything of a tenant, its API keys too; the private key that its values are sealed to goes first and at
  /// once. In many transactions if it is much; `progress` is told how many rows are gone. What was cut short is
  /// finished by asking again. Fails with not_found if nothing is stored of the tenant.
  Async<Erased> erase_tenant(crypto::Uuid tenant, std::function<void(std::uint64_t)> progress, AuditContext who);
  /// Hands everything of a tenant on one snapshot to the sink. False if the sink ended it. Fails with not_found,
  /// unavailable (it is being erased) or integrity.
  Outcome<bool> export_tenant(const crypto::Uuid& tenant, const TenantSink& sink) const;

  // The audit log.
  /// The newest entry's place; sequence 0 if the log is empty.
  Outcome<AuditMark> audit_head() const;
  /// Reads entries from that sequence on (store/audit_read.hpp).
  AuditReader read_audit(std::uint64_t first) const;
  /// Checks the chain, and whether it has that entry. Reads in pages: a live store goes on.
  Outcome<AuditReport> verify_audit(const std::optional<AuditAnchor>& anchor,
                                    const std::function<void(const VerifyProgress&)>& progress) const;
  /// What prune_audit has to be told to take out the oldest entries, up to the first that is not before that point, but
  /// never the newest. Fails with `integrity` if they are not in order: such entries are not pruned.
  Outcome<AuditPrunePlan> plan_audit_prune(const AuditPoint& before) const;
  /// Takes out the entries through that one, in many small transactions, and leaves a checkpoint. Answers how many. If
  /// it fails or is killed, what is left may be pruned again. `progress` is told how many are gone. Fails with
  /// not_allowed when the primary metadata key is not the newest that the store names, for the checkpoint is under it.
  Async<std::uint64_t> prune_audit(AuditMark through, AuditContext who, std::function<void(std::uint64_t)> progress);
  // Keys. What is done to the keyrings' files is their caller's part (crypto/keyring_edit.hpp).
  /// Names, retires or keeps a key, and audits it; nothing happens if it is so already. A key is promoted here before
  /// it is in the rings, and retired before it leaves them, once the census has nothing of it; after that the census is
  /// taken again, and if a process with old keyrings was quicker, the key kept. Fails with not_allowed for a retired
  /// key that is to be promoted or a primary one that is to be retired, with not_found for one that no ring has.
  Async<void> change_key(KeyChange how, KeyKind kind, crypto::KeyId id, AuditContext who);
  /// Walks the tenants (of the root key) or all rows (of the metadata key), on one snapshot after the other.
  Outcome<KeyCensus> key_census(KeyKind kind, const std::function<void(const VerifyProgress&)>& progress) const;
  /// Audits that a rewrap begins, and answers the key that it goes to: the primary one. Fails with not_allowed or
  /// integrity if these keyrings are older copies than the store has seen, with not_found if the primary root key has
  /// no private half here.
  Async<crypto::KeyId> begin_rewrap(KeyKind kind, AuditContext who);
  /// A step of it: at most about `most` rows in one transaction, which is not audited. Start from RewrapPosition(), go
  /// on from what the last step answered; the same step may be tried again. Fails with not_allowed or integrity when
  /// the primary key is not the newest any more that the store names.
  Async<RewrapStep> rewrap(KeyKind kind, RewrapPosition from, std::size_t most);

  /// Records an event that changes nothing else (a refused credential, a refused tool, an integrity error). Durable
  /// when it answers. Refusals answer `full` while there is still much room for changes and releases: anybody can cause
  /// them.
  Async<void> record(AuditEvent event, AuditContext who);
  /// Checks every invariant on one snapshot of a live store, and every secret and API key against what the audit log
  /// says became of it, so that rows put back or taken away are found. Opens values only if the root private keyring
  /// was given. Cannot see that a whole store was put back to an earlier state, or rows together with a log that was
  /// cut off or written anew to fit: compare `audit_head` with one kept elsewhere for that. Nor does the log tell an
  /// old quota.
  Outcome<VerifyReport> verify(const std::function<void(const VerifyProgress&)>& progress) const;
  /// Takes no more changes. Whether those that are queued are finished within that time: if not, the destructor would
  /// wait for them, perhaps for ever (another process holds the store's lock).
  bool finish(std::chrono::milliseconds most);
  /// Nothing if changes are being taken and audited; else why not, in words.
  std::optional<std::string> unwilling() const;
  /// Nothing if the store is in its place; else, in words, why changes are refused though the store could take them.
  std::optional<std::string> displaced() const;
  /// For metrics. Reads on the calling thread; looks through what there is, so not to be asked all the time.
  StoreStatistics statistics() const;
  /// How much more can be kept, as it was within the last second.
  Room room() const;

 private:
  explicit Store(std::shared_ptr<const StoreContext> context);
  std::unique_ptr<CurrentContext> current_;
  CurrentContext& context_;  ///< shared with the operations under way
};

}  // namespace tacit::store
