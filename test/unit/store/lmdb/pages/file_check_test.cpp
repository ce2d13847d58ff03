// The check at opening finds a truncated file and invalid meta pages.
#include "store/lmdb/pages/file_check.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

#include "store/lmdb/pages/page_walk.hpp"
#include "store/model/damage.hpp"
#include "store/secrets/secrets.hpp"
#include "test/unit/store/lmdb/pages/damaged_store_fixture.hpp"

using namespace tacit::store;
using namespace tacit::store::testing;

namespace {

std::string complaint(const UsedStore& used, const std::string& bytes) {
  used.write(bytes);
  try {
    check_file(used.file());
    return {};
  } catch (const DamagedStore& damaged) {
    const std::string words = damaged.what();
    BOOST_TEST(words.starts_with(used.file().string()), words);
    return words;
  }
}

void expect(const UsedStore& used, const std::string& bytes, const std::string& words) {
  const std::string said = complaint(used, bytes);
  BOOST_TEST(said.find(words) != std::string::npos, said << " instead of " << words);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(file_check)

BOOST_AUTO_TEST_CASE(the_length_of_a_file_is_checked) {
  const UsedStore used;
  const std::size_t page = used.page_size();
  BOOST_TEST(complaint(used, used.bytes) == "");
  const std::size_t needed = (used.newest().last_page + 1) * page;
  BOOST_TEST(complaint(used, used.bytes.substr(0, needed)) == "");
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, page, page + 100, 2 * page, needed / 2}) {
    expect(used, used.bytes.substr(0, size), "cut off");
  }
}

BOOST_AUTO_TEST_CASE(free_pages_may_be_missing_at_the_end) {
  UsedStore used;
  const int file = ::open(used.file().c_str(), O_RDONLY | O_CLOEXEC);
  const lmdb::Meta meta = used.newest();
  const PageFile pages(file, used.page_size(), meta.last_page);
  // The free list alone shows that it is free.
  PageWalk walk(pages, meta, PageWalk::all, {[](const PageDamage&) {}});
  walk.free_list();
  ::close(file);
  // The last page in use becomes the last one of the file.
  lmdb::PageNumber last = meta.last_page;
  while (walk.is_known(last)) --last;
  BOOST_TEST(complaint(used, used.bytes.substr(0, (last + 1) * used.page_size())) == "");
  expect(used, used.bytes.substr(0, last * used.page_size()), "cut off");
}

BOOST_AUTO_TEST_CASE(meta_pages_are_checked) {
  const UsedStore used;
  for (const lmdb::PageNumber page : {0U, 1U}) {
    const std::string name = "meta page " + std::to_string(page);
    expect(used, used.with(page, 10, std::uint16_t{2}), name + " is not a meta page");
    expect(used, used.with(page, 16, std::uint32_t{1}), name + " is not a meta page");
    expect(used, used.with(page, 20, std::uint32_t{2}), name + " has format 2");
    expect(used, used.with(page, 0, std::uint64_t{9}), name + " claims to be page 9");
    expect(used, used.with(page, 144, std::uint64_t{1} << 50U), "do not fit together");
  }
  expect(used, used.with(0, 40, std::uint32_t{4095}), "gives the page size as 4095 bytes");
  const lmdb::PageNumber newest = used.newest().number;
  expect(used, used.with(newest, 136, std::uint64_t{1} << 50U), "its last page would be");
  expect(used, used.with(newest, 32, std::uint64_t{4096}), "outside of a map of 4096 bytes");
  expect(used, used.with(newest, 80, std::uint64_t{1} << 50U), "the root of the free list");
  expect(used, used.with(newest, 128, std::uint64_t{1}), "the root of the table of tables");
  expect(used, used.with(newest, 94, std::uint16_t{99}), "has 99 levels");
  expect(used, used.with(newest, 92, std::uint16_t{4}), "unknown kinds");
  expect(used, used.with(newest, 44, std::uint16_t{0x0c}), "unknown kinds");
}

BOOST_AUTO_TEST_CASE(a_store_in_use_always_passes) {
  UsedStore used;
  used.reopen();
  for (int i = 0; i < 200; ++i) {
    BOOST_REQUIRE(
        used.wait(used.store().secrets().create(tenant_id(9), new_secret("more" + std::to_string(i)), who())));
    BOOST_CHECK_NO_THROW(check_file(used.file()));
  }
}

BOOST_AUTO_TEST_SUITE_END()
