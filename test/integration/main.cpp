// Defines main() of the integration tests; the other files leave it out.
#define BOOST_TEST_MODULE tacit integration
#include <boost/test/unit_test.hpp>
