// What etcd itself does with the Txns that Tacit's changes become, for cluster.sh: a client of the test's own over the
// stubs that Tacit uses.
//   cluster-baseline ENDPOINTS CA CERTIFICATE KEY ROW AT-ONCE SECONDS
// ROW: singles (Txns of one change: four puts, three compares), groups (Txns of 32 changes and the audit block of
// these, with a head of its own for each of those at once), blocks (the audit block of 32 releases alone), reads
// (linearizable, of one row), fill (puts AT-ONCE thousand rows of a store "bench", for pages), pages (512 rows each, to
// the end of all: etcd counts all rows up to the end), walk (the same as Tacit's engine walks over a table).
// Prints: items per second, p50 and p99 in microseconds, items.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "store/etcd/engine/etcd_engine.hpp"
#include "store/etcd/engine/read_pump.hpp"
#include "store/etcd/rpc/etcd_client.hpp"
#include "store/etcd/rpc/rpc_await.hpp"

namespace {

using namespace tacit::store;
using namespace tacit::store::etcd;
using std::chrono::microseconds;

constexpr std::size_t group = 32;
constexpr std::size_t page = 512;
constexpr std::chrono::seconds patience{30};
// Of a change: record, index, index, the tenant's record. Values are sealed, so they are random.
constexpr std::size_t put_sizes[] = {1200, 16, 300, 360};
// Of a block's entries, deflated.
constexpr std::size_t entry_size = 98;
constexpr std::string_view prefix = "bench/";

class RandomBytes {
 public:
  RandomBytes() : pool_(1 << 20, '\0') {
    for (char& byte : pool_) byte = static_cast<char>(engine_());
  }
  Bytes take(std::size_t size) {
    const std::size_t at = engine_() % (pool_.size() - size);
    return Bytes(pool_.begin() + static_cast<std::ptrdiff_t>(at),
                 pool_.begin() + static_cast<std::ptrdiff_t>(at + size));
  }

 private:
  std::mt19937_64 engine_{std::random_device()()};
  std::string pool_;
};

Bytes key_of(std::string_view kind, std::string_view rest) {
  std::string key(prefix);
  key += kind;
  key += rest;
  return Bytes(key.begin(), key.end());
}

const KeyMap& walked_store() {
  static const KeyMap keys("bench");
  return keys;
}

/// One request after the other, each begun by the answer to the last.
class Lane {
 public:
  Lane(EtcdClient& client, std::string row, std::size_t number)
      : client_(client), row_(std::move(row)), number_(number) {}

