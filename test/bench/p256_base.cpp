// What the cryptography of a create and of a resolve costs at least: P-256 key generations and ECDH, as many threads at
// once as the server has. Prints the CPU time of one of each in microseconds: `keygen ecdh`.
//   p256-base THREADS SECONDS
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <thread>
#include <vector>

namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Context = std::unique_ptr<EVP_PKEY_CTX, Free>;

double thread_cpu() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

Key make_key() { return Key(EVP_EC_gen("P-256")); }

void generate(EVP_PKEY_CTX* context) {
  EVP_PKEY* made = nullptr;
  if (EVP_PKEY_generate(context, &made) != 1) std::abort();
  EVP_PKEY_free(made);
}

void derive(EVP_PKEY_CTX* context, EVP_PKEY* peer) {
  std::array<unsigned char, 32> shared{};
  std::size_t size = shared.size();
  // As a server does it: the peer's key is new each time.
  if (EVP_PKEY_derive_set_peer_ex(context, peer, 0) != 1) std::abort();
  if (EVP_PKEY_derive(context, shared.data(), &size) != 1) std::abort();
}

/// Microseconds of CPU time for one call.
template <class Operation>
double cost(double seconds, const Operation& operation) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  std::size_t count = 0;
  const double before = thread_cpu();
  do {
    for (int i = 0; i < 50; ++i) operation();
    count += 50;
  } while (std::chrono::steady_clock::now() < end);
  return (thread_cpu() - before) / static_cast<double>(count);
}

struct Costs {
  double keygen = 0;
  double ecdh = 0;
};

void measure(double seconds, Costs& costs) {
  const Context generator(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY_keygen_init(generator.get());
  EVP_PKEY_CTX_set_ec_paramgen_curve_nid(generator.get(), NID_X9_62_prime256v1);
  costs.keygen = cost(seconds / 2, [&] { generate(generator.get()); });
  const Key own = make_key();
  const Key peer = make_key();
  const Context exchange(EVP_PKEY_CTX_new(own.get(), nullptr));
  EVP_PKEY_derive_init(exchange.get());
  costs.ecdh = cost(seconds / 2, [&] { derive(exchange.get(), peer.get()); });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: p256-base THREADS SECONDS\n", stderr);
    return 2;
  }
  std::vector<Costs> costs(std::strtoul(argv[1], nullptr, 10));
  std::vector<std::thread> threads;
  for (Costs& own : costs) threads.emplace_back([&own, argv] { measure(std::atof(argv[2]), own); });
  for (std::thread& thread : threads) thread.join();
  Costs mean;
  for (const Costs& own : costs) {
    mean.keygen += own.keygen / static_cast<double>(costs.size());
    mean.ecdh += own.ecdh / static_cast<double>(costs.size());
  }
  std::printf("%.2f %.2f\n", mean.keygen, mean.ecdh);
}
