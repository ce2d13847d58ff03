// A background thread's step that throws is a failed step, and not the end of the process.
#include "server/serve/background_step.hpp"

#include <boost/test/unit_test.hpp>

#include <new>
#include <stdexcept>

using tacit::server::take_step;

BOOST_AUTO_TEST_SUITE(background_step)

BOOST_AUTO_TEST_CASE(a_step_that_throws_is_reported_as_failed) {
  int taken = 0;
  BOOST_TEST(take_step("test", [&] { ++taken; }));
  BOOST_TEST(!take_step("test", [] { throw std::bad_alloc(); }));
  BOOST_TEST(!take_step("test", [] { throw std::runtime_error("epoll: Too many open files"); }));
  BOOST_TEST(taken == 1);
}

BOOST_AUTO_TEST_SUITE_END()
