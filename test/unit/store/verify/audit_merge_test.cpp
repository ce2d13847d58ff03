// Several slots of the audit log, merged for the replay: each tenant's entries in the order of its changes.
#include "store/verify/audit_merge.hpp"

#include "test/unit/store/verify/replay_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
using namespace tacit::store::testing::replay;

namespace {

const AuditSlot one = slot_of(SlotOwner::api, 1);
const AuditSlot two = slot_of(SlotOwner::api, 2);
const AuditSlot tools = slot_of(SlotOwner::tools, 1);

/// An entry at that second, which carries the tenant's number of changes.
std::string entry(int second, const std::string& plane, const std::string& action, std::uint64_t change,
                  const std::string& members) {
  std::string text = R"({"time":")" + rfc3339(now + std::int64_t{second} * 1'000'000) + R"(","plane":")" + plane +
                     R"(","actor":"x","action":")" + action + R"(","outcome":"ok")" + of_secret();
  return text + ",\"change\":" + std::to_string(change) + members + '}';
}

std::string created_at(int second, std::uint64_t change, std::uint8_t n) {
  return entry(second, "api", "secret.create", change, row(n) + version(1));
}
std::string updated_at(int second, std::uint64_t change, std::uint8_t n, int value) {
  return entry(second, "api", "secret.update", change, row(n) + version(value));
}
std::string released_at(int second, std::uint64_t change, std::uint8_t n, int value) {
  return entry(second, "tools", "secret.release", change, row(n) + version(value));
}

/// An entry of an embedded store's slot, which has no number.
std::string embedded(int second, const std::string& plane, const std::string& action, const std::string& members) {
  return R"({"time":")" + rfc3339(now + std::int64_t{second} * 1'000'000) + R"(","plane":")" + plane +
         R"(","actor":"x","action":")" + action + R"(","outcome":"ok")" + members + '}';
}

struct Merge {
  /// The bodies of each slot, given one by one as they are wanted.
  Texts run(std::map<AuditSlot, std::vector<std::string>> slots) {
    for (const auto& [slot, bodies] : slots) merge.begins(slot);
    std::map<AuditSlot, std::size_t> given;
    for (auto slot = merge.wants(); slot; slot = merge.wants()) {
      const std::vector<std::string>& bodies = slots[*slot];
      std::size_t& at = given[*slot];
      if (at == bodies.size()) {
        merge.ends(*slot);
        continue;
      }
      if (bodies[at].empty()) {
        merge.begins_again(*slot);
      } else {
        merge.add({.bodies = {bodies[at]}, .first = at + 1, .signed_planes = all_planes, .slot = *slot});
      }
      ++at;
    }
    return replay.findings.problems;
  }

  Replay replay;
  AuditMerge merge{replay.replay};
};

}  // namespace

BOOST_AUTO_TEST_SUITE(audit_merge)

BOOST_AUTO_TEST_CASE(changes_order_entries_whatever_the_clocks_say) {
  Merge it;
  // The host of the second slot is a minute behind, the one of the tools a minute ahead.
  expect(it.run({{one, {created_at(100, 1, 1), updated_at(120, 3, 3, 3)}},
                 {two, {updated_at(50, 2, 2, 2), updated_at(70, 4, 4, 4)}},
                 {tools, {released_at(161, 1, 1, 1), released_at(171, 2, 2, 2), released_at(191, 4, 4, 4)}}}),
         {});
  expect(it.replay.with_row(4, now + 70'000'000), {});
}

BOOST_AUTO_TEST_CASE(a_release_of_a_value_that_was_not_current_is_found) {
  Merge it;
  expect(it.run({{one, {created_at(1, 1, 1), updated_at(3, 2, 2, 2)}}, {tools, {released_at(2, 2, 1, 1)}}}),
         {"audit entry tools-1:1: " + the_secret + " was released from a row that the log does not know"});
}

