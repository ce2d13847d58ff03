// Reading and writing by a descriptor, and how failures are reported.
#include "crypto/files/descriptor.hpp"

#include <boost/test/unit_test.hpp>

#include <cerrno>

#include <unistd.h>

namespace tacit::crypto {

BOOST_AUTO_TEST_SUITE(descriptors)

BOOST_AUTO_TEST_CASE(what_was_written_is_read_until_the_end) {
  int ends[2];
  BOOST_TEST_REQUIRE(::pipe(ends) == 0);
  const Descriptor reader(ends[0]);
  Descriptor writer(ends[1]);
  BOOST_TEST(write_all(writer.get(), as_bytes("one two")));
  BOOST_TEST(write_all(writer.get(), {}));
  writer = Descriptor();
  Bytes bytes(4);
  BOOST_TEST(read_some(reader.get(), bytes) == 4);
  BOOST_TEST(as_text(bytes) == "one ");
  BOOST_TEST(read_some(reader.get(), bytes) == 3);
  BOOST_TEST(read_some(reader.get(), bytes) == 0);
}

BOOST_AUTO_TEST_CASE(a_failure_is_in_errno) {
  Bytes bytes(1);
  errno = 0;
  const bool written = write_all(-1, bytes);
  const int write_error = errno;
  errno = 0;
  const ssize_t got = read_some(-1, bytes);
  const int read_error = errno;
  BOOST_TEST(!written);
  BOOST_TEST(write_error == EBADF);
  BOOST_TEST(got == -1);
  BOOST_TEST(read_error == EBADF);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace tacit::crypto
