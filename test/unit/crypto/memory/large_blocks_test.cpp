#include "crypto/memory/large_blocks.hpp"

#include <boost/test/unit_test.hpp>

#include <cstring>
#include <set>
#include <vector>

#include <sys/mman.h>

using tacit::crypto::LargeBlocks;

namespace {

constexpr std::size_t page = 4096;

std::size_t pages_in_memory(void* block) {
  std::vector<unsigned char> pages(LargeBlocks::block_size / page);
  BOOST_REQUIRE(::mincore(block, LargeBlocks::block_size, pages.data()) == 0);
  std::size_t count = 0;
  for (const unsigned char each : pages) count += each & 1U;
  return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(large_blocks)

BOOST_AUTO_TEST_CASE(sizes_of_records_suit) {
  BOOST_TEST(LargeBlocks::suits(16385 + 256));
  BOOST_TEST(LargeBlocks::suits(LargeBlocks::block_size));
  BOOST_TEST(!LargeBlocks::suits(LargeBlocks::block_size + 1));
  BOOST_TEST(!LargeBlocks::suits(16384));
  BOOST_TEST(!LargeBlocks::suits(1));
}

BOOST_AUTO_TEST_CASE(free_blocks_return_their_memory_but_for_a_few) {
  constexpr std::size_t many = 200;
  std::vector<void*> blocks;
  for (std::size_t i = 0; i < many; ++i) {
    blocks.push_back(LargeBlocks::take());
    BOOST_REQUIRE(blocks.back() != nullptr);
    BOOST_TEST(LargeBlocks::owns(blocks.back()));
    std::memset(blocks.back(), 0xaa, LargeBlocks::block_size);
  }
  BOOST_TEST(std::set<void*>(blocks.begin(), blocks.end()).size() == many);
  for (void* const block : blocks) LargeBlocks::give_back(block);
  std::size_t kept = 0;
  for (void* const block : blocks)
    if (pages_in_memory(block) > 0) ++kept;
  BOOST_TEST(kept > 0);
  BOOST_TEST(kept < many / 2);
  std::set<void*> again;
  for (std::size_t i = 0; i < many; ++i) again.insert(LargeBlocks::take());
  BOOST_TEST((again == std::set<void*>(blocks.begin(), blocks.end())));  // none is lost, and none is in use twice
  for (void* const block : again) LargeBlocks::give_back(block);
}

BOOST_AUTO_TEST_CASE(other_memory_is_not_owned) {
  const int local = 0;
  BOOST_TEST(!LargeBlocks::owns(&local));
  BOOST_TEST(!LargeBlocks::owns(nullptr));
}

BOOST_AUTO_TEST_SUITE_END()
