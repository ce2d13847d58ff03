// The entry point of unit-http.
#define BOOST_TEST_MODULE tacit http
#include <boost/test/unit_test.hpp>
