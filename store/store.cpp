#include "store/store.hpp"

#include <atomic>
#include <utility>
#include <vector>

#include "store/api_keys/api_keys.hpp"
#include "store/audit/audit_history.hpp"
#include "store/audit/audit_signing.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/engine/context.hpp"
#include "store/etcd/open_etcd.hpp"
#include "store/health.hpp"
#include "store/keys/keys.hpp"
#include "store/keys/prekeys.hpp"
#include "store/lmdb/engine/lmdb_engine.hpp"
#include "store/model/failures.hpp"
#include "store/rows/newest_secret.hpp"
#include "store/rows/prekey.hpp"
#include "store/rows/signed_memory.hpp"
#include "store/rows/store_meta.hpp"
#include "store/secrets/releases.hpp"
#include "store/secrets/secrets.hpp"
#include "store/served_store.hpp"
#include "store/tenants/tenants.hpp"
#include "store/uses/use_notes.hpp"

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
  engine.write_deadline = options.write_deadline;
  engine.stuck_after = options.write_deadline / 2;
  engine.scrub_within = options.scrub_within;
  engine.on_failure = options.on_failure;
  engine.on_damage = options.on_damage;
  // A long-running process has to know whether it can serve before the first write.
  engine.looks_for_room = static_cast<bool>(options.on_failure);
  return engine;
}

std::uint64_t next_serial() {
  static std::atomic<std::uint64_t> serial{0};
  return ++serial;
}

/// The place of the store, in messages.
std::string place_of(const StoreOptions& options) {
  return options.etcd ? "etcd (" + options.etcd->name + ")" : options.directory.string();
}

Failure cannot_be_used(const StoreOptions& options, const Failure& why) {
  return failed(why.code, "the store in " + place_of(options) + " cannot be used: " + why.subject);
}

/// In etcd. Its audit log has slots, so its format is the one of stores that have.
Outcome<void> create_in_etcd(const StoreOptions& options, const StoreKeys& keys,
                             std::vector<std::pair<Bytes, Bytes>> rows) {
  if (keys.phase() == crypto::SigningPhase::none) {
    return failed(Errc::not_allowed, "a store that several hosts share has to be signed: run tacit key add signing");
  }
  return create_etcd_store(*options.etcd, std::move(rows));
}

/// What all contexts of one store share, besides its engine.
struct SharedParts {
  std::shared_ptr<AuditHistory> history;
  std::shared_ptr<UseNotes> uses;
};

/// Fails if the store was created with other keys.
Outcome<ContextPtr> make_context(std::shared_ptr<Engine> engine, StoreKeys keys, const StoreOptions& options,
                                 SharedParts shared) {
  if (keys.phase() != crypto::SigningPhase::none) keys.memory = std::make_shared<SignedMemory>();
  const auto fits =
      read_blocking<void>(*engine, [&keys](Transaction& transaction) { return check_meta(transaction, keys); });
  if (!fits) return cannot_be_used(options, fits.error());
  auto context = std::make_shared<StoreContext>();
  context->strict_binding = options.strict_binding;
  context->engine = std::move(engine);
  context->keys = std::move(keys);
  context->quota_default = options.quota_default;
  context->api_keys_default = options.api_keys_default;
  context->secrets_default = options.secrets_default;
  context->versions_kept = options.versions_kept;
  context->slice = options.slice;
  context->now = options.now;
  context->serial = next_serial();
  context->history = std::move(shared.history);
  context->uses = std::move(shared.uses);
  context->given_ids = std::make_shared<GivenSecretIds>();
  return ContextPtr(std::move(context));
}

/// Later commits are signed with the keys of that context.
void seal_commits(const StoreContext& context) {
  context.engine->seal_commits(make_audit_seal(context.keys, context.history));
}

}  // namespace

struct Store::Parts {
  explicit Parts(ContextPtr first) : context(std::move(first)) {}

  CurrentContext context;
  Secrets secrets{context};
  Releases releases{context};
  ApiKeys api_keys{context};
  Tenants tenants{context};
  AuditTrail audit{context};
  Keys keys{context};
  Prekeys prekeys{context};
  Health health{context};
};