BOOST_AUTO_TEST_CASE(a_release_that_comes_after_later_changes_is_judged_by_its_number) {
  const std::string deleted = entry(5, "api", "secret.delete", 4, "");
  // The first entry of the tools' slot waits for a change whose time is later than the others.
  const auto late = [&](std::uint8_t row_of_release, int value) {
    Merge it;
    return it.run({{one, {created_at(1, 1, 1), updated_at(2, 2, 2, 2), updated_at(4, 3, 3, 3), deleted}},
                   {tools, {released_at(9, 3, 3, 3), released_at(3, 2, row_of_release, value)}}});
  };
  expect(late(2, 2), {});
  const std::string not_known =
      "audit entry tools-1:2: " + the_secret + " was released from a row that the log does not know";
  expect(late(1, 1), {not_known});
  expect(late(3, 3), {not_known});
  expect(late(2, 1), {not_known});
}

BOOST_AUTO_TEST_CASE(a_release_does_not_come_before_the_change_of_its_number) {
  Merge it;
  // By the clocks the release is the first.
  expect(it.run({{one, {created_at(10, 1, 1), updated_at(20, 2, 2, 2)}}, {tools, {released_at(5, 2, 2, 2)}}}), {});
}

BOOST_AUTO_TEST_CASE(moved_rows_are_in_the_order_of_their_numbers) {
  const AuditSlot operators = slot_of(SlotOwner::operators, 1);
  const auto moved_at = [](int second, std::uint64_t change, std::uint8_t before, std::uint8_t after) {
    const std::string row =
        base64(tenant.view()) + base64(secret.view()) + base64(digest(before)) + base64(digest(after));
    return entry(second, "operator", "key.rewrap", change, ",\"moved\":[" + quoted(row) + "]");
  };
  Merge it;
  // The operator's host is minutes behind.
  expect(it.run({{one, {created_at(500, 1, 1), updated_at(520, 3, 3, 3)}},
                 {operators, {moved_at(10, 2, 1, 2), moved_at(11, 4, 3, 4)}},
                 {tools, {released_at(501, 1, 1, 1), released_at(505, 2, 2, 1), released_at(530, 4, 4, 3)}}}),
         {});
  expect(it.replay.with_row(4, now + 520'000'000), {});
}

BOOST_AUTO_TEST_CASE(a_release_of_a_row_that_was_moved_before_is_found) {
  const std::string row = base64(tenant.view()) + base64(secret.view()) + base64(digest(1)) + base64(digest(2));
  const std::string moved = entry(2, "operator", "key.rewrap", 2, ",\"moved\":[" + quoted(row) + "]");
  Merge it;
  // The move has a number of its own, so at that number only the new row is right.
  expect(it.run({{one, {created_at(1, 1, 1), moved}}, {tools, {released_at(3, 2, 1, 1)}}}),
         {"audit entry tools-1:1: " + the_secret + " was released from a row that the log does not know"});
}

BOOST_AUTO_TEST_CASE(a_late_release_of_what_an_entry_without_a_number_made_is_right) {
  const AuditSlot operators = slot_of(SlotOwner::operators, 1);
  const std::string text = base64(tenant.view()) + base64(secret.view()) + base64(digest(1)) + base64(digest(2));
  const std::string moved = entry(10, "operator", "key.rewrap", 1, ",\"moved\":[" + quoted(text) + "]");
  const auto late = [&](std::uint8_t released) {
    Merge it;
    return it.run({{AuditSlot{}, {embedded(1, "api", "secret.create", of_secret() + row(1) + version(1))}},
                   {operators, {moved}},
                   {tools, {released_at(50, 0, released, 1)}}});
  };
  expect(late(1), {});
  expect(late(2), {"audit entry tools-1:1: " + the_secret + " was released from a row that the log does not know"});
}

