// A value that is replaced while many read it.
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>
#include <vector>

#include "auth/published.hpp"

using namespace tacit::auth;

BOOST_AUTO_TEST_SUITE(published)

BOOST_AUTO_TEST_CASE(a_reader_sees_the_newest_value) {
  Published<int> source;
  Published<int>::Reader reader(source);
  BOOST_TEST(reader.get() == nullptr);
  source.publish(std::make_shared<const int>(1));
  BOOST_REQUIRE(reader.get() != nullptr);
  BOOST_TEST(*reader.get() == 1);
  source.publish(std::make_shared<const int>(2));
  BOOST_TEST(*reader.get() == 2);
  Published<int>::Reader late(source);
  BOOST_TEST(*late.get() == 2);
  source.publish(nullptr);
  BOOST_TEST(reader.get() == nullptr);
}

BOOST_AUTO_TEST_CASE(readers_never_go_back_while_it_is_replaced) {
  constexpr int last = 20000;
  Published<int> source;
  std::atomic<bool> went_back{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      Published<int>::Reader reader(source);
      for (int seen = 0; seen < last;) {
        const int* const value = reader.get();
        const int now = value != nullptr ? *value : 0;
        if (now < seen) went_back = true;
        seen = now;
      }
    });
  }
  for (int i = 1; i <= last; ++i) source.publish(std::make_shared<const int>(i));
  for (std::thread& reader : readers) reader.join();
  BOOST_TEST(!went_back);
}

BOOST_AUTO_TEST_SUITE_END()
