// Defines main() of these tests; the other files leave it out.
#define BOOST_TEST_MODULE tacit faults
#include <boost/test/unit_test.hpp>
