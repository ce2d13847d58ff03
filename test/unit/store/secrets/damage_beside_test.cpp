// What is altered or added beside a secret's row (its uses, its previous values) is reported, and keeps its owner
// neither from reading the secret nor from replacing and destroying it.
#include "test/unit/store/secrets/changes_fixture.hpp"

#include <algorithm>

#include "store/rows/store_meta.hpp"
#include "store/rows/uses_row.hpp"
#include "store/rows/version_row.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

/// A secret with two previous values and a noted use.
struct DamageFixture : ChangesFixture {
  DamageFixture() : ChangesFixture(4) {
    id = create(new_default("a", "tool", "key", "the first value")).id;
    change(id, value_update("the second value"));
    change(id, value_update("the third value"));
    BOOST_TEST(released("tool", "key") == "the third value");
    BOOST_REQUIRE(wait(store().releases().store_uses()));
    BOOST_TEST(verify().problem_count == 0U);
  }

  std::string uses_key() const { return text(uses_row_key(tenant, id).view()); }
  std::string version_key(std::uint32_t number) const { return text(version_row_key(tenant, id, number).view()); }
  std::string version_row(std::uint32_t number) { return rows(Table::tenants).at(version_key(number)); }
  void alter(Table table, const std::string& key) {
    std::string row = rows(table).at(key);
    row.back() = static_cast<char>(row.back() ^ 1);
    put(table, key, row);
  }
  /// Of the audit log's entries, those that say that something was altered.
  std::size_t reports() {
    const auto entries = audit();
    return static_cast<std::size_t>(std::ranges::count_if(entries, [](const std::string& entry) {
      return entry.find(R"("action":"secret.integrity")") != std::string::npos;
    }));
  }
  Outcome<SecretInfo> full() { return wait(store().secrets().get(tenant, id, who(), true)); }
  Outcome<SecretInfo> remove() { return wait(store().secrets().remove(tenant, id, who())); }
  /// All values are gone, and nothing is left to complain of.
  void check_removed() {
    const auto removed = remove();
    BOOST_REQUIRE_MESSAGE(removed, removed.error().subject);
    BOOST_TEST(!removed->damage.empty());
    BOOST_TEST(rows_of(RowKind::previous_value) == 0U);
    BOOST_TEST(!rows(Table::meta).contains(uses_key()));
    BOOST_TEST(verify().problem_count == 0U);
  }

  tacit::crypto::Uuid id;
};

/// What an attacker can do to the rows of previous values.
struct Damage {
  const char* what;
  void (*inflict)(DamageFixture& it);
};
const Damage damages[] = {
    {"a row is missing", [](DamageFixture& it) { it.put(Table::tenants, it.version_key(1), std::nullopt); }},
    {"all rows are missing",
     [](DamageFixture& it) {
       it.put(Table::tenants, it.version_key(1), std::nullopt);
       it.put(Table::tenants, it.version_key(2), std::nullopt);
     }},
    {"a copy under another number",
     [](DamageFixture& it) { it.put(Table::tenants, it.version_key(77), it.version_row(1)); }},
    {"a row of garbage", [](DamageFixture& it) { it.put(Table::tenants, it.version_key(0), "garbage"); }},
    {"a key that is too long",
     [](DamageFixture& it) { it.put(Table::tenants, it.version_key(1) + "x", it.version_row(1)); }},
    {"very many rows",
     [](DamageFixture& it) {
       for (std::uint32_t n = 100; n < 400; ++n) it.put(Table::tenants, it.version_key(n), "garbage");
     }},
};

}  // namespace

BOOST_AUTO_TEST_SUITE(damage_beside)

BOOST_AUTO_TEST_CASE(altered_uses_hide_nothing_else) {
  DamageFixture it;
  BOOST_REQUIRE(it.full()->last_used_at);
  it.alter(Table::meta, it.uses_key());
  const auto found = it.full();
  BOOST_REQUIRE_MESSAGE(found, found.error().subject);
  BOOST_TEST(found->name == "a");
  BOOST_TEST(found->versions == 3U);
  BOOST_TEST(!found->last_used_at);
  BOOST_TEST(found->damage == altered_uses);
  BOOST_TEST(it.reports() == 1U);
  BOOST_TEST(it.get(it.id).damage.empty());  // it was not asked for the last use
  const auto page = it.wait(it.store().releases().uses(it.tenant, it.id, {}, who()));
  BOOST_REQUIRE(page);
  BOOST_TEST(page->uses.empty());
  BOOST_TEST(page->altered);
  BOOST_TEST(it.reports() == 2U);
  BOOST_TEST(it.verify().problem_count == 1U);
}

