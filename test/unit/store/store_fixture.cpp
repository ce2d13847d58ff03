#include "test/unit/store/store_fixture.hpp"

#include <unistd.h>

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <stdexcept>

#include "crypto/primitives/random.hpp"
#include "store/api_keys/api_keys.hpp"
#include "store/audit/audit_log.hpp"
#include "store/engine/await.hpp"
#include "store/model/failures.hpp"
#include "store/secrets/releases.hpp"
#include "store/verify/verify.hpp"

namespace tacit::store::testing {
namespace {

template <class Ring>
std::shared_ptr<const Ring> load(const std::filesystem::path& file) {
  auto ring = Ring::load(file);
  if (!ring) throw std::runtime_error(ring.error().message);
  return std::make_shared<const Ring>(std::move(*ring));
}

StoreKeys make_keys() {
  const TemporaryFolder folder = TemporaryFolder::in_memory();
  const auto root_private = folder.path() / "root-private";
  const auto root_public = folder.path() / "root-public";
  const auto metadata = folder.path() / "metadata";
  if (!crypto::create_root_keyrings(root_private, root_public) || !crypto::create_metadata_keyring(metadata)) {
    throw std::runtime_error("cannot make keyrings");
  }
  return {.root_public = load<crypto::RootPublicKeyring>(root_public),
          .metadata = load<crypto::MetadataKeyring>(metadata),
          .root_private = load<crypto::RootPrivateKeyring>(root_private)};
}

Task<Outcome<Rows>> read_rows(Transaction& transaction, Table table) {
  const auto found = co_await transaction.scan(table, {}, {}, 1U << 30U);
  Rows rows;
  for (const Row& row : found) rows.emplace(text(row.key), text(row.value));
  co_return rows;
}

Task<Outcome<void>> change_row(Transaction& transaction, Table table, std::string key,
                               std::optional<std::string> value) {
  transaction.erase(table, crypto::as_bytes(key));
  if (value) transaction.put(table, crypto::as_bytes(key), crypto::as_bytes(*value));
  co_return Outcome<void>();
}

}  // namespace

StoreKeys all_keys() {
  static const StoreKeys keys = make_keys();
  return keys;
}

StoreKeys api_keys_only() {
  StoreKeys keys = all_keys();
  keys.root_private = nullptr;
  return keys;
}

StoreFixture::StoreFixture(StoreFixtureOptions options) : options_(std::move(options)) {
  if (!options_.keys.metadata) options_.keys = options_.private_keys ? all_keys() : api_keys_only();
  const auto created = Store::create(store_options(), options_.keys);
  BOOST_REQUIRE_MESSAGE(created, "cannot create a store: " << created.error().subject);
  open();
}

StoreOptions StoreFixture::store_options() const {
  StoreOptions options;
  options.directory = folder_.path() / "store";
  options.map_size = options_.map_size;
  options.quota_default = options_.quota_default;
  options.api_keys_default = options_.api_keys_default;
  options.secrets_default = options_.secrets_default;
  options.versions_kept = options_.versions_kept;
  options.now = options_.now;
  options.slice = options_.slice;
  options.queue_items = options_.queue_items;
  options.queue_bytes = options_.queue_bytes;
  options.max_readers = 256;
  options.write_deadline = options_.write_deadline;
  options.new_format = options_.new_format;
  return options;
}

LmdbOptions StoreFixture::engine_options() const {
  LmdbOptions options;
  options.env = {folder_.path() / "store", options_.map_size, 256};
  options.queue_items = options_.queue_items;
  options.queue_bytes = options_.queue_bytes;
  options.batch_items = options_.batch_items;
  options.write_deadline = options_.write_deadline;
  options.stuck_after = options_.stuck_after;
  options.commit = options_.commit;
  options.scrub_within = options_.scrub_within;
  options.on_failure = options_.on_failure;
  return options;
}

void StoreFixture::open() {
  auto engine = LmdbEngine::open(engine_options());
  BOOST_REQUIRE_MESSAGE(engine, engine.error().subject);
  engine_ = engine->get();
  auto store = Store::open(store_options(), options_.keys, std::move(*engine));
  BOOST_REQUIRE_MESSAGE(store, store.error().subject);
  store_ = std::move(*store);
}

void StoreFixture::reopen() {
  store_.reset();
  open();
}

void StoreFixture::reopen_with(StoreKeys keys) {
  options_.keys = std::move(keys);
  reopen();
}

Rows StoreFixture::rows(Table table) {
  auto rows =
      read_blocking<Rows>(*engine_, [table](Transaction& transaction) { return read_rows(transaction, table); });
  BOOST_REQUIRE(rows);
  return std::move(*rows);
}

void StoreFixture::put(Table table, const std::string& key, const std::optional<std::string>& value) {
  WorkBody<void> body = [table, key, value](Transaction& transaction) {
    return change_row(transaction, table, key, value);
  };
  const auto written = wait(write<void>(*engine_, std::move(body), Growth::shrinks));
  BOOST_REQUIRE_MESSAGE(written,
                        (written ? "" : std::string(to_string(written.error().code)) + ": " + written.error().subject));
}

VerifyReport StoreFixture::verify() {
  auto report = verify_store(*store_, {});
  BOOST_REQUIRE(report);
  return std::move(*report);
}

std::vector<std::string> StoreFixture::audit() {
  std::vector<std::string> bodies;
  for (const auto& [key, value] : rows(Table::audit)) {
    const auto entry = parse_audit_row(Row{crypto::as_bytes(key), crypto::as_bytes(value)});
    bodies.push_back(entry ? std::string(entry->body) : value.substr(33));
  }
  return bodies;
}

crypto::Uuid tenant_id(std::uint8_t n) {
  crypto::Uuid id;
  id.bytes.fill(n);
  return id;
}

AuditContext who() {
  return {.plane = "api", .actor = "api-key:test", .peer = "192.0.2.1:4000", .request_id = "request-1"};
}

NewSecret new_secret(std::string name, std::string_view value) {
  NewSecret secret;
  secret.name = std::move(name);
  secret.value.append(value);
  return secret;
}

NewSecret new_default(std::string name, std::string tool, std::string argument, std::string_view value) {
  NewSecret secret = new_secret(std::move(name), value);
  secret.tool_name = std::move(tool);
  secret.tool_arg = std::move(argument);
  secret.is_default_for_tool = true;
  return secret;
}

std::string text_of(const crypto::WipedBytes& bytes) { return std::string(bytes.text()); }

Outcome<ApiKey> find_api_key(const Store& store, std::string_view id) {
  return store.api_keys().find_at_once(id).value();
}

Async<std::vector<ReleasedValue>> resolve_values(Store& store, ResolveQuery query, AuditContext who) {
  auto released = co_await store.releases().resolve(std::move(query), std::move(who));
  if (!released) co_return released.error();
  if (released->too_many) co_return failed(Errc::too_many_arguments);
  std::string withheld;
  for (const WithheldSecret& each : released->withheld) {
    withheld += withheld.empty() ? "" : "; ";
    withheld += "\"" + each.secret_name + "\" for the argument \"" + each.argument + "\" (";
    withheld += each.reason == WithheldReason::not_found   ? "not_found)"
                : each.reason == WithheldReason::not_bound ? "not_bound)"
                                                           : "expired)";
  }
  if (!withheld.empty()) co_return failed(Errc::not_allowed, withheld);
  co_return std::move(released->values);
}

}  // namespace tacit::store::testing
