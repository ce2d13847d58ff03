// Output into pipes with a slow reader, and with a reader that has stopped.
#include "server/cli/patient_output.hpp"

#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <thread>
#include <vector>

#include "server/config/errors.hpp"

using namespace tacit::server;

namespace {

struct Pipe {
  Pipe() { BOOST_REQUIRE(::pipe(ends) == 0); }
  ~Pipe() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  int ends[2] = {-1, -1};
};

const std::vector<std::uint8_t> much(std::size_t{300} << 10, 7);

}  // namespace

BOOST_AUTO_TEST_SUITE(patient_output)

BOOST_AUTO_TEST_CASE(a_stalled_reader_is_given_up) {
  const Pipe pipe;
  PatientOutput output(pipe.ends[1], std::chrono::seconds(1));
  BOOST_TEST(output.write(std::vector<std::uint8_t>(1000)));
  BOOST_CHECK_NO_THROW(output.fail_if_stalled());
  const auto began = std::chrono::steady_clock::now();
  BOOST_TEST(!output.write(much));
  BOOST_TEST(errno == ETIMEDOUT);
  BOOST_TEST((std::chrono::steady_clock::now() - began < std::chrono::seconds(10)));
  BOOST_CHECK_THROW(output.fail_if_stalled(), CommandFailed);
}

BOOST_AUTO_TEST_CASE(a_slow_reader_gets_everything) {
  const Pipe pipe;
  std::size_t got = 0;
  std::thread reader([&] {
    std::vector<std::uint8_t> part(std::size_t{50} << 10);
    while (got < much.size()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      const ssize_t size = ::read(pipe.ends[0], part.data(), part.size());
      if (size <= 0) return;
      got += static_cast<std::size_t>(size);
    }
  });
  PatientOutput output(pipe.ends[1], std::chrono::seconds(1));
  BOOST_TEST(output.write(much));
  reader.join();
  BOOST_TEST(got == much.size());
}

BOOST_AUTO_TEST_SUITE_END()
