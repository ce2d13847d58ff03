// Idempotency keys: a request sent again gets the first answer; other bodies, lapsed and surplus keys.
#include <boost/asio/co_spawn.hpp>

#include "store/rows/idempotency_row.hpp"
#include "test/unit/store/secrets/changes_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

Outcome<ChangedSecret> create(ChangesFixture& fixture, NewSecret secret, ChangeTerms terms) {
  return fixture.wait<ChangedSecret>(
      fixture.store().secrets().create(fixture.tenant, std::move(secret), who(), std::move(terms)));
}

/// The stored number of a tenant's keys and of their bytes.
IdempotencyCount count_of(ChangesFixture& fixture) {
  const auto rows = fixture.rows(Table::tenants);
  const auto row = rows.find(text(idempotency_count_key(fixture.tenant).view()));
  if (row == rows.end()) return {};
  return decode_idempotency_count(tacit::crypto::as_bytes(row->second)).value();
}

/// That the count is what is stored.
void check_count(ChangesFixture& fixture) {
  const std::string prefix = text(RowKey(fixture.tenant, RowKind::idempotency_key).view());
  IdempotencyCount stored;
  for (const auto& [key, value] : fixture.rows(Table::tenants)) {
    if (!key.starts_with(prefix)) continue;
    ++stored.rows;
    stored.bytes += static_cast<std::uint32_t>(value.size());
  }
  BOOST_TEST((count_of(fixture) == stored));
  BOOST_TEST(fixture.rows_of(RowKind::idempotency_order) == stored.rows + (stored.rows > 0 ? 1U : 0U));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(repeated_request)

BOOST_AUTO_TEST_CASE(the_same_request_gets_the_first_answer) {
  ChangesFixture fixture;
  NewSecret secret = new_default("a", "tool", "key");
  secret.expires_at = 4'000'000'000'000'000;
  const auto first = create(fixture, std::move(secret), with_key("k", "body"));
  BOOST_REQUIRE(first);
  BOOST_TEST(!first->replayed);
  fixture.change(first->secret.id, value_update("another value"));
  const auto entries = fixture.audit().size();
  NewSecret same = new_default("a", "tool", "key");
  same.expires_at = 4'000'000'000'000'000;
  const auto again = create(fixture, std::move(same), with_key("k", "body"));
  BOOST_REQUIRE(again);
  BOOST_TEST(again->replayed);
  BOOST_TEST((again->secret.id == first->secret.id));
  BOOST_TEST((again->secret.display == first->secret.display));
  BOOST_TEST(again->secret.updated_at == first->secret.updated_at);
  BOOST_TEST(again->secret.created_at == first->secret.created_at);
  BOOST_TEST(again->secret.version == 1U);
  BOOST_TEST((again->secret.expires_at == first->secret.expires_at));
  BOOST_TEST(fixture.quota().count == 1U);
  BOOST_TEST(fixture.audit().size() == entries);
  check_count(fixture);
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

BOOST_AUTO_TEST_CASE(a_deleted_secret_does_not_come_back) {
  ChangesFixture fixture;
  const auto first = create(fixture, new_secret("a"), with_key("k", "body"));
  BOOST_REQUIRE(first);
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().remove(fixture.tenant, first->secret.id, who())));
  const auto again = create(fixture, new_secret("a"), with_key("k", "body"));
  BOOST_REQUIRE(again);
  BOOST_TEST(again->replayed);
  BOOST_TEST(fixture.quota().count == 0U);
}

BOOST_AUTO_TEST_CASE(keys_are_apart_by_tenant_and_request) {
  ChangesFixture fixture;
  BOOST_REQUIRE(create(fixture, new_secret("a"), with_key("k", "body")));
  const auto elsewhere = create(fixture, new_secret("b"), with_key("k", "body", "POST /?view=full"));
  BOOST_REQUIRE(elsewhere);
  BOOST_TEST(!elsewhere->replayed);
  const auto other_tenant = fixture.wait<ChangedSecret>(
      fixture.store().secrets().create(tenant_id(2), new_secret("a"), who(), with_key("k", "body")));
  BOOST_REQUIRE(other_tenant);
  BOOST_TEST(!other_tenant->replayed);
}

BOOST_AUTO_TEST_CASE(after_three_other_bodies_the_key_answers_none) {
  ChangesFixture fixture;
  BOOST_REQUIRE(create(fixture, new_secret("a"), with_key("k", "body")));
  for (int i = 0; i < 3; ++i) {
    const auto same = create(fixture, new_secret("a"), with_key("k", "body"));
    BOOST_REQUIRE(same);
    BOOST_TEST(same->replayed);
    const auto other = create(fixture, new_secret("b"), with_key("k", "guess " + std::to_string(i)));
    BOOST_CHECK(code_of(other) == Errc::key_reused);
  }
  BOOST_CHECK(code_of(create(fixture, new_secret("a"), with_key("k", "body"))) == Errc::key_reused);
  BOOST_CHECK(code_of(create(fixture, new_secret("b"), with_key("k", "guess"))) == Errc::key_reused);
  BOOST_TEST(fixture.quota().count == 1U);
  check_count(fixture);
  // It lapses like any other.
  fixture.clock.pass(std::chrono::hours(25));
  const auto later = create(fixture, new_secret("b"), with_key("k", "guess"));
  BOOST_REQUIRE(later);
  BOOST_TEST(!later->replayed);
  check_count(fixture);
}

