// The entry point of unit-auth.
#define BOOST_TEST_MODULE tacit auth
#include <boost/test/unit_test.hpp>