  void start(Clock::time_point end) {
    end_ = end;
    next();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return over_; });
    if (!fault_.empty()) throw std::runtime_error(fault_);
  }
  const std::vector<microseconds>& latencies() const { return latencies_; }
  std::size_t items() const { return items_; }

 private:
  void next() {
    begun_ = Clock::now();
    if (begun_ >= end_) return finish("");
    if (row_ == "reads" || row_ == "pages") {
      return client_.read(make_read(), begun_ + patience, [this](RpcOutcome<ReadTxnResult> outcome) {
        if (!outcome) return finish(outcome.error().text);
        row_ == "reads" ? done(1) : turn_page(*outcome);
      });
    }
    client_.write(make_write(), begun_ + patience, [this](RpcOutcome<WriteTxnResult> outcome) {
      if (!outcome) return finish(outcome.error().text);
      if (!outcome->applied) return finish("a compare failed");
      head_revision_ = outcome->revision;
      done(row_ == "singles" ? 1 : group);
    });
  }

  ReadTxn make_read() {
    ReadTxn txn;
    Range range;
    if (row_ == "pages") {
      const KeyRange all = walked_store().ranges(Table::tenants, {}, {}).front();
      range.key = page_from_.empty() ? all.first : page_from_;
      range.end = all.end;
      range.limit = page;
    } else {
      range.key = key_of("read", "");
    }
    txn.ranges.push_back(std::move(range));
    return txn;
  }

  void turn_page(const ReadTxnResult& result) {
    const std::vector<KeyValue>& rows = result.ranges.at(0).rows;
    if (rows.empty() && page_from_.empty()) return finish("there are no rows: fill first");
    page_from_ = result.ranges[0].more ? rows.back().key : Bytes();
    if (!page_from_.empty()) page_from_.push_back(0);
    done(rows.size());
  }

  WriteTxn make_write() {
    WriteTxn txn;
    const std::size_t changes = row_ == "singles" ? 1 : row_ == "groups" ? group : 0;
    for (std::size_t i = 0; i < changes; ++i) add_change(txn);
    if (row_ != "singles") add_block(txn);
    return txn;
  }

  /// In no order, as ids of tenants are.
  Bytes new_key(std::string_view kind) {
    const Bytes bytes = random_.take(8);
    return key_of(
        kind, std::string(bytes.begin(), bytes.end()) + run_ + std::to_string(number_) + "/" + std::to_string(++keys_));
  }

  void add_change(WriteTxn& txn) {
    bool first = true;
    for (const std::size_t size : put_sizes) {
      Bytes key = new_key("row");
      // The fourth row is the tenant's record, which was read too; here each is new.
      if (!first) {
        Compare compare;
        compare.key = key;
        txn.compares.push_back(std::move(compare));
      }
      first = false;
      Put put;
      put.key = std::move(key);
      put.value = random_.take(size);
      txn.changes.emplace_back(std::move(put));
    }
  }

  void add_block(WriteTxn& txn) {
    Put block;
    block.key = new_key("block");
    block.value = random_.take(group * entry_size);
    txn.changes.emplace_back(std::move(block));
    Put head;
    head.key = key_of("head", std::to_string(number_) + run_);
    head.value = random_.take(65);
    Compare compare;
    compare.key = head.key;
    compare.number = head_revision_;
    txn.compares.push_back(std::move(compare));
    txn.changes.emplace_back(std::move(head));
  }

  void done(std::size_t items) {
    latencies_.push_back(std::chrono::duration_cast<microseconds>(Clock::now() - begun_));
    items_ += items;
    next();
  }
  void finish(const std::string& fault) {
    const std::lock_guard lock(mutex_);
    fault_ = fault;
    over_ = true;
    ended_.notify_one();
  }

  EtcdClient& client_;
  const std::string row_;
  const std::size_t number_;
  const std::string run_ = std::to_string(std::random_device()());
  RandomBytes random_;
  Clock::time_point begun_;
  Clock::time_point end_;
  std::int64_t head_revision_ = 0;
  Bytes page_from_;
  std::vector<microseconds> latencies_;
  std::size_t items_ = 0;
  std::size_t keys_ = 0;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool over_ = false;
  std::string fault_;
};

/// Ten rows for each tenant.
void fill(EtcdClient& client, std::size_t thousands) {
  RandomBytes random;
  for (std::size_t i = 0; i < thousands * 2; ++i) {
    WriteTxn txn;
    Bytes row_key;
    for (std::size_t j = 0; j < 500; ++j) {
      if (j % 10 == 0) {
        row_key = random.take(8);  // of few places: two make an id
        const Bytes rest = random.take(9);
        row_key.insert(row_key.end(), rest.begin(), rest.end());
      }
      row_key.back() = static_cast<std::uint8_t>(j % 10);
      Put put;
      put.key = walked_store().key(Table::tenants, row_key);
      put.value = random.take(100);
      txn.changes.emplace_back(std::move(put));
    }
    const auto outcome = write_now(client, std::move(txn), Clock::now() + patience);
    if (!outcome) throw std::runtime_error(outcome.error().text);
  }
}

