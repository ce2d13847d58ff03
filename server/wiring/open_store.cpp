#include "server/wiring/open_store.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <system_error>
#include <utility>

#include "http/log/printable.hpp"
#include "server/config/errors.hpp"
#include "server/config/keyring_files.hpp"
#include "server/process/store_user.hpp"
#include "server/wiring/etcd_options.hpp"
#include "server/wiring/signing_rings.hpp"
#include "store/engine/read_trouble.hpp"
#include "store/served_store.hpp"

namespace tacit::server {
namespace {

template <class Keyring>
std::shared_ptr<const Keyring> load_keyring(const char* setting, const std::filesystem::path& file) {
  if (file.empty()) return nullptr;
  auto keyring = Keyring::load(file);
  if (keyring.has_error()) {
    std::error_code error;
    const bool missing = std::filesystem::symlink_status(file, error).type() == std::filesystem::file_type::not_found;
    throw UsageError(std::string(setting) + ": " +
                     (missing ? file.string() + " does not exist: put a copy of the keyring there; only for a new "
                                                "store, tacit init makes one"
                              : keyring.error().message));
  }
  return std::make_shared<const Keyring>(std::move(*keyring));
}

store::StoreKeys load_store_keys(const Config& config, bool with_private) {
  store::StoreKeys keys;
  keys.root_public = load_keyring<crypto::RootPublicKeyring>("root-public-keyring", config.root_public_keyring);
  keys.metadata = load_keyring<crypto::MetadataKeyring>("metadata-keyring", config.metadata_keyring);
  if (with_private)
    keys.root_private = load_keyring<crypto::RootPrivateKeyring>("root-private-keyring", config.root_private_keyring);
  return keys;
}

std::shared_ptr<const crypto::SigningKeyring> load_signing_keyring(const Config& config, KeyringFile which,
                                                                   const store::StoreKeys& keys) {
  SigningRing loaded = load_signing_ring(config, which, keys.signers());
  if (loaded.problem) throw UsageError(*loaded.problem);
  return std::move(loaded.ring);
}

// LMDB requires whole pages.
std::uint64_t whole_pages(std::uint64_t size) {
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return (size + page - 1) / page * page;
}

void expect_named_primaries(const store::Store& store, const Config& config, bool changes) {
  const auto fits = store::check_for_serving(store);
  if (fits) return;
  const std::string why =
      "the store in " + config.store.string() + (changes ? " cannot be changed: " : ": ") + sentence(fits.error());
  if (changes) throw UsageError(why);
  std::cerr << "tacit: warning: " << http::printable(why) << std::endl;
}

}  // namespace

store::StoreKeys load_keys(const Config& config, PrivateKey with_private) {
  return load_keys(config, KeyNeeds{.root_private = with_private == PrivateKey::yes, .signs = false});
}

store::StoreKeys load_keys(const Config& config, KeyNeeds needs) {
  store::StoreKeys keys = load_store_keys(config, needs.root_private);
  keys.accept_retired = needs.accept_retired;
  keys.discard_unreadable = needs.discard_unreadable;
  keys.accept_unsigned = needs.accept_unsigned;
  if (!keys.root_public) return keys;
  if (needs.root_signing) {
    keys.root_signing = load_signing_keyring(config, KeyringFile::root_signing, keys);
  } else if (needs.accept_unsigned) {
    keys.root_signing = load_signing_ring(config, KeyringFile::root_signing, keys.signers()).ring;
  }
  if (needs.signs) keys.audit_operator = load_signing_keyring(config, KeyringFile::audit_operator, keys);
  return keys;
}

store::StoreKeys load_serving_keys(const Config& config) {
  // The API plane must open neither the root private keyring nor the root signing one: the planes are separate so that
  // this one can neither decrypt nor make keys that others accept.
  store::StoreKeys keys = load_store_keys(config, runs_tools(config.plane));
  if (!keys.root_public) return keys;
  const auto load = [&](KeyringFile which) {
    return server_opens(config.plane, which) ? load_signing_keyring(config, which, keys) : nullptr;
  };
  keys.root_signing = load(KeyringFile::root_signing);
  keys.audit_api = load(KeyringFile::audit_api);
  keys.audit_tools = load(KeyringFile::audit_tools);
  return keys;
}

store::StoreOptions store_options(const Config& config) {
  store::StoreOptions options;
  options.directory = config.store;
  options.map_size = whole_pages(config.map_size);
  options.quota_default = config.quota_default;
  options.api_keys_default = config.api_keys_default;
  options.secrets_default = config.secrets_default;
  options.versions_kept = config.versions_kept;
  options.strict_binding = config.strict_binding;
  options.write_deadline = config.store_timeout;
  options.scrub_within = config.scrub_within;
  options.queue_items = config.write_queue_items;
  options.queue_bytes = config.write_queue_bytes;
  options.etcd = etcd_options(config);
  return options;
}

store::StoreOptions serving_store_options(const Config& config) {
  store::StoreOptions options = store_options(config);
  options.etcd = etcd_options(config, EtcdIdentity::server);
  if (options.etcd) options.etcd->writes = true;
  if (options.etcd) options.etcd->compacts = true;
  return options;
}

void CloseStore::operator()(store::Store* store) const {
  const std::unique_ptr<store::Store> owner(store);
  constexpr std::chrono::seconds grace{2};
  if (store->finish(grace)) return;
  // The writer may wait forever, and the destructor would wait for the writer.
  std::cerr << (in_etcd ? "tacit: etcd does not answer"
                        : "tacit: another process holds the store's lock, or the disk does not answer")
            << std::endl;
  std::_Exit(exit_failed);
}

void require_keyrings(const Config& config) {
  if (config.root_public_keyring.empty()) throw UsageError(is_not_configured("root-public-keyring"));
  if (config.metadata_keyring.empty()) throw UsageError(is_not_configured("metadata-keyring"));
}

OpenStore open_store(const Config& config, PrivateKey with_private) {
  return open_store(config, KeyNeeds{.root_private = with_private == PrivateKey::yes, .signs = false});
}

OpenStore open_store(const Config& config, KeyNeeds needs) {
  require_keyrings(config);
  store::StoreOptions options = store_options(config);
  options.map_size = 0;  // a command uses the store's present map, whatever its configuration
  options.give_up_root = become_store_user;
  options.scrub_within = {};  // servers scrub, also at their start
  if (needs.as_server) options.etcd = etcd_options(config, EtcdIdentity::server);
  // Unsigned rows are accepted to sign them.
  if (options.etcd) options.etcd->writes = needs.signs || needs.accept_unsigned;
  store::StoreKeys keys = load_keys(config, needs);
  if (options.etcd && !needs.as_server) become_etcd_user(config);
  auto store = store::Store::open(options, std::move(keys));
  if (store.has_error()) throw UsageError(sentence(store.error()));
  OpenStore opened(store->release(), CloseStore{options.etcd.has_value()});
  if (!needs.accept_unnamed) expect_named_primaries(*opened, config, needs.signs);
  return opened;
}

store::AuditContext operator_context() {
  store::AuditContext who;
  who.plane = "operator";
  who.actor = "operator:" + operator_name();
  return who;
}

std::string sentence(const store::Failure& failure) {
  if (!failure.subject.empty()) return failure.subject;
  switch (failure.code) {
    case store::Errc::not_found:
      return "not found";
    case store::Errc::overloaded:
      return "too many writes are waiting; try again";
    case store::Errc::full:
      return "the disk or the store's map (map-size) is full";
    case store::Errc::too_large:
      return "one transaction of etcd cannot hold the change: raise etcd-max-txn-ops or etcd-max-request-bytes, and "
             "--max-txn-ops or --max-request-bytes of its servers";
    case store::Errc::unavailable:
      if (std::string why = store::read_trouble(); !why.empty()) return why;
      return store::to_string(failure.code);
    default:
      return store::to_string(failure.code);
  }
}

void fail(const std::string& what, const store::Failure& failure) {
  throw CommandFailed(what + ": " + sentence(failure));
}

}  // namespace tacit::server
