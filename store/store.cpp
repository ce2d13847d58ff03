#include "store/store.hpp"

#include <atomic>

#include "store/audit_read.hpp"
#include "store/failures.hpp"
#include "store/lmdb_engine.hpp"
#include "store/meta.hpp"
#include "store/operations.hpp"
#include "store/secret_list_reader.hpp"
#include "store/served_store.hpp"
#include "store/tenant_key_reader.hpp"

namespace tacit::store {
namespace {

LmdbEnv::Options env_options(const StoreOptions& options) {
  LmdbEnv::Options env;
  env.directory = options.directory;
  env.map_size = options.map_size;
  env.max_readers = options.max_readers;
  env.give_up_root = options.give_up_root;
  return env;
}

LmdbOptions lmdb_options(const StoreOptions& options) {
  LmdbOptions engine;
  engine.env = env_options(options);
  engine.queue_items = options.queue_items;
  engine.queue_bytes = options.queue_bytes;
  engine.stuck_after = options.write_deadline / 2;
  engine.scrub_within = options.scrub_within;
  engine.on_failure = options.on_failure;
  // Who wants to know of that goes on for long, and has to say whether it can serve before anybody writes.
  engine.looks_for_room = static_cast<bool>(options.on_failure);
  return engine;
}

std::uint64_t next_serial() {
  static std::atomic<std::uint64_t> serial{0};
  return ++serial;
}

/// Fails if the store was made with other keys.
Outcome<ContextPtr> make_context(std::shared_ptr<Engine> engine, StoreKeys keys, const StoreOptions& options) {
  const auto fits = read<void>(*engine, [&keys](Transaction& transaction) { return check_meta(transaction, keys); });
  if (!fits) {
    return failed(fits.error().code,
                  "the store in " + options.directory.string() + " cannot be used: " + fits.error().subject);
  }
  auto context = std::make_shared<StoreContext>();
  context->engine = std::move(engine);
  context->keys = std::move(keys);
  context->quota_default = options.quota_default;
  context->api_keys_default = options.api_keys_default;
  context->secrets_default = options.secrets_default;
  context->slice = options.slice;
  context->write_deadline = options.write_deadline;
  context->serial = next_serial();
  return ContextPtr(std::move(context));
}

}  // namespace

Store::Store(std::shared_ptr<const StoreContext> context)
    : current_(std::make_unique<CurrentContext>(std::move(context))), context_(*current_) {}

Store::~Store() { context_->engine->close(); }

Outcome<void> Store::create(const StoreOptions& options, const StoreKeys& keys) {
  return LmdbEnv::create(env_options(options),
                         {{format_key(), format_value()}, {rows_key(), rows_value()}, {keys_key(), keys_value(keys)}});
}

Outcome<std::unique_ptr<Store>> Store::open(const StoreOptions& options, StoreKeys keys) {
  auto engine = LmdbEngine::open(lmdb_options(options));
  if (!engine) return engine.error();
  return open(options, std::move(keys), std::move(*engine));
}

Outcome<std::unique_ptr<Store>> open_served_store(const StoreOptions& options, StoreKeys keys,
                                                  std::function<void(std::uint32_t)> on_format) {
  auto engine = LmdbEngine::open(lmdb_options(options));
  if (!engine) return engine.error();
  LmdbEngine& opened = **engine;  // the store's from now on
  auto store = Store::open(options, std::move(keys), std::move(*engine));
  if (store) opened.raise_format(raise_format_every, std::move(on_format));
  return store;
}

Outcome<std::unique_ptr<Store>> Store::open_backup(const std::filesystem::path& file, StoreKeys keys,
                                                   const GiveUpRoot& give_up_root) {
  StoreOptions options;
  options.directory = file;
  LmdbOptions engine_options;
  engine_options.env.directory = file;
  engine_options.env.max_readers = options.max_readers;
  engine_options.env.single_file = true;
  engine_options.env.give_up_root = give_up_root;
  auto engine = LmdbEngine::open(std::move(engine_options));
  if (!engine) return engine.error();
  return open(options, std::move(keys), std::move(*engine));
}

Outcome<std::unique_ptr<Store>> Store::open(const StoreOptions& options, StoreKeys keys,
                                            std::unique_ptr<Engine> engine) {
  auto context = make_context(std::move(engine), std::move(keys), options);
  if (!context) return context.error();
  return std::unique_ptr<Store>(new Store(std::move(*context)));
}

Outcome<void> Store::reconfigure(StoreKeys keys, const StoreOptions& options) {
  // What the engine was started with goes on to count, and the wait for it has to fit.
  StoreOptions changed = options;
  changed.write_deadline = context_->write_deadline;
  auto context = make_context(context_->engine, std::move(keys), changed);
  if (!context) return context.error();
  context_.change(std::move(*context));
  return {};
}

Store::Async<SecretInfo> Store::create_secret(crypto::Uuid tenant, NewSecret secret, AuditContext who) {
  return recording(context_, tenant, who, store::create_secret(context_, tenant, std::move(secret), who));
}

Store::Async<SecretInfo> Store::get_secret(crypto::Uuid tenant, crypto::Uuid id, AuditContext who) {
  return recording_read(context_, tenant, std::move(who), get_body(context_, tenant, id));
}

Store::Async<SecretList> Store::list_secrets(crypto::Uuid tenant, ListQuery query, AuditContext who) {
  return store::list_secrets(context_, tenant, std::move(query), std::move(who));
}

SecretListReader Store::read_secrets(crypto::Uuid tenant, ListQuery query, AuditContext who) const {
  return {context_, tenant, std::move(query), std::move(who)};
}

Store::Async<SecretInfo> Store::update_secret(crypto::Uuid tenant, crypto::Uuid id, SecretUpdate update,
                                              AuditContext who) {
  return recording(context_, tenant, who, store::update_secret(context_, tenant, id, std::move(update), who));
}

Store::Async<SecretInfo> Store::delete_secret(crypto::Uuid tenant, crypto::Uuid id, AuditContext who) {
  return recording(context_, tenant, who, store::delete_secret(context_, tenant, id, who));
}

Store::Async<QuotaState> Store::quota(crypto::Uuid tenant, AuditContext who) {
  return recording_read(context_, tenant, std::move(who), quota_body(context_, tenant));
}

Store::Async<std::vector<ReleasedValue>> Store::resolve(ResolveQuery query, AuditContext who) {
  return store::resolve(context_, std::move(query), std::move(who));
}

Outcome<ApiKey> Store::find_api_key(std::string_view id) const { return store::find_api_key(*context_, id); }

Store::Async<void> Store::add_api_key(ApiKey key, AuditContext who) {
  return store::add_api_key(context_, std::move(key), std::move(who));
}

Store::Async<std::vector<ApiKey>> Store::tenant_api_keys(crypto::Uuid tenant, AuditContext who) {
  return store::tenant_api_keys(context_, tenant, std::move(who));
}

TenantKeyReader Store::read_tenant_api_keys(crypto::Uuid tenant, AuditContext who) const {
  return {context_, tenant, std::move(who)};
}

Store::Async<ApiKey> Store::tenant_api_key(crypto::Uuid tenant, std::string id, AuditContext who) {
  return recording_read(context_, tenant, std::move(who), tenant_api_key_body(context_, tenant, std::move(id)),
                        api_key_integrity);
}

Store::Async<ApiKey> Store::update_api_key(crypto::Uuid tenant, std::string id, ApiKeyUpdate update,
                                           Authority authority, AuditContext who) {
  return recording(context_, tenant, who,
                   store::update_api_key(context_, tenant, std::move(id), std::move(update), authority, who),
                   api_key_integrity);
}

Store::Async<ApiKey> Store::revoke_tenant_api_key(crypto::Uuid tenant, std::string id, AuditContext who) {
  return recording(context_, tenant, who, store::revoke_tenant_api_key(context_, tenant, std::move(id), who),
                   api_key_integrity);
}

Store::Async<void> Store::record_api_key_uses(std::vector<ApiKeyUse> uses) {
  return store::record_api_key_uses(context_, std::move(uses));
}

Store::Async<void> Store::revoke_api_key(std::string id, AuditContext who) {
  return store::revoke_api_key(context_, std::move(id), std::move(who));
}

Outcome<std::vector<ApiKey>> Store::list_api_keys(std::optional<crypto::Uuid> tenant) const {
  return store::list_api_keys(*context_, tenant);
}

Store::Async<void> Store::set_quota(crypto::Uuid tenant, std::optional<std::uint64_t> limit, AuditContext who) {
  return recording(context_, tenant, who, store::set_quota(context_, tenant, limit, who));
}

Outcome<TenantLimits> Store::tenant_limits(crypto::Uuid tenant) const {
  return store::tenant_limits(*context_, tenant);
}

Store::Async<void> Store::set_tenant_limits(crypto::Uuid tenant, TenantLimits limits, AuditContext who) {
  return recording(context_, tenant, who, store::set_tenant_limits(context_, tenant, limits, who));
}

Store::Async<void> Store::change_key(KeyChange how, KeyKind kind, crypto::KeyId id, AuditContext who) {
  return change_named_keys(context_, how, kind, id, std::move(who));
}

Store::Async<crypto::KeyId> Store::begin_rewrap(KeyKind kind, AuditContext who) {
  return store::begin_rewrap(context_, kind, std::move(who));
}

Outcome<KeyCensus> Store::key_census(KeyKind kind, const std::function<void(const VerifyProgress&)>& progress) const {
  return store::key_census(*context_, kind, progress);
}

Store::Async<RewrapStep> Store::rewrap(KeyKind kind, RewrapPosition from, std::size_t most) {
  if (kind == KeyKind::root) return rewrap_root(context_, std::move(from), most);
  return rewrap_metadata(context_, std::move(from), most);
}

Store::Async<Erased> Store::erase_tenant(crypto::Uuid tenant, std::function<void(std::uint64_t)> progress,
                                         AuditContext who) {
  return store::erase_tenant(context_, tenant, std::move(progress), std::move(who));
}

Outcome<bool> Store::export_tenant(const crypto::Uuid& tenant, const TenantSink& sink) const {
  return store::export_tenant(*context_, tenant, sink);
}

Store::Async<void> Store::record(AuditEvent event, AuditContext who) {
  return record_event(context_, std::move(event), std::move(who));
}

Outcome<AuditMark> Store::audit_head() const { return store::audit_head(*context_); }

AuditReader Store::read_audit(std::uint64_t first) const { return {context_, first}; }

Outcome<AuditReport> Store::verify_audit(const std::optional<AuditAnchor>& anchor,
                                         const std::function<void(const VerifyProgress&)>& progress) const {
  return store::verify_audit(context_, anchor, progress);
}

Outcome<AuditPrunePlan> Store::plan_audit_prune(const AuditPoint& before) const {
  return store::plan_audit_prune(context_, before);
}

Store::Async<std::uint64_t> Store::prune_audit(AuditMark through, AuditContext who,
                                               std::function<void(std::uint64_t)> progress) {
  return store::prune_audit(context_, through, std::move(who), std::move(progress));
}

Outcome<VerifyReport> Store::verify(const std::function<void(const VerifyProgress&)>& progress) const {
  return store::verify(*context_, progress);
}

bool Store::finish(std::chrono::milliseconds most) { return context_->engine->finish(most); }

std::optional<std::string> Store::unwilling() const {
  auto why = context_->engine->unwilling();
  return why ? why : audit_unwilling(*context_);
}

std::optional<std::string> Store::displaced() const { return context_->engine->displaced(); }

Room Store::room() const { return context_->engine->room(); }

}  // namespace tacit::store