void report(std::vector<microseconds> latencies, std::size_t items, double elapsed) {
  if (latencies.empty()) throw std::runtime_error("there was no answer");
  std::sort(latencies.begin(), latencies.end());
  const auto percentile = [&](std::size_t of) {
    return latencies[std::min(latencies.size() - 1, latencies.size() * of / 100)].count();
  };
  std::cout << static_cast<double>(items) / elapsed << ' ' << percentile(50) << ' ' << percentile(99) << ' ' << items
            << '\n';
}

void report(const std::vector<std::unique_ptr<Lane>>& lanes, double elapsed) {
  std::vector<microseconds> all;
  std::size_t items = 0;
  for (const auto& lane : lanes) {
    all.insert(all.end(), lane->latencies().begin(), lane->latencies().end());
    items += lane->items();
  }
  report(std::move(all), items, elapsed);
}

/// Pages of a walk over a table, each by itself, in one transaction.
Task<bool> walk(Transaction& transaction, Clock::time_point end, std::vector<microseconds>& latencies,
                std::size_t& items) {
  Bytes from;
  while (Clock::now() < end) {
    const auto begun = Clock::now();
    const auto rows = co_await transaction.scan(Table::tenants, {}, from, page);
    latencies.push_back(std::chrono::duration_cast<microseconds>(Clock::now() - begun));
    items += rows.size();
    from = rows.size() < page ? Bytes() : Bytes(rows.back().key.begin(), rows.back().key.end());
    if (!from.empty()) from.push_back(0);
    transaction.release_rows();
  }
  co_return false;
}

void run_walk(std::shared_ptr<EtcdClient> client, std::chrono::seconds time) {
  EngineContext context(std::move(client), walked_store(), etcd_traits(EtcdOptions()));
  context.write_deadline = patience;
  std::vector<microseconds> latencies;
  std::size_t items = 0;
  const auto begun = Clock::now();
  const Work work = [&, end = begun + time](Transaction& transaction) {
    return walk(transaction, end, latencies, items);
  };
  if (run_read(context, work)) throw std::runtime_error("the walk failed");
  report(latencies, items, std::chrono::duration<double>(Clock::now() - begun).count());
}

EtcdConnection connection_of(char** arguments) {
  EtcdConnection connection;
  std::istringstream endpoints(arguments[1]);
  for (std::string endpoint; std::getline(endpoints, endpoint, ',');) connection.endpoints.push_back(endpoint);
  connection.ca = arguments[2];
  connection.certificate = arguments[3];
  connection.key = arguments[4];
  return connection;
}

void run(char** arguments) {
  const auto client = EtcdClient::create(connection_of(arguments));
  if (!client) throw std::runtime_error(client.error().text);
  const std::string row = arguments[5];
  const auto at_once = static_cast<std::size_t>(std::stoul(arguments[6]));
  if (row == "fill") return fill(**client, at_once);
  if (row == "walk") return run_walk(*client, std::chrono::seconds(std::stol(arguments[7])));
  Put put;
  put.key = key_of("read", "");
  put.value = RandomBytes().take(1200);
  WriteTxn txn;
  txn.changes.emplace_back(std::move(put));
  if (const auto written = write_now(**client, std::move(txn), Clock::now() + patience); !written) {
    throw std::runtime_error(written.error().text);
  }
  std::vector<std::unique_ptr<Lane>> lanes;
  for (std::size_t i = 0; i < at_once; ++i) lanes.push_back(std::make_unique<Lane>(**client, row, i));
  const auto begun = Clock::now();
  for (const auto& lane : lanes) lane->start(begun + std::chrono::seconds(std::stol(arguments[7])));
  for (const auto& lane : lanes) lane->wait();
  report(lanes, std::chrono::duration<double>(Clock::now() - begun).count());
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 8) {
    std::cerr << "cluster-baseline ENDPOINTS CA CERTIFICATE KEY ROW AT-ONCE SECONDS\n";
    return 2;
  }
  try {
    run(arguments);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "cluster-baseline: " << error.what() << '\n';
    return 1;
  }
}
