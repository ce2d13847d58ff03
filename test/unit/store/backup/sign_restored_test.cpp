// A restored store from before there was a root signing key is signed, and then opens where signatures are required.
#include <boost/test/unit_test.hpp>

#include <algorithm>

#include "store/audit/audit_checkpoint.hpp"
#include "store/backup/backup.hpp"
#include "store/backup/keyless_store.hpp"
#include "store/backup/restore.hpp"
#include "store/backup/sign_restored.hpp"
#include "store/engine/await.hpp"
#include "store/engine/context.hpp"
#include "store/rows/erasure.hpp"
#include "store/rows/store_meta.hpp"
#include "store/secrets/secrets.hpp"
#include "test/unit/store/signed_keys_fixture.hpp"

using namespace tacit;
using namespace tacit::store;
using namespace tacit::store::testing;
using enum crypto::SigningPhase;

namespace {

StoreFixtureOptions unsigned_store() {
  StoreFixtureOptions options;
  options.keys = keys_of_phase(none);
  options.new_format = 2;
  return options;
}

StoreKeys without_root_signing(StoreKeys keys) {
  keys.root_signing = nullptr;
  return keys;
}

/// What `tacit restore` opens the restored store with.
StoreKeys lenient(StoreKeys keys) {
  keys.accept_retired = true;
  keys.accept_unsigned = true;
  return keys;
}

/// A backup of a store of format 2 with a secret, a checkpoint and the mark of an interrupted erasure.
struct BackedUp : StoreFixture {
  BackedUp() : StoreFixture(unsigned_store()) {
    BOOST_REQUIRE(wait(store().secrets().create(tenant_id(1), new_secret("before"), who())));
    const StoreKeys keys = store().context()->keys;
    WorkBody<void> put = [keys](Transaction& transaction) -> Task<Outcome<void>> {
      put_erasure_mark(transaction, tenant_id(2), *keys.metadata);
      AuditCheckpoint checkpoint;
      checkpoint.through.sequence = 0;
      transaction.put(Table::meta, checkpoint_key(), encode_checkpoint(checkpoint, *keys.metadata));
      co_return Outcome<void>();
    };
    BOOST_REQUIRE(wait(write<void>(engine(), std::move(put))));
    close();
    const auto keyless = KeylessStore::open(folder() / "store");
    BOOST_REQUIRE(keyless);
    const auto keep = [this](ByteView part) {
      backup_.insert(backup_.end(), part.begin(), part.end());
      return true;
    };
    BOOST_REQUIRE(keyless->backup(keep, {}));
  }

  Outcome<std::uint64_t> restored(const StoreKeys& keys) {
    std::size_t at = 0;
    const ByteSource source = [this, &at](std::span<std::uint8_t> out) -> std::ptrdiff_t {
      const std::size_t size = std::min(out.size(), backup_.size() - at);
      std::copy_n(backup_.begin() + static_cast<std::ptrdiff_t>(at), size, out.begin());
      at += size;
      return static_cast<std::ptrdiff_t>(size);
    };
    return restore(target(), keys, source, {});
  }
  Outcome<std::unique_ptr<Store>> opened(const StoreKeys& keys) {
    StoreOptions options = store_options();
    options.directory = target();
    return Store::open(options, keys);
  }
  std::filesystem::path target() const { return folder() / "restored"; }

