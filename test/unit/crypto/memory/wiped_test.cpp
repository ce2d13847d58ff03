// Wiped memory is overwritten before it is freed.
#include "crypto/memory/wiped.hpp"

#include <cstdlib>
#include <cstring>
#include <new>

#include <pthread.h>

#include "test/unit/crypto/crypto_fixture.hpp"

using namespace tacit::crypto;

namespace {

// The content of the watched block when it was freed, copied while it was still readable.
struct Watch {
  void* block = nullptr;
  std::size_t size = 0;
  bool released = false;
  bool was_zero = false;
};
thread_local Watch watch;

void look_before_release(void* block) noexcept {
  if (block == nullptr || block != watch.block) return;
  const auto* const bytes = static_cast<const std::uint8_t*>(block);
  watch.was_zero = std::all_of(bytes, bytes + watch.size, [](std::uint8_t byte) { return byte == 0; });
  watch.released = true;
  watch.block = nullptr;
}

void watch_block(const void* block, std::size_t size) { watch = {const_cast<void*>(block), size, false, false}; }

}  // namespace

// The whole test program allocates through these, so that a block can be examined before it is freed.
void* operator new(std::size_t size) {
  if (void* const block = std::malloc(size == 0 ? 1 : size)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept {
  look_before_release(block);
  std::free(block);
}
void operator delete(void* block, std::size_t) noexcept { operator delete(block); }

namespace {

constexpr std::string_view secret = "correct horse battery staple, and a few words more to fill the buffer up";

bool all_zero(const void* data, std::size_t size) {
  const auto* const bytes = static_cast<const std::uint8_t*>(data);
  return std::all_of(bytes, bytes + size, [](std::uint8_t byte) { return byte == 0; });
}

bool released_as_zeros() { return watch.released && watch.was_zero; }

// Runs `work` on a stack that this test can read afterwards, and reports whether the pattern is still on it.
constexpr std::uint8_t pattern = 0xa7;
constexpr std::size_t stack_size = 512 * 1024;

[[gnu::noinline]] void leave_pattern() {
  volatile std::uint8_t frame[4096];
  for (std::size_t i = 0; i < sizeof frame; ++i) frame[i] = pattern;
}
void* leave_only(void*) {
  leave_pattern();
  return nullptr;
}
void* leave_and_burn(void*) {
  leave_pattern();
  burn_stack();
  return nullptr;
}

bool pattern_stays(void* (*work)(void*)) {
  void* const stack = std::aligned_alloc(4096, stack_size);
  std::memset(stack, 0, stack_size);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  BOOST_REQUIRE_EQUAL(pthread_attr_setstack(&attributes, stack, stack_size), 0);
  pthread_t thread{};
  BOOST_REQUIRE_EQUAL(pthread_create(&thread, &attributes, work, nullptr), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  const Bytes run(64, pattern);
  const auto* const bytes = static_cast<const std::uint8_t*>(stack);
  const bool found = std::search(bytes, bytes + stack_size, run.begin(), run.end()) != bytes + stack_size;
  std::free(stack);
  return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(wiped)

BOOST_AUTO_TEST_CASE(destruction_overwrites_the_block) {
  {
    const WipedBytes bytes(as_bytes(secret));
    watch_block(bytes.data(), bytes.capacity());
  }
  BOOST_TEST(released_as_zeros());
  // The same check finds the content of an ordinary buffer, so the check works.
  {
    const Bytes plain(secret.begin(), secret.end());
    watch_block(plain.data(), plain.size());
  }
  BOOST_TEST(watch.released);
  BOOST_TEST(!watch.was_zero);
}

BOOST_AUTO_TEST_CASE(growth_overwrites_the_block_it_leaves) {
  const auto grown_by = [](auto grow) {
    WipedBytes bytes(as_bytes(secret));
    watch_block(bytes.data(), bytes.capacity());
    grow(bytes);
    BOOST_TEST(bytes.text().substr(0, secret.size()) == secret);
    return released_as_zeros();
  };
  BOOST_TEST(grown_by([](WipedBytes& bytes) { bytes.append(secret); }));
  BOOST_TEST(grown_by([](WipedBytes& bytes) { bytes.push_back('x'); }));
  BOOST_TEST(grown_by([](WipedBytes& bytes) { bytes.resize(1000); }));
  BOOST_TEST(grown_by([](WipedBytes& bytes) { bytes.reserve(1000); }));
}

BOOST_AUTO_TEST_CASE(move_assignment_overwrites_what_was_there) {
  WipedBytes target(as_bytes(secret));
  WipedBytes source(as_bytes("other"));
  watch_block(target.data(), target.capacity());
  target = std::move(source);
  BOOST_TEST(released_as_zeros());
  BOOST_TEST(target.text() == "other");
}

BOOST_AUTO_TEST_CASE(moving_takes_the_block_along) {
  WipedBytes first(as_bytes(secret));
  const auto* const block = first.data();
  WipedBytes second(std::move(first));
  BOOST_TEST(second.data() == block);
  BOOST_TEST(second.text() == secret);
  WipedBytes& itself = second;
  second = std::move(itself);
  BOOST_TEST(second.text() == secret);
}

BOOST_AUTO_TEST_CASE(shrinking_and_clearing_leave_zeros_in_the_block) {
  WipedBytes bytes(as_bytes(secret));
  const auto* const block = bytes.data();
  const std::size_t capacity = bytes.capacity();
  bytes.resize(10);
  BOOST_TEST(bytes.text() == secret.substr(0, 10));
  BOOST_TEST(all_zero(block + 10, capacity - 10));
  bytes.resize(20);
  std::string expected(20, '\0');
  secret.copy(expected.data(), 10);
  BOOST_TEST(bytes.text() == expected);
  bytes.clear();
  BOOST_TEST(bytes.empty());
  BOOST_TEST(bytes.capacity() == capacity);
  BOOST_TEST(all_zero(block, capacity));
}

BOOST_AUTO_TEST_CASE(contents_grow_as_a_vector_would) {
  WipedBytes bytes;
  std::string expected;
  for (int i = 0; i < 300; ++i) {
    const std::string more(static_cast<std::size_t>(i % 7), static_cast<char>('a' + i % 26));
    bytes.append(more);
    bytes.push_back('.');
    expected += more + ".";
    BOOST_REQUIRE(bytes.text() == expected);
  }
  bytes.append(bytes.view());  // a part of itself, across a growth
  BOOST_TEST(bytes.text() == expected + expected);
  BOOST_TEST(WipedBytes(3).text() == std::string(3, '\0'));
  BOOST_TEST(WipedBytes(ByteView{}).empty());
  bytes.append(ByteView{});
  BOOST_TEST(bytes.size() == 2 * expected.size());
}

BOOST_AUTO_TEST_CASE(arrays_leave_zeros_behind) {
  using Key = WipedArray<32>;
  alignas(Key) std::uint8_t storage[sizeof(Key)];
  auto* const key = new (storage) Key;
  BOOST_TEST(all_zero(storage, sizeof storage));
  std::copy_n(secret.begin(), Key::size(), key->data());
  const Key copy = key->clone();
  BOOST_TEST(as_text(copy.view()) == secret.substr(0, 32));
  Key moved(std::move(*key));
  BOOST_TEST(as_text(moved.view()) == secret.substr(0, 32));
  BOOST_TEST(all_zero(storage, sizeof storage));
  *key = std::move(moved);
  BOOST_TEST(all_zero(moved.data(), Key::size()));
  BOOST_TEST(as_text(key->view()) == secret.substr(0, 32));
  key->~Key();
  BOOST_TEST(all_zero(storage, sizeof storage));
}

BOOST_AUTO_TEST_CASE(the_stack_below_is_overwritten) {
  BOOST_TEST(pattern_stays(leave_only));
  BOOST_TEST(!pattern_stays(leave_and_burn));
}

BOOST_AUTO_TEST_CASE(comparison) {
  const Bytes bytes = test::random_of(40);
  BOOST_TEST(equal_constant_time(bytes, Bytes(bytes)));
  BOOST_TEST(equal_constant_time({}, {}));
  BOOST_TEST(!equal_constant_time(bytes, ByteView(bytes).first(39)));
  BOOST_TEST(!equal_constant_time(bytes, {}));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    Bytes other = bytes;
    other[i] ^= 0x10;
    BOOST_TEST(!equal_constant_time(bytes, other));
  }
}

BOOST_AUTO_TEST_SUITE_END()
