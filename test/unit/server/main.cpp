// The entry point of unit-server.
#define BOOST_TEST_MODULE tacit server
#include <boost/test/unit_test.hpp>