// Else a client could compare any number of guesses with the first body before three of them are counted.
BOOST_AUTO_TEST_CASE(guesses_that_are_sent_at_once_are_counted_first) {
  ChangesFixture fixture;
  BOOST_REQUIRE(create(fixture, new_secret("a"), with_key("k", "body")));
  constexpr int guesses = 20;
  boost::asio::io_context context(1);
  std::vector<std::optional<Errc>> answers;
  for (int i = 0; i <= guesses; ++i) {
    ChangeTerms terms = with_key("k", i < guesses ? "guess " + std::to_string(i) : "body");
    boost::asio::co_spawn(context,
                          fixture.store().secrets().create(fixture.tenant, new_secret("a"), who(), std::move(terms)),
                          [&answers](std::exception_ptr error, Outcome<ChangedSecret> outcome) {
                            BOOST_TEST(!error);
                            answers.push_back(code_of(outcome));
                          });
  }
  context.run();
  BOOST_REQUIRE(answers.size() == std::size_t{guesses} + 1);
  for (const std::optional<Errc>& answer : answers) BOOST_CHECK(answer == Errc::key_reused);
  check_count(fixture);
}

BOOST_AUTO_TEST_CASE(a_key_lapses_after_24_hours) {
  ChangesFixture fixture;
  BOOST_REQUIRE(create(fixture, new_secret("a"), with_key("k", "body")));
  fixture.clock.pass(std::chrono::hours(23));
  BOOST_TEST(create(fixture, new_secret("a"), with_key("k", "body"))->replayed);
  fixture.clock.pass(std::chrono::hours(1) + std::chrono::seconds(1));
  BOOST_CHECK(code_of(create(fixture, new_secret("a"), with_key("k", "body"))) == Errc::name_taken);
  const auto again = create(fixture, new_secret("b"), with_key("k", "body"));
  BOOST_REQUIRE(again);
  BOOST_TEST(!again->replayed);
  BOOST_TEST(count_of(fixture).rows == 1U);
  check_count(fixture);
}

BOOST_AUTO_TEST_CASE(a_request_that_failed_is_not_kept) {
  ChangesFixture fixture;
  fixture.create(new_secret("a"));
  BOOST_CHECK(code_of(create(fixture, new_secret("a"), with_key("k", "body"))) == Errc::name_taken);
  BOOST_TEST(count_of(fixture).rows == 0U);
  const auto made = create(fixture, new_secret("b"), with_key("k", "other body"));
  BOOST_REQUIRE(made);
  BOOST_TEST(!made->replayed);
}

BOOST_AUTO_TEST_CASE(equal_requests_at_once_make_one_secret) {
  ChangesFixture fixture;
  constexpr int at_once = 8;
  boost::asio::io_context context(1);
  std::vector<ChangedSecret> answers;
  for (int i = 0; i < at_once; ++i) {
    boost::asio::co_spawn(
        context, fixture.store().secrets().create(fixture.tenant, new_secret("a"), who(), with_key("k", "body")),
        [&answers](std::exception_ptr error, Outcome<ChangedSecret> outcome) {
          BOOST_TEST(!error);
          BOOST_REQUIRE(outcome);
          answers.push_back(std::move(*outcome));
        });
  }
  context.run();
  BOOST_REQUIRE(answers.size() == std::size_t{at_once});
  int replayed = 0;
  for (const ChangedSecret& answer : answers) {
    replayed += answer.replayed ? 1 : 0;
    BOOST_TEST((answer.secret.id == answers.front().secret.id));
  }
  BOOST_TEST(replayed == at_once - 1);
  BOOST_TEST(fixture.quota().count == 1U);
}

