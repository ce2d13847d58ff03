// Which reloads succeeded.
#include "server/serve/reload_result.hpp"

#include <boost/test/unit_test.hpp>

using namespace tacit::server;

BOOST_AUTO_TEST_SUITE(reload_result)

BOOST_AUTO_TEST_CASE(a_reload_succeeds_if_every_part_was_reloaded_and_the_next_start_works) {
  ReloadResult result;
  BOOST_TEST(result.succeeded());
  result.restart_needed = {"api-listen"};
  BOOST_TEST(result.succeeded());
  ReloadResult with_kept = result;
  with_kept.kept.push_back({"keys", "the file cannot be read"});
  BOOST_TEST(!with_kept.succeeded());
  ReloadResult with_failing_start = result;
  with_failing_start.next_start_fails = {"api-certificate is not configured"};
  BOOST_TEST(!with_failing_start.succeeded());
}

BOOST_AUTO_TEST_SUITE_END()
