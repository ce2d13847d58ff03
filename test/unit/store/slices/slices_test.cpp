// Reading in slices: other work on the thread waits for at most one slice, and a read over several snapshots is right
// under any concurrent change.
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/test/unit_test.hpp>

#include <time.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "store/secrets/releases.hpp"
#include "store/secrets/secrets.hpp"
#include "store/slices/slice.hpp"
#include "store/slices/turns.hpp"
#include "test/unit/store/lmdb/engine/first_format_fixture.hpp"
#include "test/unit/store/slices/sliced_fixture.hpp"

namespace asio = boost::asio;
using namespace tacit::store;
using namespace tacit::store::testing;
using namespace std::chrono_literals;

namespace {

asio::awaitable<void> take_turns(std::string& trace, char name, int turns) {
  for (int i = 0; i < turns; ++i) {
    trace.push_back(name);
    co_await next_turn();
  }
}

/// Short work that is always ready, until the long work is over.
void keep_posting(asio::io_context& context, std::string& trace, const int& under_way) {
  trace.push_back('.');
  if (under_way > 0) asio::post(context, [&] { keep_posting(context, trace, under_way); });
}

std::map<std::string, int> counted(const SecretList& list) {
  std::map<std::string, int> names;
  for (const SecretInfo& secret : list.secrets) ++names[secret.name];
  return names;
}

bool rises(const SecretList& list) {
  return std::ranges::adjacent_find(list.secrets, std::greater_equal{}, &SecretInfo::id) == list.secrets.end();
}

/// Lists while secrets are added, removed and rebound: the secrets that stay, and match throughout, are returned once.
/// `third`: a binding that also matches the list.
void list_while_all_changes(const std::optional<std::string>& tool, const std::string& third) {
  constexpr int many = 60;
  SlicedFixture fixture;
  std::vector<tacit::crypto::Uuid> ids;
  for (int i = 0; i < many; ++i) {
    ids.push_back(fixture.bound("s" + std::to_string(i), i % 2 == 0 ? "tool" : "to*").id);
  }
  Stepwise<SecretList> listing(fixture.listing(tool));
  std::set<std::string> gone;
  for (std::size_t i = 0; listing.step(); ++i) {
    const std::size_t at = i * 7 % many;
    if (at % 5 == 4) {
      if (gone.insert("s" + std::to_string(at)).second) fixture.remove(ids[at]);
    } else {
      fixture.bind(ids[at], i % 3 == 0 ? "tool" : i % 3 == 1 ? "too*" : third);
    }
    fixture.bound("new" + std::to_string(i), "tool");
  }
  const auto list = listing.finish();
  BOOST_REQUIRE(list);
  BOOST_TEST(gone.size() > 3U);
  BOOST_TEST(rises(*list));
  const auto names = counted(*list);
  for (int i = 0; i < many; ++i) {
    const std::string name = "s" + std::to_string(i);
    if (!gone.contains(name)) BOOST_TEST((names.contains(name) && names.at(name) == 1), name);
  }
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

// Read in the order of ids: the first default is bound to the tool when it has been passed already, and before the one
// goes that was best until then. Of the snapshots together the last default would win; at no instant it did.
template <class Before, class After>
void resolve_while_another_wins(Before before_secrets, After after_secrets) {
  SlicedFixture fixture;
  before_secrets(fixture);
  const SecretInfo early = fixture.create(new_default("early", "elsewhere", "key", "bound in between"));
  for (int i = 0; i < 30; ++i) {
    const std::string n = std::to_string(i);
    fixture.create(new_default("filler " + n, "tool", "argument " + n));
  }
  const SecretInfo best = fixture.create(new_default("best", "tool", "key", "best at first"));
  fixture.create(new_default("last", "t*", "key", "never the best"));
  after_secrets(fixture);
  Stepwise<std::vector<ReleasedValue>> resolving(fixture.resolving("tool"));
  for (int i = 0; i < 8; ++i) BOOST_REQUIRE(resolving.step());
  fixture.bind(early.id, "too*");
  fixture.remove(best.id);
  const auto values = resolving.finish();
  BOOST_REQUIRE(values);
  BOOST_TEST(values->size() == 31U);
  const auto key = std::ranges::find(*values, "key", &ReleasedValue::argument);
  BOOST_REQUIRE((key != values->end()));
  BOOST_TEST(text_of(key->value) == "bound in between");
  BOOST_TEST(fixture.verify().problem_count == 0U);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(slices)

BOOST_AUTO_TEST_CASE(a_slice_begins_again_after_a_pause) {
  constexpr std::size_t several_steps = 8192;
  Slice slice(1ms, Slice::Begins::now);
  timespec time{};
  std::int64_t began = -1;
  for (std::int64_t used = 0; used < 2'000'000;) {  // CPU time of others, while a read of this slice is suspended
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    const std::int64_t present = std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
    if (began < 0) began = present;
    used = present - began;
  }
  Slice other(1ms, Slice::Begins::after_some_steps);
  BOOST_TEST(slice.over(several_steps));
  note_pause();
  BOOST_TEST(!slice.over(several_steps));
  BOOST_TEST(!other.over(several_steps));
}

BOOST_AUTO_TEST_CASE(a_slice_ends_when_its_time_is_used_up_and_not_before) {
  Slice ends_at_once(0us, Slice::Begins::after_some_steps);
  int steps = 0;
  while (!ends_at_once.over(0)) ++steps;
  BOOST_TEST(steps == 3);
  BOOST_TEST(Slice(0us, Slice::Begins::now).over(100'000));  // a long row is looked at by itself
  Slice long_one(1h, Slice::Begins::now);
  for (int i = 0; i < 1000; ++i) BOOST_TEST_REQUIRE(!long_one.over(1000));
  Slice short_one(1ms, Slice::Begins::now);
  while (!short_one.over(0)) {
  }
}

BOOST_AUTO_TEST_CASE(long_work_takes_turns_and_short_work_goes_between) {
  asio::io_context context(1);
  std::string trace;
  int under_way = 3;
  for (const char name : {'a', 'b', 'c'}) {
    asio::co_spawn(context, take_turns(trace, name, 20), [&](std::exception_ptr) { --under_way; });
  }
  asio::post(context, [&] { keep_posting(context, trace, under_way); });
  context.run();
  std::string turns;
  std::size_t served = 0;
  trace.erase(0, trace.find('.'));
  for (const char each : trace) {
    if (each == '.') {
      ++served;
    } else {
      BOOST_TEST_REQUIRE(served > 0U, "two slices without anything between them in " << trace);
      served = 0;
      turns.push_back(each);
    }
  }
  BOOST_TEST(turns.size() >= 57U);
  for (std::size_t i = 3; i + 3 < turns.size(); ++i) BOOST_TEST_REQUIRE(turns[i] == turns[i - 3], turns);
}

BOOST_AUTO_TEST_CASE(waiting_for_a_turn_ends_with_the_context) {
  std::string trace;
  {
    asio::io_context context(1);
    asio::co_spawn(context, take_turns(trace, 'a', 1000), asio::detached);
    for (int i = 0; i < 10; ++i) context.poll_one();
  }
  BOOST_TEST(trace.size() < 1000U);
}

BOOST_AUTO_TEST_CASE(a_list_contains_each_lasting_secret_once) { list_while_all_changes(std::nullopt, "elsewhere"); }

BOOST_AUTO_TEST_CASE(a_glob_contains_each_lasting_secret_once) { list_while_all_changes("to*", "tool__*"); }

BOOST_AUTO_TEST_CASE(a_list_by_tool_contains_each_lasting_secret_once) { list_while_all_changes("tool", "*"); }

BOOST_AUTO_TEST_CASE(a_page_read_in_slices_is_the_same) {
  SlicedFixture fixture;
  for (int i = 0; i < 50; ++i) fixture.bound("s" + std::to_string(i), i % 10 == 9 ? "seldom" : "often");
  ListQuery query;
  query.tool_name = "s*m";
  query.limit = 2;
  std::string pages;
  for (;;) {
    const auto page = fixture.wait(fixture.store().secrets().list(tenant_id(1), query, who()));
    BOOST_REQUIRE(page);
    for (const SecretInfo& secret : page->secrets) pages += secret.name + " ";
    pages += "| ";
    if (!page->next) break;
    query.after = page->next;
  }
  BOOST_TEST(pages == "s9 s19 | s29 s39 | s49 | ");
}

BOOST_AUTO_TEST_CASE(a_list_of_a_tenant_whose_erasure_begins_fails) {
  SlicedFixture fixture;
  for (int i = 0; i < 40; ++i) fixture.bound("s" + std::to_string(i), "tool");
  Stepwise<SecretList> listing(fixture.listing(std::nullopt));
  for (int i = 0; i < 8; ++i) BOOST_REQUIRE(listing.step());
  const std::string record(1, '\0');
  const std::string key(tacit::crypto::as_text(tenant_id(1).view()));
  fixture.put(Table::tenants, key + record, std::nullopt);
  const auto list = listing.finish();
  BOOST_REQUIRE(!list);
  BOOST_CHECK(list.error().code == Errc::integrity);
}

// With records that carry a number of changes; with records of before, in a store of before and in one that rose since.
BOOST_AUTO_TEST_CASE(only_a_default_that_won_is_released) {
  resolve_while_another_wins([](StoreFixture&) {}, [](StoreFixture&) {});
  resolve_while_another_wins(make_first_format, [](StoreFixture& fixture) { take_new_rows(fixture, 2); });
  resolve_while_another_wins(make_first_format, [](StoreFixture& fixture) { take_new_rows(fixture, 3); });
}

BOOST_AUTO_TEST_CASE(only_a_default_that_won_is_released_despite_traceless_changes) {
  resolve_while_another_wins(make_first_format, [](StoreFixture&) {});
  resolve_while_another_wins(make_first_format, [](StoreFixture& fixture) { raise_without_rows(fixture, 2); });
  resolve_while_another_wins(make_first_format, [](StoreFixture& fixture) { raise_without_rows(fixture, 3); });
}

// What was read in slices is compared when the release is recorded: the best one came after the last slice.
BOOST_AUTO_TEST_CASE(a_default_that_wins_while_values_are_opened_is_the_one_that_is_released) {
  SlicedFixture fixture;
  for (int i = 0; i < 30; ++i) {
    const std::string n = std::to_string(i);
    fixture.create(new_default("s" + n, "t*", "argument " + n));
  }
  Stepwise<std::vector<ReleasedValue>> resolving(fixture.resolving("tool"));
  std::uint64_t read = 0;
  for (int opened = 0; opened < 10;) {
    BOOST_REQUIRE(resolving.step());
    const std::uint64_t before = std::exchange(read, fixture.engine().statistics().rows_read);
    opened = read == before ? opened + 1 : 0;
  }
  fixture.create(new_default("best", "tool", "argument 7", "the best one"));
  const auto values = resolving.finish();
  BOOST_REQUIRE(values);
  const auto seventh = std::ranges::find(*values, "argument 7", &ReleasedValue::argument);
  BOOST_REQUIRE((seventh != values->end()));
  BOOST_TEST(text_of(seventh->value) == "the best one");
}

BOOST_AUTO_TEST_CASE(a_resolve_that_is_overtaken_again_and_again_ends_with_a_conflict) {
  SlicedFixture fixture;
  std::vector<tacit::crypto::Uuid> ids;
  for (int i = 0; i < 30; ++i) {
    const std::string n = std::to_string(i);
    ids.push_back(fixture.create(new_default("s" + n, "tool", "argument " + n)).id);
  }
  Stepwise<std::vector<ReleasedValue>> resolving(fixture.resolving("tool"));
  for (int i = 0; resolving.step(); ++i) fixture.bind(ids[0], i % 2 == 0 ? "too*" : "tool");
  const auto values = resolving.finish();
  BOOST_REQUIRE(!values);
  BOOST_CHECK(values.error().code == Errc::conflict);
}

BOOST_AUTO_TEST_CASE(changes_of_other_tenants_do_not_disturb_a_resolve_in_slices) {
  SlicedFixture fixture;
  for (int i = 0; i < 30; ++i) {
    const std::string n = std::to_string(i);
    fixture.create(new_default("s" + n, "tool", "argument " + n));
  }
  Stepwise<std::vector<ReleasedValue>> resolving(fixture.resolving("tool"));
  for (int i = 0; resolving.step() && i < 5000; ++i) {
    if (i % 10 != 0) continue;
    fixture.wait(fixture.store().secrets().create(tenant_id(2), new_secret("n" + std::to_string(i)), who()));
  }
  const auto values = resolving.finish();
  BOOST_REQUIRE(values);
  BOOST_TEST(values->size() == 30U);
  BOOST_TEST(std::ranges::count_if(fixture.audit(), [](const std::string& body) {
               return body.find("secret.release") != std::string::npos;
             }) == 1);
}

BOOST_AUTO_TEST_CASE(named_secrets_are_found_in_slices_too) {
  SlicedFixture fixture;
  ResolveQuery query;
  query.tenant = tenant_id(1);
  query.tool_name = "tool";
  for (int i = 0; i < 40; ++i) {
    const std::string n = std::to_string(i);
    fixture.create(new_secret("name " + n, "value " + n));
    query.secrets.emplace_back("argument " + n, "name " + n);
  }
  const auto values = fixture.wait(resolve_values(fixture.store(), query, who()));
  BOOST_REQUIRE(values);
  BOOST_TEST(values->size() == 40U);
  BOOST_TEST(text_of(values->at(39).value) == "value 39");
  query.secrets.emplace_back("one more", "nobody");
  query.secrets.emplace_back("and another", "no one");
  const auto refused = fixture.wait(resolve_values(fixture.store(), query, who()));
  BOOST_REQUIRE(!refused);
  BOOST_TEST(
      refused.error().subject ==
      R"("nobody" for the argument "one more" (not_found); "no one" for the argument "and another" (not_found))");
}

// Two tools name it, for a third one between them it is the default: it is read in two slices.
BOOST_AUTO_TEST_CASE(a_secret_that_changes_between_its_two_reads_is_released_in_one_state) {
  SlicedFixture fixture;
  const SecretInfo secret = fixture.create(new_default("s", "t*", "key", "value"));
  ResolveManyQuery query;
  query.tenant = tenant_id(1);
  for (const char* tool : {"t1", "t2", "t3"}) {
    query.tools.emplace_back().tenant = query.tenant;
    query.tools.back().tool_name = tool;
  }
  query.tools.front().secrets.emplace_back("key", "s");
  query.tools.back().secrets.emplace_back("key", "s");
  for (int i = 0; i < 20; ++i) {
    const std::string n = std::to_string(i);
    fixture.create(new_secret("name " + n));
    query.tools.front().secrets.emplace_back("argument " + n, "name " + n);
  }
  for (int steps = 0; steps < 60; ++steps) {
    Stepwise<std::vector<ReleasedTool>> resolving(fixture.store().releases().resolve_many(query, who()));
    for (int i = 0; i < steps && resolving.step(); ++i) continue;
    SecretUpdate update;
    update.value.emplace().append("value " + std::to_string(steps));
    BOOST_REQUIRE(fixture.wait(fixture.store().secrets().update(tenant_id(1), secret.id, std::move(update), who())));
    const auto tools = resolving.finish();
    BOOST_REQUIRE(tools);
    BOOST_TEST(tools->at(0).values.size() == 21U);
    BOOST_REQUIRE((tools->at(1).values.size() == 1U && tools->at(2).values.size() == 1U));
    BOOST_TEST(text_of(tools->at(1).values[0].value) == text_of(tools->at(2).values[0].value));
    BOOST_TEST(tools->at(1).values[0].updated_at == tools->at(0).values[0].updated_at);
  }
}

BOOST_AUTO_TEST_CASE(a_resolve_reads_no_further_than_the_first_argument_too_many) {
  StoreFixtureOptions options;
  options.map_size = std::uint64_t{256} << 20;
  StoreFixture fixture(options);
  asio::io_context context(1);
  constexpr int many = 2000;
  for (int i = 0; i < many; ++i) {
    const std::string n = std::to_string(i);
    asio::co_spawn(context,
                   fixture.store().secrets().create(tenant_id(1), new_default("s" + n, "tool", "argument " + n), who()),
                   [](std::exception_ptr error, const Outcome<ChangedSecret>& made) {
                     BOOST_TEST(!error);
                     BOOST_TEST(made.has_value());
                   });
  }
  context.run();
  ResolveQuery query;
  query.tenant = tenant_id(1);
  query.tool_name = "tool";
  const auto before = fixture.engine().statistics().rows_read;
  const auto refused = fixture.wait(resolve_values(fixture.store(), std::move(query), who()));
  BOOST_REQUIRE(!refused);
  BOOST_CHECK(refused.error().code == Errc::too_many_arguments);
  // An entry and a secret for each of 257 arguments, and what every slice begins with; all of them would be 4,000.
  BOOST_TEST(fixture.engine().statistics().rows_read - before < 2000U);
}

BOOST_AUTO_TEST_SUITE_END()
