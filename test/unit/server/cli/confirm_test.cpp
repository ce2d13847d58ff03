// Irreversible commands ask for confirmation, are refused without a terminal, and can be tried as a dry run.
#include "server/cli/confirm.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <vector>

#include "server/cli/command_line.hpp"
#include "test/says.hpp"
#include "test/unit/server/commands/installation_fixture.hpp"

namespace json = boost::json;
using namespace tacit::test;

namespace {

using Words = std::vector<std::string>;

using tacit::test::says;

Words with(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// A store with data for each of the destructive commands.
struct Filled : Installation {
  Filled() {
    good({"init"});
    good({"quota", "set", tenant, "5M"});
    const std::string key = good({"api-key", "create", "--tenant", tenant, "--name", "a key"});
    api_key = key.substr(4, 11);
    const auto keys = json::parse(good({"key", "list", "--json"})).as_array();
    old_key = std::string(keys.at(1).at("key").as_string());
    std::string new_key = good({"key", "add", "metadata"});
    new_key.pop_back();
    good({"key", "promote", new_key});
    good({"key", "rewrap", "metadata"});
    destructive = {{"audit", "prune", "--before", "3"},
                   {"erase", "--tenant", tenant},
                   {"key", "retire", old_key},
                   {"api-key", "revoke", api_key}};
  }
  // All data that those commands could change.
  std::string state() const {
    return good({"key", "list"}) + good({"api-key", "list"}) + good({"quota", "get", tenant}) +
           good({"audit", "export"});
  }

  std::string api_key;
  std::string old_key;
  std::vector<Words> destructive;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(confirm)

BOOST_FIXTURE_TEST_CASE(without_a_terminal_confirmation_is_required, Filled) {
  const std::string before = state();
  for (const Words& words : destructive) {
    if (words[0] == "key") continue;
    const std::string told = refused(words);
    BOOST_TEST(says(told, "nothing was done"), told);
    BOOST_TEST(says(told, "--yes"), told);
    BOOST_TEST(says(told, "--dry-run"), told);
  }
  BOOST_TEST(state() == before);
}

// A missing argument is reported first: --yes would not help.
BOOST_FIXTURE_TEST_CASE(a_missing_option_is_reported_before_the_missing_terminal, Installation) {
  BOOST_TEST(refused({"erase"}) == "tacit: --tenant is missing; see tacit help erase\n");
  BOOST_TEST(refused({"audit", "prune"}) == "tacit: --before is missing; see tacit help audit prune\n");
  BOOST_TEST(refused({"audit", "feed"}) == "tacit: --to is missing; see tacit help audit feed\n");
}

// The store refuses to retire a key in use, so scripts need no confirmation.
BOOST_FIXTURE_TEST_CASE(without_a_terminal_an_unused_key_is_retired, Filled) {
  BOOST_TEST(says(good(destructive[2]), "is retired"));
}

BOOST_FIXTURE_TEST_CASE(a_dry_run_describes_the_change_and_does_nothing, Filled) {
  const std::string before = state();
  const Words told = {"Would prune 2 entries, the newest one 2:",
                      "Would erase the tenant " + std::string(tenant) + ": 0 secrets of 0 bytes and 1 API key.",
                      "Would retire the metadata key " + old_key + ": no stored data uses it.",
                      "Would revoke the API key " + api_key + " (a key) of the tenant " + tenant + "."};
  for (std::size_t i = 0; i < destructive.size(); ++i) {
    BOOST_TEST(good(with(destructive[i], {"--dry-run"})).starts_with(told[i]));
    BOOST_TEST(good(with(destructive[i], {"--yes", "--dry-run"})).starts_with(told[i]));
  }
  BOOST_TEST(state() == before);
  const auto prune = json::parse(good(with(destructive[0], {"--dry-run", "--json"}))).as_object();
  BOOST_TEST(prune.at("entries").to_number<int>() == 2);
  BOOST_TEST(prune.at("dry_run").as_bool());
  const auto erase = json::parse(good(with(destructive[1], {"--dry-run", "--json"}))).as_object();
  BOOST_TEST(erase.at("tenant").as_string() == tenant);
  BOOST_TEST(erase.at("api_keys").to_number<int>() == 1);
  BOOST_TEST(state() == before);
  // A dry run fails like the command itself.
  refused({"erase", "--tenant", "0190a5d0-0000-7000-8000-000000000009", "--dry-run"}, 1);
  refused({"api-key", "revoke", "00000000000", "--dry-run"}, 1);
}

BOOST_FIXTURE_TEST_CASE(a_key_in_use_would_not_be_retired, Filled) {
  good({"key", "add", "metadata"});
  std::string third;
  const json::value listed = json::parse(good({"key", "list", "--json"}));
  for (const auto& key : listed.as_array()) {
    if (key.at("keyring").as_string() == "metadata") third = std::string(key.at("key").as_string());
  }
  good({"key", "promote", third});
  const auto keys = json::parse(good({"key", "list", "--json", "--uses"})).as_array();
  for (const auto& key : keys) {
    if (key.at("keyring").as_string() != "metadata" || key.at("api_keys").to_number<int>() == 0) continue;
    const Finished told = run({"key", "retire", std::string(key.at("key").as_string()), "--dry-run"});
    BOOST_TEST(told.code == 1);
    BOOST_TEST(says(told.err, "would not be retired"), told.err);
    return;
  }
  BOOST_FAIL("no key is in use");
}

BOOST_FIXTURE_TEST_CASE(on_a_terminal_only_yes_continues, Filled) {
  const std::string before = state();
  for (const Words& words : destructive) {
    for (const auto answer : {"", "n", "no", "maybe"}) {
      const Finished asked = run_on_terminal(words, answer);
      BOOST_TEST(asked.code == 1);
      BOOST_TEST(asked.out.empty(), asked.out);
      BOOST_TEST(says(asked.err, "nothing was done"), asked.err);
    }
  }
  // The tenant's id must be typed, because y is typed too easily.
  BOOST_TEST(run_on_terminal(destructive[1], "y").code == 1);
  BOOST_TEST(state() == before);
  BOOST_TEST(run_on_terminal(destructive[3], "y").out.starts_with("Revoked " + api_key));
  BOOST_TEST(says(run_on_terminal(destructive[2], "Yes").out, "is retired"));
  BOOST_TEST(run_on_terminal(destructive[0], "yes").out.starts_with("Pruned 2 entries"));
  const Finished erased = run_on_terminal(destructive[1], "0190A5D0-0000-7000-8000-000000000001");
  BOOST_TEST(erased.code == 0, erased.err);
  BOOST_TEST(says(erased.err, "0 secrets of 0 bytes and 1 API key"), erased.err);
  BOOST_TEST(says(erased.out, "erased tenant"));
}

BOOST_FIXTURE_TEST_CASE(yes_confirms_the_change, Filled) {
  BOOST_TEST(good(with(destructive[3], {"--yes"})).starts_with("Revoked"));
  BOOST_TEST(says(good(with(destructive[2], {"--yes"})), "is retired"));
  BOOST_TEST(json::parse(good(with(destructive[0], {"--yes", "--json"}))).at("entries").to_number<int>() == 2);
  BOOST_TEST(json::parse(good(with(destructive[1], {"--yes", "--json"}))).at("api_keys").to_number<int>() == 1);
}

// A rewrap of keys removes nothing: it asks about an unknown primary key alone.
BOOST_AUTO_TEST_CASE(every_command_that_asks_before_it_removes_something_has_a_dry_run) {
  int found = 0;
  for (const auto& command : tacit::server::commands()) {
    if (std::string_view(command.name) == "key rewrap") continue;
    const tacit::server::CommandOptions options(command);
    const bool yes = options.own.find_nothrow("yes", false) != nullptr;
    BOOST_TEST((!yes || options.own.find_nothrow("dry-run", false) != nullptr), command.name);
    found += yes ? 1 : 0;
  }
  BOOST_TEST(found >= 4);
}

BOOST_AUTO_TEST_SUITE_END()