 private:
  Bytes backup_;
};

bool has(const Outcome<std::unique_ptr<Store>>& opened, std::string_view words) {
  return !opened && opened.error().subject.find(words) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(restored_signatures)

BOOST_FIXTURE_TEST_CASE(its_rows_are_signed_once, BackedUp) {
  for (const crypto::SigningPhase phase : {signing, required}) {
    const StoreKeys keys = keys_of_phase(phase);
    const auto made = restored(keys);
    BOOST_REQUIRE_MESSAGE(made, made.error().subject);
    BOOST_TEST(has(opened(keys), "the store's id is not recorded"));
    Bytes list;
    for (int i = 0; i < 2; ++i) {
      const auto restored = opened(lenient(keys));
      BOOST_REQUIRE_MESSAGE(restored, restored.error().subject);
      BOOST_TEST(*lacks_signatures(**restored) == (i == 0));
      BOOST_REQUIRE(wait(sign_restored(**restored)));
      const auto row =
          read_blocking<Bytes>(*(*restored)->context()->engine, [](Transaction& transaction) -> Task<Outcome<Bytes>> {
            const auto found = co_await transaction.get(Table::meta, keys_row_key());
            co_return Bytes(found->begin(), found->end());
          });
      BOOST_REQUIRE(row);
      BOOST_TEST((i == 0 || *row == list));
      list = *row;
    }
    const auto strict = opened(keys);
    BOOST_REQUIRE_MESSAGE(strict, strict.error().subject);
    const ContextPtr context = (*strict)->context();
    const auto good = read_blocking<bool>(*context->engine, [&](Transaction& transaction) -> Task<Outcome<bool>> {
      const std::uint32_t format = co_await rows_format(transaction);
      const auto checkpoint = co_await transaction.get(Table::meta, checkpoint_key());
      const bool is_signed = is_signed_checkpoint(*checkpoint) && decode_checkpoint(*checkpoint, keys).has_value();
      const ByteView marks = erasure_mark_prefix();
      const auto rows = co_await transaction.scan(Table::meta, marks, marks, 2);
      const bool marked =
          rows.size() == 1 && is_signed_erasure_mark(rows[0].value) && is_good_erasure_mark(rows[0], keys);
      co_return format == store_format&& is_signed&& marked;
    });
    BOOST_TEST(*good);
    std::filesystem::remove_all(target());
  }
}

BOOST_FIXTURE_TEST_CASE(it_needs_the_root_signing_key, BackedUp) {
  const auto refused = restored(without_root_signing(keys_of_phase(required)));
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().code == Errc::not_allowed));
  BOOST_TEST(refused.error().subject.find("root-signing-keyring is needed") != std::string::npos);
  BOOST_TEST(!std::filesystem::exists(target()));
}

BOOST_FIXTURE_TEST_CASE(nothing_is_signed_while_nothing_is, BackedUp) {
  const StoreKeys keys = keys_of_phase(none);
  BOOST_REQUIRE(restored(without_root_signing(keys)));
  const auto store = opened(keys);
  BOOST_REQUIRE(store);
  BOOST_TEST(!*lacks_signatures(**store));
  BOOST_REQUIRE(wait(sign_restored(**store)));
  const auto format =
      read_blocking<bool>(*(*store)->context()->engine, [](Transaction& transaction) -> Task<Outcome<bool>> {
        const std::uint32_t rows = co_await rows_format(transaction);
        co_return rows == 2;
      });
  BOOST_TEST(*format);
}

BOOST_FIXTURE_TEST_CASE(an_altered_row_is_not_signed, BackedUp) {
  const StoreKeys keys = keys_of_phase(required);
  BOOST_REQUIRE(restored(keys));
  const auto store = opened(lenient(keys));
  BOOST_REQUIRE(store);
  WorkBody<void> forge = [](Transaction& transaction) -> Task<Outcome<void>> {
    const auto row = co_await transaction.get(Table::meta, checkpoint_key());
    Bytes forged(row->begin(), row->end());
    forged[3] ^= 1;
    transaction.put(Table::meta, checkpoint_key(), forged);
    co_return Outcome<void>();
  };
  BOOST_REQUIRE(wait(write<void>(*(*store)->context()->engine, std::move(forge))));
  const auto refused = wait(sign_restored(**store));
  BOOST_REQUIRE(!refused);
  BOOST_TEST((refused.error().code == Errc::integrity));
  BOOST_TEST(*lacks_signatures(**store));
}

BOOST_AUTO_TEST_SUITE_END()