BOOST_AUTO_TEST_CASE(a_rollback_sent_again_is_answered_again) {
  ChangesFixture fixture(4);
  const SecretInfo made = fixture.create(new_default("a", "tool", "key", "0123456789abcdef"));
  fixture.change(made.id, value_update("the second value"));
  const auto roll_back = [&](std::uint32_t version, std::string_view body) {
    return fixture.wait<ChangedSecret>(
        fixture.store().secrets().rollback(fixture.tenant, made.id, version, who(), with_key("k", body)));
  };
  const auto first = roll_back(1, "1");
  BOOST_REQUIRE(first);
  SecretUpdate rename;
  rename.name = "b";
  fixture.change(made.id, std::move(rename));
  const auto again = roll_back(1, "1");
  BOOST_REQUIRE(again);
  BOOST_TEST(again->replayed);
  BOOST_TEST(again->secret.name == "a");
  BOOST_TEST(again->secret.version == 3U);
  BOOST_TEST(again->secret.versions == first->secret.versions);
  BOOST_TEST(again->secret.updated_at == first->secret.updated_at);
  BOOST_TEST((again->secret.display == "01****ef" && again->secret.tool_name == "tool"));
  BOOST_CHECK(code_of(roll_back(2, "2")) == Errc::key_reused);
  BOOST_TEST(fixture.get(made.id).version == 3U);
  // The repetition is answered before a precondition is judged, and when the secret is gone.
  ChangeTerms terms = with_key("k", "1");
  terms.precondition.states.emplace();
  BOOST_TEST(fixture.roll_back(made.id, 1, std::move(terms)).has_value());
  BOOST_REQUIRE(fixture.wait(fixture.store().secrets().remove(fixture.tenant, made.id, who())));
  BOOST_TEST(roll_back(1, "1")->replayed);
}

BOOST_AUTO_TEST_CASE(the_oldest_keys_go_when_there_are_too_many) {
  ChangesFixture fixture;
  const auto create_nth = [&](std::uint32_t n) {
    const std::string text = std::to_string(n);
    fixture.clock.pass(std::chrono::milliseconds(1));
    return create(fixture, new_secret("s" + text), with_key("k" + text, text));
  };
  for (std::uint32_t n = 0; n < most_idempotency_rows + 5; ++n) BOOST_REQUIRE(create_nth(n));
  BOOST_TEST(count_of(fixture).rows == most_idempotency_rows);
  check_count(fixture);
  BOOST_TEST(create_nth(5)->replayed);
  BOOST_CHECK(code_of(create_nth(4)) == Errc::name_taken);
  // Lapsed ones go, a few with each change.
  fixture.clock.pass(std::chrono::hours(25));
  BOOST_REQUIRE(create_nth(5000));
  BOOST_TEST(count_of(fixture).rows == most_idempotency_rows - 8 + 1);
  check_count(fixture);
}

// The answer to a rollback is kept as a whole, and may be as large as a hundred others.
BOOST_AUTO_TEST_CASE(as_many_old_keys_go_as_a_large_answer_needs) {
  ChangesFixture fixture;
  constexpr std::uint32_t small_ones = 60;
  for (std::uint32_t n = 0; n < small_ones; ++n) {
    const std::string text = std::to_string(n);
    fixture.clock.pass(std::chrono::milliseconds(1));
    BOOST_REQUIRE(create(fixture, new_secret("s" + text), with_key("k" + text, text)));
  }
  const SecretInfo made = fixture.create(new_secret(std::string(1024, 'n')));
  fixture.change(made.id, value_update("another value"));
  // As if there were so many rows that the answer does not fit.
  IdempotencyCount count = count_of(fixture);
  count.bytes = most_idempotency_bytes - 10;
  fixture.put(Table::tenants, text(idempotency_count_key(fixture.tenant).view()),
              text(encode_idempotency_count(count)));
  BOOST_REQUIRE(fixture.wait<ChangedSecret>(
      fixture.store().secrets().rollback(fixture.tenant, made.id, 1, who(), with_key("large", "body"))));
  BOOST_TEST(count_of(fixture).bytes <= most_idempotency_bytes);
  BOOST_TEST(count_of(fixture).rows < small_ones + 1 - 8);
}

BOOST_AUTO_TEST_CASE(an_altered_row_is_noticed) {
  ChangesFixture fixture;
  BOOST_REQUIRE(create(fixture, new_secret("a"), with_key("k", "body")));
  const std::string prefix = text(RowKey(fixture.tenant, RowKind::idempotency_key).view());
  auto [key, row] = *fixture.rows(Table::tenants).lower_bound(prefix);
  BOOST_REQUIRE(key.starts_with(prefix));
  row.back() = static_cast<char>(row.back() ^ 1);
  fixture.put(Table::tenants, key, row);
  BOOST_CHECK(code_of(create(fixture, new_secret("a"), with_key("k", "body"))) == Errc::integrity);
  BOOST_TEST(fixture.last_entry_has(R"("action":"secret.integrity")"));
}

BOOST_AUTO_TEST_CASE(neither_key_nor_body_is_stored) {
  ChangesFixture fixture;
  BOOST_REQUIRE(create(fixture, new_secret("a"), with_key("my-very-own-key", "my-very-own-body")));
  const std::string digest = text(tacit::crypto::sha256(tacit::crypto::as_bytes("my-very-own-body")));
  for (const Table table : {Table::meta, Table::tenants, Table::audit}) {
    for (const auto& [key, value] : fixture.rows(table)) {
      for (const std::string& part : {std::string("my-very-own"), digest}) {
        BOOST_TEST(key.find(part) == std::string::npos);
        BOOST_TEST(value.find(part) == std::string::npos);
      }
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()
