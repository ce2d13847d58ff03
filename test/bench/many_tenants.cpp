// Fills a new store with tenants, each with a key pair, as fast as possible: in large transactions, without the store's
// operations. The pairs are certified if the root public keyring names a root signing key. For rotation.sh:
// `many-tenants STORE ROOT-PUBLIC-KEYRING METADATA-KEYRING ROOT-SIGNING-KEYRING COUNT`.
#include <atomic>
#include <cstdlib>
#include <future>
#include <iostream>
#include <stdexcept>
#include <thread>

#include "crypto/primitives/random.hpp"
#include "store/engine/work.hpp"
#include "store/lmdb/engine/lmdb_engine.hpp"
#include "store/model/timestamp.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/store.hpp"

namespace {

using namespace tacit;
using namespace tacit::store;

constexpr std::size_t batch_size = 4096;
using Rows = std::vector<std::pair<Bytes, Bytes>>;

/// A new pair in the form that the phase of the keyrings needs; a certified one needs a record of format 3.
void give_key(const StoreKeys& keys, Tenant& tenant) {
  if (keys.phase() == crypto::SigningPhase::none) {
    tenant.record.key = crypto::make_tenant_key(*keys.root_public, tenant.id);
    return;
  }
  tenant.record.key =
      crypto::make_certified_key(*keys.root_public, *keys.root_signer(), keys.store(), now_microseconds());
  tenant.record.format = third_rows_format;
  tenant.record.changes = 0;
}

void make_some(const StoreKeys& keys, Rows& rows, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i) {
    Tenant tenant = new_tenant(*keys.metadata, crypto::make_uuid_v4());
    give_key(keys, tenant);
    const RowKey key = record_row_key(tenant.id);
    rows[i] = {Bytes(key.view().begin(), key.view().end()),
               encode_tenant_record(tenant.record, tenant.id, *tenant.keys)};
  }
}

Rows make_rows(const StoreKeys& keys, std::size_t count) {
  Rows rows(count);
  const std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::thread> makers;
  for (std::size_t i = 0; i < threads; ++i) {
    makers.emplace_back([&, i] { make_some(keys, rows, count * i / threads, count * (i + 1) / threads); });
  }
  for (std::thread& maker : makers) maker.join();
  return rows;
}

Task<bool> put_all(Transaction& transaction, const Rows& rows) {
  for (const auto& [key, value] : rows) transaction.put(Table::tenants, key, value);
  co_return true;
}

bool write(LmdbEngine& engine, const Rows& rows) {
  std::promise<bool> done;
  Write write;
  write.work = [&rows](Transaction& transaction) { return put_all(transaction, rows); };
  write.done = [&done](std::optional<Errc> failure) { done.set_value(!failure); };
  engine.submit(std::move(write));
  return done.get_future().get();
}

template <class Ring>
std::shared_ptr<const Ring> load(const char* file) {
  return std::make_shared<const Ring>(std::move(Ring::load(file).value()));
}

StoreKeys load_keys(char** files) {
  StoreKeys keys{.root_public = load<crypto::RootPublicKeyring>(files[0]),
                 .metadata = load<crypto::MetadataKeyring>(files[1])};
  if (keys.phase() == crypto::SigningPhase::none) return keys;
  auto signing = crypto::SigningKeyring::load(files[2], crypto::SigningRole::root);
  keys.root_signing = std::make_shared<const crypto::SigningKeyring>(std::move(signing).value());
  if (keys.root_signer() == nullptr) throw std::runtime_error("the root signing keyring lacks the primary key");
  return keys;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::cerr << "many-tenants STORE ROOT-PUBLIC-KEYRING METADATA-KEYRING ROOT-SIGNING-KEYRING COUNT\n";
    return 2;
  }
  const StoreKeys keys = load_keys(argv + 2);
  LmdbOptions options;
  options.env = {argv[1], 0, 126};
  auto engine = LmdbEngine::open(std::move(options));
  if (!engine) {
    std::cerr << engine.error().subject << '\n';
    return 1;
  }
  const std::size_t count = std::strtoull(argv[5], nullptr, 10);
  for (std::size_t done = 0; done < count; done += batch_size) {
    if (!write(**engine, make_rows(keys, std::min(batch_size, count - done)))) {
      std::cerr << "the store takes no more\n";
      return 1;
    }
  }
  std::cout << count << " tenants\n";
}