Store::Store(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Store::~Store() { parts_->context->engine->close(); }

Outcome<void> Store::create(const StoreOptions& options, const StoreKeys& keys) {
  const std::uint32_t rows_format = options.new_format == 0 ? store_format : options.new_format;
  const std::uint32_t format = options.etcd ? slots_store_format : rows_format;
  auto named = first_keys_value(keys);
  if (!named) return named.error();
  std::vector<crypto::TenantKey> prekeys;
  if (options.new_prekeys > 0) {
    auto made = make_prekeys(keys, options.new_prekeys);
    if (!made) return made.error();
    prekeys = std::move(*made);
  }
  const auto bytes_of = [](ByteView bytes) { return Bytes(bytes.begin(), bytes.end()); };
  std::vector<std::pair<Bytes, Bytes>> rows;
  rows.emplace_back(bytes_of(format_row_key()), format_value(format));
  rows.emplace_back(bytes_of(rows_row_key()), rows_value(options.etcd ? store_format : rows_format));
  rows.emplace_back(bytes_of(keys_row_key()), std::move(*named));
  if (keys.phase() != crypto::SigningPhase::none) {
    rows.emplace_back(bytes_of(store_row_key()), store_value(keys.store()));
  }
  for (const crypto::TenantKey& pair : prekeys) {
    rows.emplace_back(prekey_row_key(pair.certificate->number), encode_prekey(pair));
  }
  if (options.etcd) return create_in_etcd(options, keys, std::move(rows));
  std::vector<LmdbEnv::FirstRow> first;
  first.reserve(rows.size());
  for (auto& [key, value] : rows) first.push_back({key, std::move(value)});
  return LmdbEnv::create(env_options(options), first);
}

Outcome<std::unique_ptr<Store>> Store::open(const StoreOptions& options, StoreKeys keys) {
  if (options.etcd) {
    auto engine = open_etcd_engine(*options.etcd);
    if (!engine) return engine.error();
    return open(options, std::move(keys), std::move(*engine));
  }
  auto engine = LmdbEngine::open(lmdb_options(options));
  if (!engine) return engine.error();
  return open(options, std::move(keys), std::move(*engine));
}

Outcome<std::unique_ptr<Store>> open_served_store(const StoreOptions& options, StoreKeys keys,
                                                  std::function<void(std::uint32_t)> on_format) {
  if (options.etcd) {  // an operator raises its format
    auto store = Store::open(options, std::move(keys));
    if (!store) return store;
    if (const auto fits = check_for_serving(**store); !fits) return cannot_be_used(options, fits.error());
    return store;
  }
  auto engine = LmdbEngine::open(lmdb_options(options));
  if (!engine) return engine.error();
  LmdbEngine& opened = **engine;  // owned by the store from here on
  auto store = Store::open(options, std::move(keys), std::move(*engine));
  if (!store) return store;
  if (const auto fits = check_for_serving(**store); !fits) return cannot_be_used(options, fits.error());
  opened.raise_format(raise_format_every, std::move(on_format));
  return store;
}

Outcome<void> check_for_serving(const Store& store) { return store.keys().check_primary_root(); }

Outcome<std::unique_ptr<Store>> Store::open_backup(const std::filesystem::path& file, StoreKeys keys,
                                                   const GiveUpRoot& give_up_root) {
  StoreOptions options;
  options.directory = file;
  LmdbOptions engine_options;
  engine_options.env.directory = file;
  engine_options.env.single_file = true;
  engine_options.env.give_up_root = give_up_root;
  auto engine = LmdbEngine::open(std::move(engine_options));
  if (!engine) return engine.error();
  return open(options, std::move(keys), std::move(*engine));
}

Outcome<std::unique_ptr<Store>> Store::open(const StoreOptions& options, StoreKeys keys,
                                            std::unique_ptr<Engine> engine) {
  SharedParts shared{std::make_shared<AuditHistory>(), std::make_shared<UseNotes>()};
  auto context = make_context(std::move(engine), std::move(keys), options, std::move(shared));
  if (!context) return context.error();
  seal_commits(**context);
  return std::unique_ptr<Store>(new Store(std::make_unique<Parts>(std::move(*context))));
}

Outcome<void> Store::reconfigure(StoreKeys keys, const StoreOptions& options) {
  Engine& engine = *parts_->context->engine;
  SharedParts shared{parts_->context->history, parts_->context->uses};
  auto context = make_context(parts_->context->engine, std::move(keys), options, std::move(shared));
  if (!context) return context.error();
  const auto named = read_blocking<void>(
      engine, [&context](Transaction& transaction) { return check_primary_root(transaction, (*context)->keys); });
  if (!named) return cannot_be_used(options, named.error());
  seal_commits(**context);
  parts_->context.publish(std::move(*context));
  parts_->releases.wipe_all_keys();
  return {};
}

Secrets& Store::secrets() const { return parts_->secrets; }
Releases& Store::releases() const { return parts_->releases; }
ApiKeys& Store::api_keys() const { return parts_->api_keys; }
Tenants& Store::tenants() const { return parts_->tenants; }
AuditTrail& Store::audit() const { return parts_->audit; }
Keys& Store::keys() const { return parts_->keys; }
Prekeys& Store::prekeys() const { return parts_->prekeys; }
const Health& Store::health() const { return parts_->health; }

ContextPtr Store::context() const { return parts_->context; }

bool Store::finish(std::chrono::milliseconds most) { return parts_->context->engine->finish(most); }

}  // namespace tacit::store
