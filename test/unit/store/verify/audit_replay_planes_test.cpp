// Which entries the replay believes: those that their plane may write and signed, and after a fault only later ones.
#include "test/unit/store/verify/replay_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;
using namespace tacit::store::testing::replay;

BOOST_AUTO_TEST_SUITE(audit_replay_planes)

BOOST_AUTO_TEST_CASE(a_release_without_hashes_is_a_finding_from_the_cut_off_on) {
  const std::string bare = body("tools", "secret.release", of_secret());
  const Texts found{"audit entry 2: releases secrets without the hashes of their rows"};
  expect(Replay().add(created(1)).add(bare).with_row(1), found);
  expect(Replay(2).add(created(1)).add(bare).with_row(1), found);
  expect(Replay(3).add(created(1)).add(bare).with_row(1), {});
  expect(Replay(std::nullopt).add(created(1)).add(bare).with_row(1), {});
}

BOOST_AUTO_TEST_CASE(moves_of_others_than_operators_do_not_count) {
  const Texts found{"audit entry 2: moves rows, but its commit is not signed by an operator", its_secret + changed_row};
  expect(Replay().add(created(1)).add(moved(1, 2), by_api).with_row(2), found);
  expect(Replay().add(created(1)).add(moved(1, 2), 0).with_row(2), found);
  expect(Replay().add(created(1)).add(moved(1, 2, "api"), all_planes).with_row(2), found);
  // Before the cut-off nothing has to be signed.
  expect(Replay(3).add(created(1)).add(moved(1, 2), 0).with_row(2), {});
  expect(Replay(2).add(created(1)).add(moved(1, 2), 0).with_row(2), found);
  expect(Replay(std::nullopt).add(created(1)).add(moved(1, 2), 0).with_row(2), {});
}

BOOST_AUTO_TEST_CASE(before_the_cut_off_an_unsigned_release_does_not_say_the_row) {
  Replay replay(std::nullopt);
  replay.replay.begins_later();
  expect(replay.add(released(1, 1), 0).with_row(2), {});
}

BOOST_AUTO_TEST_CASE(entries_that_their_plane_did_not_sign_do_not_count) {
  const std::string updated = body("api", "secret.update", of_secret() + row(2) + version(2));
  const std::string deleted = body("api", "secret.delete", of_secret());
  const std::string erased = body("operator", "tenant.erase", of_tenant());
  for (const std::uint8_t planes : {std::uint8_t{0}, static_cast<std::uint8_t>(by_tools | by_operators)}) {
    expect(Replay().add(created(1)).add(updated, planes).with_row(2), {its_secret + changed_row});
    expect(Replay().add(created(1)).add(deleted, planes).with_row(1), {});
  }
  expect(Replay().add(created(1)).add(erased, by_api).with_row(1), {});
  expect(Replay().add(created(1), by_tools).with_row(1),
         {its_secret + "is stored, but the audit log has no entry of its creation"});
  // Before the cut-off they do.
  expect(Replay(3).add(created(1)).add(updated, 0).with_row(2), {});
}

BOOST_AUTO_TEST_CASE(entries_of_actions_that_their_plane_does_not_write_do_not_count) {
  for (const std::string plane : {"tools", "operator", "admin"}) {
    const std::string updated = body(plane, "secret.update", of_secret() + row(2) + version(2));
    expect(Replay().add(created(1)).add(updated).with_row(2), {its_secret + changed_row});
    const std::string deleted = body(plane, "secret.delete", of_secret());
    expect(Replay().add(created(1)).add(deleted).with_row(1), {});
  }
  const std::string erased = body("api", "tenant.erase", of_tenant());
  expect(Replay().add(created(1)).add(erased).with_row(1), {});
  expect(Replay().add(created(1)).add(body("api", "secret.release", of_secret() + row(5) + version(1))).with_row(1),
         {});
}

BOOST_AUTO_TEST_CASE(entries_with_a_member_twice_do_not_count) {
  const std::string twice = body("api", "secret.update", of_secret() + row(2) + row(2));
  expect(Replay().add(created(1)).add(twice).with_row(2), {its_secret + changed_row});
}

BOOST_AUTO_TEST_CASE(after_a_fault_the_log_is_judged_from_its_next_entries_on) {
  const auto faulty = [] {
    auto made = std::make_unique<Replay>();
    made->add(created(1));
    made->replay.begins_again();
    return made;
  };
  expect(faulty()->with_row(2), {});
  expect(faulty()->add(released(2, 1)).with_row(2), {});
  expect(faulty()->add(released(2, 1)).with_row(3), {its_secret + changed_row});
  expect(faulty()->add(body("api", "secret.update", of_secret() + row(4) + version(2))).with_row(5),
         {its_secret + changed_row});
  expect(faulty()->add(body("api", "secret.delete", of_secret())).with_row(1),
         {its_secret + "is stored, but is deleted in the audit log: its row was put back"});
}

BOOST_AUTO_TEST_SUITE_END()
