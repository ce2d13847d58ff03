// Hardening: no core dumps, no access by other processes, locked memory.
#include "crypto/memory/process.hpp"

#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/hpke/hpke.hpp"
#include "test/unit/crypto/crypto_fixture.hpp"

using namespace tacit::crypto;

namespace {

// The fault of a process that called harden_process; 0 if there is none.
int faults_after_hardening() {
  harden_process();
  if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) return 1;
  rlimit limit{};
  if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_cur != 0 || limit.rlim_max != 0) return 2;
  BIGNUM* const number = BN_secure_new();
  if (BN_set_word(number, 42) != 1 || CRYPTO_secure_used() == 0) return 3;
  BN_clear_free(number);
  harden_process();  // a second call changes nothing
  std::size_t before = 0;
  for (int i = 0; i < 100; ++i) {
    // The first round also creates permanent objects, such as OpenSSL's random generators.
    if (i == 1) before = CRYPTO_secure_used();
    const KeyPair pair = generate_key_pair();
    const auto box = hpke_seal(pair.public_key, {}, {}, Bytes(10));
    if (!box || !hpke_open(pair.private_key, {}, {}, *box)) return 4;
  }
  // The heap does not grow, so nothing may remain in it.
  return CRYPTO_secure_used() == before ? 0 : 5;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(process)

// In a child, because hardening cannot be undone.
BOOST_AUTO_TEST_CASE(hardening) {
  const pid_t child = ::fork();
  BOOST_REQUIRE(child >= 0);
  if (child == 0) ::_exit(faults_after_hardening());
  int status = 0;
  BOOST_REQUIRE_EQUAL(::waitpid(child, &status, 0), child);
  BOOST_REQUIRE(WIFEXITED(status));
  BOOST_TEST(WEXITSTATUS(status) == 0);
}

BOOST_AUTO_TEST_CASE(locking_takes_any_range) {
  const Bytes bytes = test::random_of(10'000);
  const Bytes before = bytes;
  lock_memory(bytes.data(), bytes.size());
  lock_memory(bytes.data() + 1, 1);
  lock_memory(nullptr, 0);
  BOOST_TEST(bytes == before);
}

BOOST_AUTO_TEST_SUITE_END()
