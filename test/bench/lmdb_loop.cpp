// What LMDB costs by itself: puts the rows of creates (secret, entry of the name's index, tenant's record, audit entry)
// at random keys, and commits after each batch. Prints one line of JSON, with times in microseconds.
//   lmdb-loop FOLDER PREFILL BATCH SECONDS
// The folder gets a new environment with PREFILL such creates, which is removed at the end.
#include <lmdb.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "test/bench/load/latencies.hpp"

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t map_size = std::size_t{64} << 30U;
// Sizes of keys and values as in a store whose values have the usual length of an API key.
constexpr std::size_t tenants = 1000;
constexpr std::size_t id_size = 16;
constexpr std::size_t hash_size = 32;
constexpr std::size_t secret_size = 400;
constexpr std::size_t record_size = 400;
constexpr std::size_t entry_size = 250;

void check(int code, const char* what) {
  if (code != 0) throw std::runtime_error(std::string(what) + ": " + mdb_strerror(code));
}

/// A sequence without repetitions that looks random (Steele's SplitMix64).
std::uint64_t mixed(std::uint64_t number) {
  number += 0x9e3779b97f4a7c15U;
  number = (number ^ (number >> 30U)) * 0xbf58476d1ce4e5b9U;
  number = (number ^ (number >> 27U)) * 0x94d049bb133111ebU;
  return number ^ (number >> 31U);
}

class Environment {
 public:
  explicit Environment(const std::string& folder) {
    check(mdb_env_create(&env_), "mdb_env_create");
    mdb_env_set_mapsize(env_, map_size);
    mdb_env_set_maxdbs(env_, 2);
    check(mdb_env_open(env_, folder.c_str(), 0, 0600), folder.c_str());
    MDB_txn* txn = begin();
    check(mdb_dbi_open(txn, "rows", MDB_CREATE, &rows_), "mdb_dbi_open");
    check(mdb_dbi_open(txn, "audit", MDB_CREATE, &audit_), "mdb_dbi_open");
    check(mdb_txn_commit(txn), "mdb_txn_commit");
  }
  ~Environment() { mdb_env_close(env_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  /// The next `count` creates in one transaction.
  void write(std::size_t count) {
    MDB_txn* txn = begin();
    for (std::size_t i = 0; i < count; ++i) put_create(txn, next_++);
    check(mdb_txn_commit(txn), "mdb_txn_commit");
  }
  void set_durable(bool durable) { check(mdb_env_set_flags(env_, MDB_NOSYNC, durable ? 0 : 1), "mdb_env_set_flags"); }

 private:
  MDB_txn* begin() {
    MDB_txn* txn = nullptr;
    check(mdb_txn_begin(env_, nullptr, 0, &txn), "mdb_txn_begin");
    return txn;
  }
  void put(MDB_txn* txn, MDB_dbi table, std::size_t key_size, std::size_t value_size) {
    MDB_val key{key_size, key_.data()};
    MDB_val value{value_size, value_.data()};
    check(mdb_put(txn, table, &key, &value, 0), "mdb_put");
  }
  /// A kind of row, its tenant, and random bytes.
  void set_key(char kind, std::uint64_t number) {
    key_[0] = kind;
    const std::uint64_t tenant = mixed(mixed(number) % tenants);
    for (std::size_t at = 1; at + 8 <= key_.size(); at += 8) {
      const std::uint64_t part = at <= id_size ? mixed(tenant + at) : mixed(number * 8 + at);
      std::memcpy(key_.data() + at, &part, sizeof part);
    }
    std::memcpy(value_.data(), &number, sizeof number);
  }
  void put_create(MDB_txn* txn, std::uint64_t number) {
    set_key('s', number);
    put(txn, rows_, 1 + id_size + id_size, secret_size);
    set_key('n', number);
    put(txn, rows_, 1 + id_size + hash_size, id_size);
    set_key('t', number);
    put(txn, rows_, 1 + id_size, record_size);
    for (std::size_t i = 0; i < 8; ++i) key_[i] = static_cast<char>(number >> (56 - 8 * i));
    put(txn, audit_, 8, entry_size);
  }

  MDB_env* env_ = nullptr;
  MDB_dbi rows_ = 0;
  MDB_dbi audit_ = 0;
  std::uint64_t next_ = 0;
  std::array<char, 1 + id_size + hash_size> key_{};
  std::array<char, 512> value_{};
};

double cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

void measure(Environment& environment, std::size_t batch, double seconds) {
  tacit::bench::Latencies commits;
  std::size_t creates = 0;
  const double cpu = cpu_seconds();
  const auto begin = Clock::now();
  while (since(begin) < seconds) {
    const auto start = Clock::now();
    environment.write(batch);
    commits.add(std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start).count());
    creates += batch;
  }
  const double elapsed = since(begin);
  std::printf("{\"requests\":%zu,\"elapsed\":%.6f,\"p50\":%u,\"p99\":%u,\"p999\":%u,\"cpu\":%.2f}\n", creates, elapsed,
              commits.at(0.5), commits.at(0.99), commits.at(0.999),
              (cpu_seconds() - cpu) * 1e6 / static_cast<double>(creates));
}

void run(const std::string& folder, std::size_t prefill, std::size_t batch, double seconds) {
  std::filesystem::create_directory(folder);
  {
    Environment environment(folder);
    environment.set_durable(false);
    constexpr std::size_t large = 10'000;
    for (std::size_t done = 0; done < prefill; done += large) environment.write(std::min(large, prefill - done));
    environment.set_durable(true);
    environment.write(batch);
    measure(environment, batch, seconds);
  }
  std::filesystem::remove_all(folder);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 5) {
    std::fputs("usage: lmdb-loop FOLDER PREFILL BATCH SECONDS\n", stderr);
    return 2;
  }
  run(argv[1], std::strtoull(argv[2], nullptr, 10), std::strtoull(argv[3], nullptr, 10), std::atof(argv[4]));
} catch (const std::exception& failure) {
  std::fprintf(stderr, "lmdb-loop: %s\n", failure.what());
  return 1;
}
