// The transaction of the fake engine: on a snapshot in memory, with its own changes over it.
#pragma once

#include <array>
#include <coroutine>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/engine/engine.hpp"

namespace tacit::store::testing {

using FakeTable = std::map<std::string, std::string>;
using FakeTables = std::array<FakeTable, table_count>;
using FakeSnapshot = std::shared_ptr<const FakeTables>;

inline constexpr EngineTraits fake_traits{
    .waits = true, .shared = true, .rows_per_write = 48, .bytes_per_write = std::size_t{64} << 10};

/// Each read suspends the coroutine that asks, until `deliver`.
class FakeTransaction final : public Transaction {
 public:
  explicit FakeTransaction(FakeSnapshot snapshot) : snapshot_(std::move(snapshot)) {}

  Task<std::optional<ByteView>> get(Table table, ByteView key) override;
  Task<std::vector<Row>> scan(Table table, ByteView prefix, ByteView start, std::size_t limit) override;
  Task<std::optional<Row>> newest_entry(AuditSlot slot) override;
  Task<std::vector<AuditSlot>> audit_slots() override;
  Task<std::uint64_t> strangers() override;
  Task<std::uint64_t> estimate(Table table) override;
  void put(Table table, ByteView key, ByteView value) override;
  void erase(Table table, ByteView key) override;
  void log(std::string body) override { bodies_.push_back(std::move(body)); }
  void release_rows() override { held_.clear(); }
  const EngineTraits& traits() const override { return fake_traits; }

  /// Resumes the coroutine that waits for rows.
  void deliver() { std::exchange(waiting_, nullptr).resume(); }
  /// Whether what the transaction read is the same there, so that its result holds there, too.
  bool holds_on(const FakeTables& tables) const;
  void apply_to(FakeTables& tables) const;
  std::size_t changes() const;
  bool changed() const { return changes() > 0 || !bodies_.empty(); }
  const std::vector<std::string>& bodies() const { return bodies_; }

 private:
  friend struct FakeSuspension;
  struct Range {
    Table table;
    std::string prefix;
    std::string start;
    std::size_t limit;
    bool operator==(const Range&) const = default;
  };
  using Found = std::vector<std::pair<std::string, std::string>>;

  static Found rows_of(const FakeTable& table, const Range& range);
  FakeTable with_changes(Table table) const;
  Row hold(std::string key, std::string value);

  FakeSnapshot snapshot_;
  std::coroutine_handle<> waiting_;
  std::array<std::map<std::string, std::optional<std::string>>, table_count> changes_;
  std::vector<std::string> bodies_;
  std::vector<Range> ranges_;  ///< that were read
  std::deque<std::string> held_;
};

}  // namespace tacit::store::testing
