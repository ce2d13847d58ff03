// A published value is replaced while many threads read it.
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "crypto/memory/published.hpp"

using namespace tacit::crypto;

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

BOOST_AUTO_TEST_CASE(a_former_value_is_freed_with_its_last_reader) {
  auto first = std::make_shared<const int>(1);
  const std::weak_ptr<const int> watch = first;
  Published<int> source(std::move(first));
  Published<int>::Reader reader(source);
  BOOST_TEST(*reader.get() == 1);
  source.publish(std::make_shared<const int>(2));
  BOOST_TEST(!watch.expired());
  BOOST_TEST(*reader.get() == 2);
  BOOST_TEST(watch.expired());
}

BOOST_AUTO_TEST_CASE(former_values_that_are_kept_stay_valid) {
  Configured<std::string> source(std::string("first"));
  const std::string& first = *source;
  const std::string* const shared = source.get().get();
  BOOST_TEST(&first == shared);
  source.publish_if_new("first");
  BOOST_TEST(&*source == &first);
  source.publish_if_new("second");
  BOOST_TEST(*source == "second");
  BOOST_TEST(source->size() == 6U);
  BOOST_TEST(first == "first");
}

BOOST_AUTO_TEST_SUITE_END()
