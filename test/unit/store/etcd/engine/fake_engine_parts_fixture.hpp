// Engines on a fake cluster, and short works on them.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/etcd/engine/etcd_engine.hpp"
#include "test/unit/store/etcd/fake_cluster_fixture.hpp"

namespace tacit::store::etcd::testing {

inline Bytes bytes(std::string_view text) { return Bytes(text.begin(), text.end()); }
inline std::string text(ByteView view) { return std::string(crypto::as_text(view)); }

/// What tests change about an engine.
struct EngineChoice {
  std::uint16_t slot = 1;
  std::shared_ptr<std::atomic<std::uint16_t>> moves{};  ///< instead: the slot's number now
  std::chrono::milliseconds deadline{10'000};
  CommitLimits limits{.operations = 1024, .bytes = std::size_t{1} << 20, .entries = 256};
  RowCopies copies{};
  std::function<std::optional<std::string>(Growth)> refuses{};
  std::function<void()> replaced{};
  std::function<std::chrono::milliseconds()> silence{};
};

/// An engine that has the slot api-`slot` for ever. `lost` counts how often it was told that the slot is lost.
inline std::unique_ptr<EtcdEngine> engine_on(FakeCluster& cluster, EngineChoice choice = {},
                                             std::shared_ptr<std::atomic<int>> lost = nullptr) {
  EtcdEngineSetup setup;
  EtcdOptions options;
  setup.context = std::make_shared<EngineContext>(cluster.client(), KeyMap("main"), etcd_traits(options));
  setup.context->write_deadline = choice.deadline;
  setup.context->ranges_per_read = 64;
  setup.context->copies = std::move(choice.copies);
  setup.context->silence = std::move(choice.silence);
  setup.limits = choice.limits;
  const auto generation = std::make_shared<std::atomic<std::uint64_t>>(1);
  setup.writer.slot = [number = choice.slot, moves = choice.moves, generation] {
    const AuditSlot slot = slot_of(SlotOwner::api, moves ? moves->load() : number);
    return std::optional(WriterSlot{slot, generation->load()});
  };
  setup.writer.slot_lost = [generation, lost](AuditSlot) {
    ++*generation;
    if (lost) ++*lost;
  };
  if (choice.replaced) setup.writer.replaced = std::move(choice.replaced);
  if (choice.refuses) setup.writer.refuses = std::move(choice.refuses);
  return std::make_unique<EtcdEngine>(std::move(setup));
}

inline std::future<std::optional<Errc>> submit(Engine& engine, Work work, Growth growth = Growth::grows) {
  const auto answer = std::make_shared<std::promise<std::optional<Errc>>>();
  auto future = answer->get_future();
  Write write;
  write.work = std::move(work);
  write.done = [answer](std::optional<Errc> failure) { answer->set_value(failure); };
  write.growth = growth;
  write.bytes = 100;
  engine.submit(std::move(write));
  return future;
}

inline std::optional<Errc> write(Engine& engine, Work work) { return submit(engine, std::move(work)).get(); }

inline Task<bool> put_row(Transaction& transaction, Table table, std::string key, std::string value) {
  transaction.put(table, bytes(key), bytes(value));
  co_return true;
}

inline std::optional<Errc> put(Engine& engine, Table table, std::string key, std::string value) {
  return write(engine, [=](Transaction& transaction) { return put_row(transaction, table, key, value); });
}

inline Task<bool> get_row(Transaction& transaction, Table table, std::string key, std::optional<std::string>& found) {
  const Bytes name = bytes(key);
  const auto row = co_await transaction.get(table, name);
  found.reset();
  if (row) found = text(*row);
  co_return false;
}

inline std::optional<std::string> get(Engine& engine, Table table, std::string key) {
  std::optional<std::string> found;
  const auto failure = engine.read([&](Transaction& transaction) { return get_row(transaction, table, key, found); });
  if (failure) throw std::runtime_error("the read failed");
  return found;
}

using Rows = std::vector<std::pair<Bytes, Bytes>>;

inline Task<bool> scan_rows(Transaction& transaction, Table table, Bytes prefix, Bytes start, std::size_t limit,
                            Rows& found) {
  found.clear();
  const auto rows = co_await transaction.scan(table, prefix, start, limit);
  for (const Row& row : rows) found.emplace_back(copy_of(row.key), copy_of(row.value));
  co_return false;
}

inline Rows scan(Engine& engine, Table table, Bytes prefix = {}, Bytes start = {}, std::size_t limit = SIZE_MAX) {
  Rows found;
  const auto failure =
      engine.read([&](Transaction& transaction) { return scan_rows(transaction, table, prefix, start, limit, found); });
  if (failure) throw std::runtime_error("the scan failed");
  return found;
}

inline std::string keys_of(const Rows& rows) {
  std::string keys;
  for (const auto& [key, value] : rows) keys += (keys.empty() ? "" : " ") + text(key);
  return keys;
}

inline Task<bool> log_entry(Transaction& transaction, std::string body) {
  transaction.log(body);
  co_return true;
}

inline std::optional<Errc> log(Engine& engine, std::string body) {
  return write(engine, [=](Transaction& transaction) { return log_entry(transaction, body); });
}

}  // namespace tacit::store::etcd::testing