BOOST_AUTO_TEST_CASE(a_list_with_altered_uses_is_whole_and_reported_once) {
  DamageFixture it;
  const SecretInfo other = it.create(new_default("b", "tool", "other"));
  BOOST_TEST(!it.released("tool", "other").empty());
  BOOST_REQUIRE(it.wait(it.store().releases().store_uses()));
  it.alter(Table::meta, it.uses_key());
  it.alter(Table::meta, text(uses_row_key(it.tenant, other.id).view()));
  ListQuery query;
  query.with_last_use = true;
  const auto all = it.wait(it.store().secrets().list(it.tenant, query, who()));
  BOOST_REQUIRE(all);
  BOOST_REQUIRE(all->secrets.size() == 2U);
  for (const SecretInfo& secret : all->secrets) BOOST_TEST(!secret.last_used_at);
  BOOST_TEST(it.reports() == 1U);
}

BOOST_AUTO_TEST_CASE(with_altered_uses_a_secret_changes_and_the_next_use_replaces_them) {
  DamageFixture it;
  it.alter(Table::meta, it.uses_key());
  ChangeTerms terms;
  terms.with_last_use = true;
  const auto changed =
      it.wait(it.store().secrets().update(it.tenant, it.id, value_update("the fourth value"), who(), std::move(terms)));
  BOOST_REQUIRE(changed);
  BOOST_TEST(changed->damage == altered_uses);
  BOOST_TEST(it.released("tool", "key") == "the fourth value");
  BOOST_REQUIRE(it.wait(it.store().releases().store_uses()));
  BOOST_TEST(it.full()->last_used_at.has_value());
  BOOST_TEST(it.verify().problem_count == 0U);
  it.alter(Table::meta, it.uses_key());
  const auto removed = it.remove();
  BOOST_REQUIRE(removed);
  BOOST_TEST(!it.rows(Table::meta).contains(it.uses_key()));
  BOOST_TEST(it.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_secret_is_removed_whatever_became_of_its_previous_values) {
  for (const Damage& damage : damages) {
    BOOST_TEST_CONTEXT(damage.what) {
      DamageFixture it;
      damage.inflict(it);
      BOOST_TEST(it.verify().problem_count > 0U);
      it.check_removed();
      BOOST_TEST(it.reports() == 1U);
    }
  }
}

BOOST_AUTO_TEST_CASE(a_value_is_replaced_whatever_became_of_its_predecessors) {
  for (const Damage& damage : damages) {
    BOOST_TEST_CONTEXT(damage.what) {
      DamageFixture it;
      damage.inflict(it);
      const SecretInfo changed = it.change(it.id, value_update("the fourth value"));
      BOOST_TEST(changed.damage == altered_versions);
      BOOST_TEST(it.reports() == 1U);
      BOOST_TEST(it.released("tool", "key") == "the fourth value");
      // Each change removes some of what was added, and keeps what is sound.
      for (int i = 0; i < 10 && it.verify().problem_count > 0; ++i) {
        it.change(it.id, value_update("value " + std::to_string(i)));
      }
      BOOST_TEST(it.verify().problem_count == 0U);
      BOOST_TEST(it.wait(it.store().secrets().versions(it.tenant, it.id, who())).has_value());
    }
  }
}

BOOST_AUTO_TEST_CASE(sound_previous_values_stay_beside_added_ones) {
  DamageFixture it;
  it.put(Table::tenants, it.version_key(77), it.version_row(1));
  it.change(it.id, value_update("the fourth value"));
  BOOST_TEST(it.numbers(it.id) == "4* 3 2 1");
  BOOST_REQUIRE(it.roll_back(it.id, 1));
  BOOST_TEST(it.released("tool", "key") == "the first value");
}

BOOST_AUTO_TEST_CASE(all_previous_values_and_what_was_added_are_discarded) {
  DamageFixture it;
  it.put(Table::tenants, it.version_key(77), "garbage");
  SecretUpdate discard;
  discard.discard_previous = true;
  BOOST_TEST(it.change(it.id, std::move(discard)).damage == altered_versions);
  BOOST_TEST(it.rows_of(RowKind::previous_value) == 0U);
  BOOST_TEST(it.numbers(it.id) == "3*");
  BOOST_TEST(it.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(an_altered_previous_value_can_be_removed_alone) {
  DamageFixture it;
  it.alter(Table::tenants, it.version_key(1));
  const auto removed = it.wait(it.store().secrets().remove_version(it.tenant, it.id, 1, who()));
  BOOST_REQUIRE_MESSAGE(removed, removed.error().subject);
  BOOST_TEST(removed->number == 1U);
  BOOST_TEST(!removed->display);
  BOOST_TEST(it.reports() == 1U);
  BOOST_TEST(it.numbers(it.id) == "3* 2");
  BOOST_TEST(it.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
