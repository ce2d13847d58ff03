// Allocations fail at every place in turn: a request may fail, and nothing else.
#include <boost/test/unit_test.hpp>

#include "test/faults/sweep.hpp"

using namespace tacit::test;

BOOST_AUTO_TEST_SUITE(memory_faults)

BOOST_AUTO_TEST_CASE(every_allocation_fails_once) {
  SweepTerms terms = sweep_terms(faults::Kind::memory, TACIT_FAULTY_MEMORY);
  terms.pause = std::chrono::milliseconds(2);
  terms.spares_starts = true;  // a start has a thousand allocations, and each failure ends it
  Sweep(std::move(terms), {}).run();
}

BOOST_AUTO_TEST_SUITE_END()
