// The entry point of unit-store.
#define BOOST_TEST_MODULE tacit store
#include <boost/test/unit_test.hpp>
