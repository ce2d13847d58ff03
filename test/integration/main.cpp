#define BOOST_TEST_MODULE tacit integration
#include <boost/test/unit_test.hpp>
