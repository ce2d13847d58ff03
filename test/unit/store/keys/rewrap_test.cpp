// Rewrapping: rows move from one key to another, step by step, invisibly to clients. Each step here starts a new run,
// as after a kill.
#include <algorithm>

#include <boost/test/unit_test.hpp>

#include "store/api_keys/api_keys.hpp"
#include "store/engine/await.hpp"
#include "store/keys/keys.hpp"
#include "store/rows/erasure.hpp"
#include "store/rows/row_key.hpp"
#include "store/rows/tenant_record.hpp"
#include "store/secrets/secrets.hpp"
#include "store/tenants/tenants.hpp"
#include "test/unit/store/keys/rotation_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
namespace crypto = tacit::crypto;

namespace {

Task<Outcome<void>> put_mark(Transaction& transaction, const crypto::MetadataKeyring& ring) {
  put_erasure_mark(transaction, large, ring);
  co_return Outcome<void>();
}

}  // namespace

BOOST_AUTO_TEST_SUITE(rewrap)

BOOST_AUTO_TEST_CASE(metadata_killed_after_every_transaction) {
  RotationFixture r;
  const crypto::KeyId fresh = r.rotate(KeyKind::metadata);
  const KeyUse all = r.uses(KeyKind::metadata, r.old);
  BOOST_TEST(all.tenants == 3U);
  BOOST_TEST(all.secrets == 3U + many);
  BOOST_TEST(all.api_keys == 3U);
  int steps = 0;
  RewrapStep total;
  for (bool finished = false; !finished; ++steps) {
    BOOST_TEST_CONTEXT("step " << steps) {
      const RewrapStep done = r.step(KeyKind::metadata, 7);
      BOOST_TEST(done.problems.empty());
      BOOST_TEST(done.rows() <= 8U);  // the last row of a step may be one that ends its tenant
      total.secrets += done.secrets;
      total.tenants += done.tenants;
      total.api_keys += done.api_keys;
      finished = done.finished;
      r.expect_unchanged();
      if (steps == 3) {
        r.fixture.reopen_with(r.stale);
        r.expect_unchanged();
        r.fixture.reopen_with(r.rings.load());
      }
    }
    BOOST_REQUIRE(steps < 100);
  }
  BOOST_TEST(steps > 6);
  BOOST_TEST(total.tenants == 3U);
  BOOST_TEST(total.secrets == 3U + many);
  BOOST_TEST(total.api_keys == 3U);
  BOOST_TEST(r.uses(KeyKind::metadata, r.old).total() == 0U);
  BOOST_TEST(r.uses(KeyKind::metadata, fresh).total() == all.total());
  BOOST_TEST(r.step(KeyKind::metadata, 7).rows() == 0U);

  r.retire(KeyKind::metadata, r.old);
  r.expect_unchanged();
  r.fixture.close();
  const auto opened = Store::open(r.fixture.store_options(), r.stale);
  BOOST_REQUIRE(!opened);
  BOOST_TEST(opened.error().subject.find("which was retired: it is an old copy") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(root_killed_after_every_transaction) {
  RotationFixture r;
  const crypto::KeyId fresh = r.rotate(KeyKind::root);
  BOOST_TEST(r.uses(KeyKind::root, r.old).tenants == 2U);
  int steps = 0;
  for (bool finished = false; !finished; ++steps) {
    const RewrapStep done = r.step(KeyKind::root, 1);
    BOOST_TEST(done.problems.empty());
    BOOST_TEST(done.tenants <= 1U);
    finished = done.finished;
    r.expect_unchanged();
    r.fixture.reopen_with(r.stale);
    r.expect_unchanged();
    r.fixture.reopen_with(r.rings.load());
    BOOST_REQUIRE(steps < 10);
  }
  BOOST_TEST(r.uses(KeyKind::root, r.old).total() == 0U);
  BOOST_TEST(r.uses(KeyKind::root, fresh).tenants == 2U);
  r.retire(KeyKind::root, r.old);
  r.expect_unchanged();
}

BOOST_AUTO_TEST_CASE(in_one_run_with_every_size_of_step) {
  for (const std::size_t most : {1U, 5U, 128U}) {
    RotationFixture r;
    r.rotate(KeyKind::metadata);
    const RewrapStep all = r.run(KeyKind::metadata, most);
    BOOST_TEST(all.problems.empty());
    BOOST_TEST(all.tenants == 3U);
    BOOST_TEST(all.secrets == 3U + many);
    BOOST_TEST(all.api_keys == 3U);
    BOOST_TEST(r.uses(KeyKind::metadata, r.old).total() == 0U);
    r.expect_unchanged();
  }
}

BOOST_AUTO_TEST_CASE(changes_of_a_tenant_that_is_half_way) {
  for (const bool by_stale_server : {false, true}) {
    RotationFixture r;
    const crypto::KeyId fresh = r.rotate(KeyKind::metadata);
    r.step(KeyKind::metadata, 7);
    r.step(KeyKind::metadata, 7);
    BOOST_TEST(r.uses(KeyKind::metadata, r.old).secrets > 10U);
    BOOST_TEST(r.uses(KeyKind::metadata, fresh).secrets > 7U);
    if (by_stale_server) r.fixture.reopen_with(r.stale);
    const auto secrets = r.list(large);
    const auto update = [&](std::size_t n, SecretUpdate change) {
      const auto done =
          r.fixture.wait(r.fixture.store().secrets().update(large, secrets.at(n).id, std::move(change), who()));
      BOOST_REQUIRE_MESSAGE(done, done.error().subject);
    };
    for (const std::size_t n : {std::size_t{0}, many - 1}) {
      BOOST_REQUIRE(r.fixture.wait(r.fixture.store().secrets().remove(large, secrets.at(n).id, who())));
    }
    for (const std::size_t n : {std::size_t{1}, many - 2}) {
      SecretUpdate change;
      change.name = "renamed " + std::to_string(n);
      change.tool_name = {FieldChange::Kind::set, "renamed__*"};
      change.tool_arg = {FieldChange::Kind::set, "argument " + std::to_string(n)};
      update(n, std::move(change));
    }
    for (const std::size_t n : {std::size_t{2}, many - 3}) {
      SecretUpdate change;
      change.value.emplace().append("a new value");
      update(n, std::move(change));
    }
    BOOST_REQUIRE(r.fixture.wait(r.fixture.store().secrets().create(large, new_secret(name_of(0)), who())));
    BOOST_REQUIRE(r.fixture.wait(r.fixture.store().secrets().create(tenant_id(9), new_secret("new"), who())));
    BOOST_REQUIRE(r.fixture.wait(r.fixture.store().api_keys().add(some_api_key(numbered(9), tenant_id(9)), who())));
    const auto expect = [&] {
      r.expect_clean();
      BOOST_TEST(r.list(large).size() == many - 1);
      BOOST_TEST(r.found_by_name(large, name_of(1)) == 0U);
      BOOST_TEST(r.found_by_name(large, "renamed 1") == 1U);
      BOOST_TEST(r.found_by_name(large, name_of(many - 1)) == 0U);
      BOOST_TEST(r.resolved(large, "renamed__x").size() ==
                 RotationFixture::value_of(1).size() + RotationFixture::value_of(38).size());
      BOOST_TEST(r.resolved(large, tool_of(many - 3)) == "a new value");
    };
    expect();
    r.fixture.reopen_with(r.rings.load());
    BOOST_TEST(r.run(KeyKind::metadata, 7).problems.empty());
    expect();
    BOOST_TEST(r.uses(KeyKind::metadata, r.old).total() == 0U);
    r.retire(KeyKind::metadata, r.old);
    expect();
  }
}

BOOST_AUTO_TEST_CASE(another_rotation_while_a_tenant_is_half_way) {
  RotationFixture r;
  const crypto::KeyId second = r.rotate(KeyKind::metadata);
  const crypto::KeyId first = r.old;
  r.step(KeyKind::metadata, 7);
  r.step(KeyKind::metadata, 7);
  const crypto::KeyId third = r.rotate(KeyKind::metadata);
  r.expect_unchanged();
  BOOST_TEST(r.run(KeyKind::metadata, 7).problems.empty());
  r.expect_unchanged();
  BOOST_TEST(r.uses(KeyKind::metadata, first).total() + r.uses(KeyKind::metadata, second).total() == 0U);
  BOOST_TEST(r.uses(KeyKind::metadata, third).total() == 3U + 3U + many + 3U);
  r.retire(KeyKind::metadata, first);
  r.retire(KeyKind::metadata, second);
  r.expect_unchanged();
}

BOOST_AUTO_TEST_CASE(unreadable_rows_stay_and_are_reported) {
  RotationFixture r;
  r.rotate(KeyKind::metadata);
  const auto damage = [&](Table table, std::string key) {
    std::string row = r.fixture.rows(table).at(key);
    row.back() = static_cast<char>(row.back() ^ 1);
    r.fixture.put(table, key, row);
  };
  const crypto::Uuid lost = r.list(large).at(20).id;
  damage(Table::tenants, std::string(crypto::as_text(secret_row_key(large, lost).view())));
  damage(Table::tenants, std::string(crypto::as_text(record_row_key(keyless).view())));
  damage(Table::api_keys, numbered(1));
  for (int run = 0; run < 2; ++run) {
    const RewrapStep all = r.run(KeyKind::metadata, 7);
    BOOST_TEST(all.problems.size() == 3U);
    BOOST_TEST(all.secrets == (run == 0 ? many + 2 : 0U));
    const KeyUse left = r.uses(KeyKind::metadata, r.old);
    BOOST_TEST(left.secrets == 1U);
    BOOST_TEST(left.tenants == 2U);
    BOOST_TEST(left.api_keys == 1U);
  }
  BOOST_TEST(r.fixture.verify().problem_count == 3U);
  BOOST_TEST(r.resolved(large, tool_of(3)) == RotationFixture::value_of(3));
}

BOOST_AUTO_TEST_CASE(rows_that_were_given_up_keep_no_key) {
  RotationFixture r;
  r.rotate(KeyKind::metadata);
  const auto damage = [&](Table table, std::string key) {
    std::string row = r.fixture.rows(table).at(key);
    row.back() = static_cast<char>(row.back() ^ 1);
    r.fixture.put(table, key, row);
  };
  damage(Table::tenants, std::string(crypto::as_text(secret_row_key(large, r.list(large).at(20).id).view())));
  damage(Table::tenants, std::string(crypto::as_text(record_row_key(keyless).view())));
  damage(Table::api_keys, numbered(1));
  r.fixture.put(Table::tenants, std::string(crypto::as_text(secret_row_key(small, tenant_id(9)).view())), "x");
  r.fixture.put(Table::tenants, std::string(crypto::as_text(record_row_key(tenant_id(8)).view())), "x");
  r.fixture.put(Table::api_keys, numbered(8), "x");

  StoreKeys keys = r.rings.load();
  keys.discard_unreadable = true;
  r.fixture.reopen_with(keys);
  BOOST_TEST(r.run(KeyKind::metadata, 7).problems.size() == 6U);
  BOOST_TEST(r.uses(KeyKind::metadata, r.old).total() == 0U);
  for (const crypto::Uuid& tenant : {small, large}) {
    const auto row = r.fixture.rows(Table::tenants).at(std::string(crypto::as_text(record_row_key(tenant).view())));
    BOOST_TEST(!peek_tenant_record(crypto::as_bytes(row))->previous_metadata_key.has_value());
  }
  r.fixture.reopen_with(r.rings.load());
  BOOST_TEST(r.fixture.store().keys().census(KeyKind::metadata, {})->unreadable == 3U);
  BOOST_TEST(r.resolved(large, tool_of(3)) == RotationFixture::value_of(3));
}

BOOST_AUTO_TEST_CASE(an_api_key_of_the_first_format_gets_its_index_entry) {
  RotationFixture r(2);  // its log has no hashes of rows
  const crypto::Uuid tenant = tenant_id(7);
  const ApiKey key = some_api_key(numbered(7), tenant);
  BOOST_REQUIRE(r.fixture.wait(r.fixture.store().api_keys().add(key, who())));
  const StoreKeys keys = r.rings.load();
  r.fixture.put(Table::api_keys, key.id, first_format_row(key, *keys.metadata));
  r.fixture.put(Table::tenants, std::string(crypto::as_text(api_key_index_row_key(tenant, key.id).view())),
                std::nullopt);
  BOOST_TEST(ids_of(r.fixture.wait(r.fixture.store().api_keys().list_of_tenant(tenant, who()))).empty());
  r.rotate(KeyKind::metadata);
  BOOST_TEST(r.run(KeyKind::metadata, 128).problems.empty());
  BOOST_TEST(ids_of(r.fixture.wait(r.fixture.store().api_keys().list_of_tenant(tenant, who()))) ==
                 std::vector<std::string>{key.id},
             boost::test_tools::per_element());
  r.expect_clean();
}

BOOST_AUTO_TEST_CASE(a_server_with_old_keyrings_names_no_retired_key) {
  for (const KeyKind kind : {KeyKind::root, KeyKind::metadata}) {
    RotationFixture r;
    const crypto::KeyId fresh = r.rotate(kind);
    BOOST_TEST(r.run(kind, 128).problems.empty());
    r.fixture.reopen_with(r.stale);
    // Retired by another process.
    r.others_named(kind, {fresh}, {r.old});
    const auto refused = [](const auto& outcome) {
      return !outcome && outcome.error().code == Errc::unavailable &&
             outcome.error().subject.find("was retired") != std::string::npos;
    };
    BOOST_TEST(refused(r.fixture.wait(r.fixture.store().secrets().create(tenant_id(9), new_secret("new"), who()))));
    BOOST_TEST(refused(r.fixture.wait(r.fixture.store().secrets().create(keyless, new_secret("new"), who()))));
    BOOST_TEST(refused(r.fixture.wait(r.fixture.store().tenants().set_quota(tenant_id(9), 1, who()))));
    BOOST_TEST(refused(r.fixture.wait(r.fixture.store().api_keys().add(some_api_key(numbered(8), small), who()))));
    // All other rows are moved, and name the new key.
    BOOST_TEST(r.fixture.wait(r.fixture.store().secrets().create(small, new_secret("more"), who())).has_value());
    BOOST_TEST(r.fixture.wait(r.fixture.store().api_keys().revoke(numbered(1), who())).has_value());
    BOOST_TEST(r.uses(kind, r.old).total() == 0U);
    r.fixture.reopen_with(r.rings.load());
    r.expect_clean();
  }
}

BOOST_AUTO_TEST_CASE(a_tenant_whose_erasure_was_cut_short) {
  RotationFixture r;
  // The state after the first transaction of an erasure.
  const StoreKeys keys = r.rings.load();
  r.fixture.put(Table::tenants, std::string(crypto::as_text(record_row_key(large).view())), std::nullopt);
  WorkBody<void> mark = [&keys](Transaction& transaction) { return put_mark(transaction, *keys.metadata); };
  BOOST_REQUIRE(r.fixture.wait(write<void>(r.fixture.engine(), mark)));
  r.rotate(KeyKind::metadata);
  const RewrapStep all = r.run(KeyKind::metadata, 7);
  BOOST_REQUIRE(all.problems.size() == 1U);
  BOOST_TEST(all.problems.front().find("the tenant is being erased") != std::string::npos);
  const KeyUse left = r.uses(KeyKind::metadata, r.old);
  BOOST_TEST(left.secrets == many);
  BOOST_TEST(left.tenants == 0U);  // its mark is remade
  BOOST_REQUIRE(r.fixture.wait(r.fixture.store().tenants().erase(large, {}, who())));
  BOOST_TEST(r.uses(KeyKind::metadata, r.old).total() == 0U);
  BOOST_TEST(r.run(KeyKind::metadata, 7).problems.empty());
}

BOOST_AUTO_TEST_CASE(keyrings_that_are_old_copies_do_not_rewrap_backwards) {
  RotationFixture r;
  r.rotate(KeyKind::metadata);
  r.fixture.reopen_with(r.stale);
  const auto begun = r.fixture.wait(r.fixture.store().keys().begin_rewrap(KeyKind::metadata, who()));
  BOOST_REQUIRE(!begun);
  BOOST_TEST(begun.error().subject.find("it is an old copy") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(root_keys_need_their_private_half) {
  RotationFixture r;
  r.rotate(KeyKind::root);
  StoreKeys without = r.rings.load();
  without.root_private = nullptr;
  r.fixture.reopen_with(without);
  const auto begun = r.fixture.wait(r.fixture.store().keys().begin_rewrap(KeyKind::root, who()));
  BOOST_TEST((!begun && begun.error().code == Errc::not_found));
  BOOST_TEST(!r.fixture.wait(r.fixture.store().keys().rewrap_step(KeyKind::root, {}, 1, who())));
  // If this process lacks the private half of a promoted key, the store does not open.
  without.root_private = r.stale.root_private;
  const crypto::KeyId next = r.rings.add(KeyKind::root);
  r.fixture.reopen_with(r.rings.load());
  BOOST_REQUIRE(r.fixture.wait(r.fixture.store().keys().change(KeyChange::promote, KeyKind::root, next, who())));
  without.root_public = r.rings.load().root_public;
  r.fixture.close();
  const auto opened = Store::open(r.fixture.store_options(), without);
  BOOST_REQUIRE(!opened);
  BOOST_TEST(opened.error().subject.find("the root private keyring does not hold the key") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_store_reports_its_keys) {
  RotationFixture r;
  const auto change = [&](KeyChange how, const crypto::KeyId& id) {
    return r.fixture.wait(r.fixture.store().keys().change(how, KeyKind::metadata, id, who()));
  };
  const auto entries = [&] { return r.fixture.rows(Table::audit).size(); };
  const crypto::KeyId first = r.rings.primary(KeyKind::metadata);
  BOOST_TEST((change(KeyChange::retire, first).error().code == Errc::not_allowed));
  BOOST_TEST((change(KeyChange::promote, crypto::KeyId{1}).error().code == Errc::not_found));
  const std::size_t before = entries();
  BOOST_TEST(change(KeyChange::promote, first).has_value());
  BOOST_TEST(change(KeyChange::keep, first).has_value());
  BOOST_TEST(entries() == before);
  const crypto::KeyId second = r.rotate(KeyKind::metadata);
  BOOST_TEST(change(KeyChange::retire, first).has_value());
  BOOST_TEST(change(KeyChange::retire, first).has_value());
  BOOST_TEST((change(KeyChange::promote, first).error().code == Errc::not_allowed));
  r.fixture.reopen();
  BOOST_TEST(change(KeyChange::keep, first).has_value());
  r.fixture.reopen_with(r.stale);
  BOOST_TEST(r.fixture.verify().problem_count == 0U);
  std::vector<std::string> told;
  for (const std::string& body : r.fixture.audit()) {
    if (body.find("\"action\":\"key.") != std::string::npos) told.push_back(body);
  }
  BOOST_REQUIRE(told.size() == 4U);
  const auto says = [&](std::size_t n, const std::string& words) {
    return told.at(n).find(words) != std::string::npos;
  };
  BOOST_TEST(says(0, "key.promote\",\"outcome\":\"ok\",\"reason\":\"metadata " + crypto::to_hex(second) + "\""));
  BOOST_TEST(says(1, "key.rewrap\",\"outcome\":\"ok\",\"reason\":\"metadata " + crypto::to_hex(second) + ": begun\""));
  BOOST_TEST(says(2, "key.retire\",\"outcome\":\"ok\",\"reason\":\"metadata " + crypto::to_hex(first) + "\""));
  BOOST_TEST(says(3, "key.retire\",\"outcome\":\"denied\""));
}

BOOST_AUTO_TEST_CASE(any_byte_of_the_longer_record_of_the_keys) {
  RotationFixture r;
  r.rotate(KeyKind::metadata);
  const std::string row = r.fixture.rows(Table::meta).at("keys");
  const StoreKeys keys = r.rings.load();
  const auto accepted = [&](const std::string& text) { return check_keys(crypto::as_bytes(text), keys).has_value(); };
  BOOST_TEST(accepted(row));
  for (std::size_t i = 0; i < row.size(); ++i) {
    std::string flipped = row;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    BOOST_TEST(!accepted(flipped));
    BOOST_TEST(!accepted(row.substr(0, i)));
  }
  BOOST_TEST(!accepted(row + "x"));
}

BOOST_AUTO_TEST_SUITE_END()
