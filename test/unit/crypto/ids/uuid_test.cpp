// UUIDs: parsing, printing, versions 4, 5 and 7, and the order of version 7.
#include "crypto/ids/uuid.hpp"

#include <set>
#include <thread>
#include <vector>

#include "test/unit/crypto/crypto_fixture.hpp"

using namespace tacit::crypto;
using namespace std::chrono_literals;

namespace {

std::uint64_t milliseconds_of(const Uuid& id) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 6; ++i) value = (value << 8) | id.bytes[i];
  return value;
}

std::chrono::system_clock::time_point at(std::chrono::milliseconds since_epoch) {
  return std::chrono::system_clock::time_point(since_epoch);
}

// On a new thread, because a thread's ids never go back behind its earlier ones.
template <class F>
void on_own_thread(F f) {
  std::thread(f).join();
}

bool has_version(const Uuid& id, unsigned version) {
  return (id.bytes[6] >> 4) == version && (id.bytes[8] >> 6) == 0b10;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(uuid)

BOOST_AUTO_TEST_CASE(text_and_back) {
  // RFC 9562 appendix A.6.
  const auto id = parse_uuid("017F22E2-79B0-7CC3-98C4-DC0C0C07398F");
  BOOST_REQUIRE(id.has_value());
  BOOST_TEST(id->str() == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  BOOST_TEST(milliseconds_of(*id) == 1645557742000u);
  std::string text = "[....................................]";
  id->write(text.data() + 1);
  BOOST_TEST(text == "[017f22e2-79b0-7cc3-98c4-dc0c0c07398f]");
  BOOST_TEST((parse_uuid(Uuid{}.str()) == Uuid{}));
}

BOOST_AUTO_TEST_CASE(other_texts_are_no_uuid) {
  const std::string good = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const char wrong : {'g', '/', ':', '@', 'G', '`', ' ', '\0', '\x80', '{'}) {
      std::string text = good;
      text[i] = wrong;
      BOOST_TEST(!parse_uuid(text), text);
    }
    std::string swapped = good;
    swapped[i] = swapped[i] == '-' ? '0' : '-';
    BOOST_TEST(!parse_uuid(swapped), swapped);
    BOOST_TEST(!parse_uuid(good.substr(0, i)));
  }
  BOOST_TEST(!parse_uuid(good + "0"));
  BOOST_TEST(!parse_uuid("{" + good + "}"));
  BOOST_TEST(!parse_uuid("urn:uuid:" + good));
  BOOST_TEST(!parse_uuid("017f22e279b07cc398c4dc0c0c07398f"));
}

BOOST_AUTO_TEST_CASE(version_7_carries_its_instant) {
  on_own_thread([] {
    for (const auto since : {0x1ms, 0x017F22E279B0ms, 9'000'000'000'000ms}) {
      const Uuid id = make_uuid_v7(at(since));
      BOOST_TEST(has_version(id, 7));
      BOOST_TEST(milliseconds_of(id) == static_cast<std::uint64_t>(since.count()));
    }
  });
}

BOOST_AUTO_TEST_CASE(version_7_rises_within_a_millisecond_and_when_the_clock_goes_back) {
  on_own_thread([] {
    Uuid last = make_uuid_v7(at(1'000'000ms));
    std::set<std::string> tails;
    for (int i = 0; i < 20'000; ++i) {
      const Uuid next = make_uuid_v7(at(i < 10'000 ? 1'000'000ms : 999'000ms));
      BOOST_REQUIRE(last < next);
      BOOST_REQUIRE(has_version(next, 7));
      tails.insert(next.str().substr(19));
      last = next;
    }
    BOOST_TEST(tails.size() == 20'000u);
    // Twenty thousand ids are at most ten overflows of the counter, each of which borrows a millisecond.
    BOOST_TEST(milliseconds_of(last) <= 1'000'010u);
    BOOST_TEST(milliseconds_of(make_uuid_v7(at(2'000'000ms))) == 2'000'000u);
  });
}

BOOST_AUTO_TEST_CASE(threads_make_different_ids) {
  std::array<std::vector<Uuid>, 4> made;
  std::vector<std::thread> threads;
  for (auto& ids : made) {
    threads.emplace_back([&ids] {
      for (int i = 0; i < 2000; ++i) ids.push_back(make_uuid_v7(at(5'000'000ms)));
    });
  }
  for (auto& thread : threads) thread.join();
  std::set<Uuid> all;
  for (const auto& ids : made) all.insert(ids.begin(), ids.end());
  BOOST_TEST(all.size() == 8000u);
}

BOOST_AUTO_TEST_CASE(version_4_is_random) {
  std::set<Uuid> all;
  Uuid ones;
  for (int i = 0; i < 200; ++i) {
    const Uuid id = make_uuid_v4();
    BOOST_TEST(has_version(id, 4));
    for (std::size_t at_byte = 0; at_byte < 16; ++at_byte) ones.bytes[at_byte] |= id.bytes[at_byte];
    all.insert(id);
  }
  BOOST_TEST(all.size() == 200u);
  BOOST_TEST(ones.str() == "ffffffff-ffff-4fff-bfff-ffffffffffff");
}

BOOST_AUTO_TEST_CASE(version_5_is_the_hash_of_a_name) {
  // RFC 9562 appendix A.4: www.example.com in the namespace of DNS names.
  const auto dns = parse_uuid("6ba7b810-9dad-11d1-80b4-00c04fd430c8");
  BOOST_REQUIRE(dns.has_value());
  BOOST_TEST(make_uuid_v5(*dns, "www.example.com").str() == "2ed6657d-e927-568b-95e1-2665a8aea6a2");
  BOOST_TEST(uuid_namespace_url.str() == "6ba7b811-9dad-11d1-80b4-00c04fd430c8");
  const Uuid url = make_uuid_v5(uuid_namespace_url, "https://id.example.org");
  BOOST_TEST(has_version(url, 5));
  BOOST_TEST((make_uuid_v5(uuid_namespace_url, "https://id.example.org") == url));
  BOOST_TEST((make_uuid_v5(uuid_namespace_url, "https://id.example.org/") != url));
  BOOST_TEST((make_uuid_v5(*dns, "https://id.example.org") != url));
}

BOOST_AUTO_TEST_SUITE_END()
