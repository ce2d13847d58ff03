// The memory of verified signatures: it knows what it learned and nothing else, forgets by overwriting, and is for any
// thread.
#include "store/rows/signed_memory.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <thread>
#include <vector>

#include "crypto/memory/bytes.hpp"

using tacit::crypto::as_bytes;
using tacit::store::SignedMemory;

BOOST_AUTO_TEST_SUITE(signed_memory)

BOOST_AUTO_TEST_CASE(only_what_was_learned_is_known) {
  SignedMemory memory;
  BOOST_TEST(!memory.knows({as_bytes("a"), as_bytes("bc")}));
  memory.learn({as_bytes("a"), as_bytes("bc")});
  BOOST_TEST(memory.knows({as_bytes("a"), as_bytes("bc")}));
  BOOST_TEST(!memory.knows({as_bytes("ab"), as_bytes("c")}));
  BOOST_TEST(!memory.knows({as_bytes("a"), as_bytes("bc"), {}}));
  BOOST_TEST(!memory.knows({as_bytes("a")}));
  BOOST_TEST(!memory.knows({}));
  BOOST_TEST(memory.verifications() == 5U);
}

// The key of the tags is random, so no choice of rows fits another process.
BOOST_AUTO_TEST_CASE(each_object_has_a_memory_of_its_own) {
  SignedMemory one;
  SignedMemory other;
  one.learn({as_bytes("row")});
  BOOST_TEST(!other.knows({as_bytes("row")}));
}

BOOST_AUTO_TEST_CASE(it_holds_about_as_many_as_it_has_places) {
  SignedMemory memory;
  constexpr int many = 1'000'000;
  for (int i = 0; i < many; ++i) memory.learn({as_bytes(std::to_string(i))});
  BOOST_TEST(memory.places() == 262'144U);
  int known = 0;
  for (int i = 0; i < many; ++i) known += memory.knows({as_bytes(std::to_string(i))}) ? 1 : 0;
  BOOST_TEST(known <= 262'144);
  BOOST_TEST(known >= 250'000);
}

BOOST_AUTO_TEST_CASE(it_grows_with_what_it_learns_and_keeps_it) {
  SignedMemory memory;
  BOOST_TEST(memory.places() == 4'096U);
  constexpr int few = 1'000;
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < few; ++i) memory.learn({as_bytes(std::to_string(i))});
  }
  BOOST_TEST(memory.places() == 4'096U);
  // More tenants than 65,536 places hold.
  constexpr int many = 120'000;
  for (int i = 0; i < many; ++i) memory.learn({as_bytes(std::to_string(i))});
  BOOST_TEST(memory.places() == 262'144U);
  int known = 0;
  for (int i = 0; i < many; ++i) known += memory.knows({as_bytes(std::to_string(i))}) ? 1 : 0;
  BOOST_TEST(known >= 80'000);
}

BOOST_AUTO_TEST_CASE(threads_share_it) {
  SignedMemory memory;
  std::vector<std::thread> threads;
  std::vector<int> wrong(4);
  for (std::size_t n = 0; n < wrong.size(); ++n) {
    threads.emplace_back([&, n] {
      for (int i = 0; i < 20'000; ++i) {  // enough for two growths
        memory.learn({as_bytes("good " + std::to_string(i))});
        if (memory.knows({as_bytes("bad " + std::to_string(i))})) ++wrong[n];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const int count : wrong) BOOST_TEST(count == 0);
}

BOOST_AUTO_TEST_SUITE_END()
