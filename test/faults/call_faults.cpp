// System calls fail at every place in turn: the server answers or ends with a message, loses nothing that it has
// acknowledged, and works again when the faults end.
#include <boost/test/unit_test.hpp>

#include "test/faults/sweep.hpp"

using namespace tacit::test;
using faults::Kind;

namespace {

void sweep(Kind kind) { Sweep(sweep_terms(kind, TACIT_FAULTY_CALLS), {}).run(); }

}  // namespace

BOOST_AUTO_TEST_SUITE(call_faults)

BOOST_AUTO_TEST_CASE(a_disk_is_full) { sweep(Kind::no_room); }
BOOST_AUTO_TEST_CASE(calls_are_interrupted) { sweep(Kind::interrupted); }
BOOST_AUTO_TEST_CASE(descriptors_and_memory_are_short) { sweep(Kind::resources); }

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(device_faults)

BOOST_AUTO_TEST_CASE(a_device_fails) { sweep(Kind::io); }
BOOST_AUTO_TEST_CASE(a_quota_is_reached) { sweep(Kind::quota); }
BOOST_AUTO_TEST_CASE(reads_and_writes_end_early) { sweep(Kind::short_count); }

// Some syncs take longer than the store's time-out: changes are answered 503, and may or may not be made.
BOOST_AUTO_TEST_CASE(syncs_take_long) {
  SweepTerms terms = sweep_terms(Kind::slow, TACIT_FAULTY_CALLS);
  terms.probability = 0.05;
  Sweep(std::move(terms), {{"store-timeout", "1"}}).run();
}

BOOST_AUTO_TEST_SUITE_END()
