// How uses of a secret are merged, which of them go first, and how the owner sees them.
#include "store/uses/use_history.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <string>

using namespace tacit::store;

namespace {

constexpr std::int64_t minute = 60'000'000;

UseEntry use(std::string tool, std::int64_t at, std::uint8_t identity = 1, UseOutcome outcome = UseOutcome::released) {
  UseEntry entry;
  entry.first_at = entry.last_at = at;
  entry.count = 1;
  entry.outcome = outcome;
  entry.tag.fill(identity);
  entry.runtime = "runtime";
  entry.tool = std::move(tool);
  return entry;
}

bool has_tool(const std::vector<UseEntry>& entries, const std::string& tool) {
  return std::ranges::any_of(entries, [&tool](const UseEntry& entry) { return entry.tool == tool; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(use_history)

BOOST_AUTO_TEST_CASE(uses_within_an_hour_are_one_entry) {
  std::vector<UseEntry> entries;
  add_use(entries, use("tool", 100 * minute));
  add_use(entries, use("tool", 160 * minute));
  BOOST_REQUIRE(entries.size() == 1U);
  BOOST_TEST(entries[0].count == 2U);
  BOOST_TEST(entries[0].first_at == 100 * minute);
  BOOST_TEST(entries[0].last_at == 160 * minute);
  add_use(entries, use("tool", 161 * minute));
  BOOST_REQUIRE(entries.size() == 2U);
  BOOST_TEST(entries[0].first_at == 161 * minute);
  // Another tool, outcome or identity is another entry.
  add_use(entries, use("other", 161 * minute));
  add_use(entries, use("tool", 161 * minute, 2));
  add_use(entries, use("tool", 161 * minute, 1, UseOutcome::rejected_upstream));
  BOOST_TEST(entries.size() == 5U);
}

BOOST_AUTO_TEST_CASE(the_newest_come_first_however_they_arrive) {
  std::vector<UseEntry> entries;
  for (const int at : {3, 1, 2}) add_use(entries, use("tool " + std::to_string(at), at * minute));
  BOOST_TEST(entries[0].tool == "tool 3");
  BOOST_TEST(entries[1].tool == "tool 2");
  BOOST_TEST(entries[2].tool == "tool 1");
}

BOOST_AUTO_TEST_CASE(the_entries_keep_to_the_limits_of_a_row) {
  std::vector<UseEntry> entries;
  for (int i = 0; i < 300; ++i) add_use(entries, use("t" + std::to_string(i), i * minute));
  BOOST_TEST(fits_uses_row(entries));
  BOOST_TEST(entries.size() > 20U);
  BOOST_TEST(entries.front().tool == "t299");
}

BOOST_AUTO_TEST_CASE(the_newest_entry_of_a_tool_goes_last) {
  std::vector<UseEntry> entries;
  add_use(entries, use("the one that matters", 0));
  for (int i = 1; i < 200; ++i) add_use(entries, use("busy", i * 90 * minute));
  BOOST_TEST(fits_uses_row(entries));
  BOOST_TEST(has_tool(entries, "the one that matters"));
}

BOOST_AUTO_TEST_CASE(an_identity_that_asks_for_many_tools_displaces_its_own_entries) {
  std::vector<UseEntry> entries;
  add_use(entries, use("the one that matters", 0, 2));
  for (int i = 1; i < 200; ++i) add_use(entries, use("tool " + std::to_string(i), i * minute, 1));
  BOOST_TEST(has_tool(entries, "the one that matters"));
}

BOOST_AUTO_TEST_CASE(long_names_are_cut_between_two_characters) {
  BOOST_TEST(tool_in_uses("tool") == "tool");
  const std::string longest(256, 'a');
  BOOST_TEST(tool_in_uses(longest) == longest);
  const std::string cut = tool_in_uses(longest + "a");
  BOOST_TEST(cut == std::string(253, 'a') + "\xE2\x80\xA6");
  std::string wide;
  for (int i = 0; i < 100; ++i) wide += "\xE2\x82\xAC";
  BOOST_TEST(tool_in_uses("ab" + wide) == "ab" + wide.substr(0, 249) + "\xE2\x80\xA6");
}

BOOST_AUTO_TEST_CASE(releases_and_reports_are_found_by_identity_and_tool) {
  std::vector<UseEntry> entries;
  add_use(entries, use("tool", 10 * minute));
  add_use(entries, use("tool", 11 * minute, 2, UseOutcome::rejected_upstream));
  const IdentityTag first = use("", 0, 1).tag;
  const IdentityTag second = use("", 0, 2).tag;
  BOOST_TEST(has_release(entries, first, "tool", 10 * minute));
  BOOST_TEST(!has_release(entries, first, "tool", 10 * minute + 1));
  BOOST_TEST(!has_release(entries, first, "other", 0));
  BOOST_TEST(!has_release(entries, second, "tool", 0));
  BOOST_TEST(has_report(entries, second, 10 * minute));
  BOOST_TEST(!has_report(entries, second, 11 * minute));
  BOOST_TEST(!has_report(entries, first, 0));
}

BOOST_AUTO_TEST_CASE(identities_of_one_label_are_one_runtime_to_the_owner) {
  std::vector<UseEntry> entries;
  add_use(entries, use("tool", 10 * minute, 1));
  add_use(entries, use("tool", 20 * minute, 2));
  add_use(entries, use("tool", 90 * minute, 2));
  const auto uses = uses_for_owner(entries);
  BOOST_REQUIRE(uses.size() == 2U);
  BOOST_TEST(uses[0].last_at == 90 * minute);
  BOOST_TEST(uses[1].first_at == 10 * minute);
  BOOST_TEST(uses[1].last_at == 20 * minute);
  BOOST_TEST(uses[1].count == 2U);
}

BOOST_AUTO_TEST_SUITE_END()
