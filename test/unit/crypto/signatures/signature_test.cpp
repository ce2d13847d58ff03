// Verification by every algorithm, with prepared keys and on several threads.
#include "crypto/signatures/signature.hpp"

#include <boost/test/data/test_case.hpp>

#include <atomic>
#include <thread>
#include <vector>

#include "test/unit/crypto/signatures/signature_bench_fixture.hpp"

using namespace tacit::crypto;
using Algorithm = SignatureAlgorithm;
using test::Bench;
using test::is_of_rsa;
using test::signature_algorithms;

BOOST_AUTO_TEST_SUITE(signature)

BOOST_DATA_TEST_CASE(every_algorithm_verifies_what_its_key_signed, boost::unit_test::data::make({false, true}),
                     prepared) {
  const Bench bench(prepared);
  for (const Algorithm algorithm : signature_algorithms) {
    const Bytes good = bench.sign(algorithm);
    BOOST_TEST(bench.verifies(algorithm, good));
    BOOST_TEST(bench.verifies(algorithm, good), "the key can be used again");
    BOOST_TEST(!bench.key(algorithm).verify(algorithm, as_bytes("what was not said"), good));
    BOOST_TEST(!bench.key(algorithm).verify(algorithm, {}, good));
  }
}

BOOST_DATA_TEST_CASE(a_changed_byte_is_detected, boost::unit_test::data::make({false, true}), prepared) {
  const Bench bench(prepared);
  for (const Algorithm algorithm : signature_algorithms) {
    const Bytes good = bench.sign(algorithm);
    for (std::size_t i = 0; i < good.size(); ++i) {
      Bytes changed = good;
      changed[i] ^= static_cast<std::uint8_t>(1u << (i % 8));
      BOOST_TEST(!bench.verifies(algorithm, changed));
    }
  }
}

BOOST_DATA_TEST_CASE(a_signature_of_another_length_is_refused, boost::unit_test::data::make({false, true}), prepared) {
  const Bench bench(prepared);
  for (const Algorithm algorithm : signature_algorithms) {
    const Bytes good = bench.sign(algorithm);
    BOOST_TEST(!bench.verifies(algorithm, {}));
    for (std::size_t size = 1; size <= good.size() + 2; ++size) {
      if (size == good.size()) continue;
      Bytes other = good;
      other.resize(size);
      BOOST_TEST(!bench.verifies(algorithm, other));
    }
    Bytes led{0x00};
    led.insert(led.end(), good.begin(), good.end());
    BOOST_TEST(!bench.verifies(algorithm, led));
    BOOST_TEST(!bench.verifies(algorithm, Bytes(10'000)));
  }
}

BOOST_AUTO_TEST_CASE(an_algorithm_fits_keys_of_its_kind_alone) {
  const Bench bench;
  for (const Algorithm of_key : signature_algorithms) {
    for (const Algorithm by : signature_algorithms) {
      const bool both_rsa = is_of_rsa(of_key) && is_of_rsa(by);
      BOOST_TEST(bench.key(of_key).fits(by) == (of_key == by || both_rsa));
      if (of_key != by) {
        BOOST_TEST(!bench.key(by).verify(by, as_bytes(Bench::message), bench.sign(of_key)));
        if (!both_rsa) BOOST_TEST(!bench.key(of_key).verify(by, as_bytes(Bench::message), bench.sign(of_key)));
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(p256_keys_alone_are_prepared) {
  const Bench bench(true);
  for (const Algorithm algorithm : signature_algorithms) {
    BOOST_TEST(bench.key(algorithm).is_prepared() == (algorithm == Algorithm::es256));
  }
  const Bench other;
  BOOST_TEST(!other.key(Algorithm::es256).is_prepared());
  BOOST_TEST(ERR_peek_error() == 0u);
}

BOOST_AUTO_TEST_CASE(threads_verify_with_a_key_that_others_prepare) {
  const Bench bench;
  const SignatureKey& key = bench.key(Algorithm::es256);
  const Bytes good = bench.sign(Algorithm::es256);
  Bytes changed = good;
  changed.back() ^= 1;
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 2; ++thread) {
    threads.emplace_back([&] {
      for (int i = 0, after = 0; i < 100'000 && after < 20; ++i, after += key.is_prepared() ? 1 : 0) {
        wrong += key.verify(Algorithm::es256, as_bytes(Bench::message), good) ? 0 : 1;
        wrong += key.verify(Algorithm::es256, as_bytes(Bench::message), changed) ? 1 : 0;
      }
    });
  }
  for (int thread = 0; thread < 2; ++thread) threads.emplace_back([&] { key.prepare(); });
  for (auto& thread : threads) thread.join();
  BOOST_TEST(wrong.load() == 0);
}

BOOST_AUTO_TEST_CASE(threads_share_a_key) {
  const Bench bench;
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (const Algorithm algorithm : signature_algorithms) {
        const Bytes signed_here = bench.sign(algorithm);
        Bytes changed = signed_here;
        changed.back() ^= 1;
        for (int i = 0; i < 50; ++i) {
          good += bench.key(algorithm).verify(algorithm, as_bytes(Bench::message), signed_here) ? 1 : 0;
          good -= bench.key(algorithm).verify(algorithm, as_bytes(Bench::message), changed) ? 1 : 0;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  BOOST_TEST(good.load() == 4 * static_cast<int>(std::size(signature_algorithms)) * 50);
}

BOOST_AUTO_TEST_SUITE_END()
