// The main function of unit-crypto.
#define BOOST_TEST_MODULE tacit crypto
#include <boost/test/unit_test.hpp>