BOOST_AUTO_TEST_CASE(a_late_release_of_what_the_log_does_not_have_any_more_is_no_finding) {
  const auto pruned = [](std::uint64_t change) {
    Merge it;
    it.replay.replay.begins_later();
    return it.run(
        {{one, {updated_at(10, 9, 9, 9)}}, {tools, {released_at(40, 9, 9, 9), released_at(50, change, 1, 1)}}});
  };
  expect(pruned(8), {});
  expect(pruned(9), {"audit entry tools-1:2: " + the_secret + " was released from a row that the log does not know"});
}

BOOST_AUTO_TEST_CASE(missing_changes_do_not_stop_the_merge) {
  Merge it;
  expect(it.run({{one, {created_at(1, 1, 1), updated_at(4, 5, 5, 5)}}, {two, {updated_at(3, 4, 4, 4)}}}), {});
  expect(it.replay.with_row(5, now + 4'000'000), {});
}

BOOST_AUTO_TEST_CASE(entries_without_a_tenant_are_in_the_order_of_their_times) {
  const auto promoted = [](int second, std::uint8_t n) {
    return R"({"time":")" + rfc3339(now + std::int64_t{second} * 1'000'000) +
           R"(","plane":"operator","actor":"x","action":"key.promote","outcome":"ok")" + reason("metadata 00") +
           row(n) + '}';
  };
  Merge it;
  expect(it.run({{one, {promoted(2, 2)}}, {two, {promoted(1, 1), promoted(3, 3)}}}), {});
  expect(it.replay.with_key_list(3), {});
}

BOOST_AUTO_TEST_CASE(a_tenant_that_was_erased_counts_from_the_beginning) {
  Merge it;
  const std::string erased = body("operator", "tenant.erase", of_tenant() + ",\"change\":2");
  expect(it.run({{one, {created_at(1, 1, 1), created_at(9, 1, 2)}}, {two, {erased}}}), {});
  expect(it.replay.with_row(2, now + 9'000'000), {});
}

BOOST_AUTO_TEST_CASE(entries_of_an_embedded_store_go_by_their_times) {
  Merge it;
  // The store was moved to a shared engine and back.
  expect(it.run({{AuditSlot{},
                  {embedded(1, "api", "secret.create", of_secret() + row(1) + version(1)),
                   embedded(9, "api", "secret.update", of_secret() + row(3) + version(3))}},
                 {one, {updated_at(5, 7, 2, 2)}}}),
         {});
  expect(it.replay.with_row(3, now + 9'000'000), {});
}

BOOST_AUTO_TEST_CASE(an_erasure_in_an_embedded_stores_slot_holds_nothing_up) {
  const auto promoted = [](int second, std::uint8_t n) {
    return embedded(second, "operator", "key.promote", reason("metadata 00") + row(n));
  };
  Merge it;
  expect(it.run({{AuditSlot{}, {embedded(1, "operator", "tenant.erase", of_tenant()), promoted(2, 1)}},
                 {two, {promoted(5, 2)}}}),
         {});
  expect(it.replay.with_key_list(2), {});
}

BOOST_AUTO_TEST_CASE(of_a_tenant_whose_number_is_not_known_the_smallest_is_first) {
  Merge it;
  // The beginning was pruned, and the host of the first slot is behind.
  it.replay.replay.begins_later();
  expect(it.run({{one, {updated_at(1, 9, 9, 9)}}, {two, {updated_at(2, 8, 8, 8)}}}), {});
  expect(it.replay.with_row(9, now + 1'000'000), {});
}

BOOST_AUTO_TEST_CASE(a_fault_in_a_slot_makes_the_replay_begin_again_at_its_place) {
  Merge it;
  // What the faulty entry was is not known: it may have been the creation of the other row.
  expect(it.run({{one, {created_at(1, 1, 1), std::string(), updated_at(3, 3, 3, 3)}}}), {});
  expect(it.replay.with_row(3, now + 3'000'000), {});
}

BOOST_AUTO_TEST_SUITE_END()
