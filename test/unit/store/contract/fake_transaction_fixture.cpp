#include "test/unit/store/contract/fake_transaction_fixture.hpp"

#include <algorithm>
#include <optional>

#include "store/rows/audit_slot_key.hpp"

namespace tacit::store::testing {
namespace {

std::size_t place_of(Table table) { return static_cast<std::size_t>(table); }
std::string text_of(ByteView bytes) { return std::string(crypto::as_text(bytes)); }

}  // namespace

/// Leaves the coroutine with its transaction.
struct FakeSuspension {
  FakeTransaction& transaction;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> caller) const { transaction.waiting_ = caller; }
  void await_resume() const {}
};

FakeTransaction::Found FakeTransaction::rows_of(const FakeTable& table, const Range& range) {
  Found found;
  for (auto at = table.lower_bound(std::max(range.prefix, range.start)); at != table.end(); ++at) {
    if (found.size() >= range.limit || !at->first.starts_with(range.prefix)) break;
    found.emplace_back(at->first, at->second);
  }
  return found;
}

FakeTable FakeTransaction::with_changes(Table table) const {
  FakeTable rows = snapshot_->at(place_of(table));
  for (const auto& [key, value] : changes_.at(place_of(table))) {
    if (value) {
      rows.insert_or_assign(key, *value);
    } else {
      rows.erase(key);
    }
  }
  return rows;
}

Row FakeTransaction::hold(std::string key, std::string value) {
  const std::string& kept_key = held_.emplace_back(std::move(key));
  const std::string& kept_value = held_.emplace_back(std::move(value));
  return Row{crypto::as_bytes(kept_key), crypto::as_bytes(kept_value)};
}

Task<std::optional<ByteView>> FakeTransaction::get(Table table, ByteView key) {
  std::string wanted = text_of(key);
  const FakeSuspension suspension{*this};
  co_await suspension;
  const auto& own = changes_.at(place_of(table));
  if (const auto changed = own.find(wanted); changed != own.end()) {
    if (!changed->second) co_return std::optional<ByteView>();
    co_return std::optional<ByteView>(hold(wanted, *changed->second).value);
  }
  // As a range: the key itself would be its first row.
  ranges_.push_back(Range{table, wanted, wanted, 1});
  const FakeTable& rows = snapshot_->at(place_of(table));
  const auto found = rows.find(wanted);
  if (found == rows.end()) co_return std::optional<ByteView>();
  co_return std::optional<ByteView>(hold(wanted, found->second).value);
}

Task<std::vector<Row>> FakeTransaction::scan(Table table, ByteView prefix, ByteView start, std::size_t limit) {
  const Range range{table, text_of(prefix), text_of(start), limit};
  const FakeSuspension suspension{*this};
  co_await suspension;
  ranges_.push_back(range);
  const FakeTable merged = with_changes(table);
  std::vector<Row> rows;
  for (auto& [key, value] : rows_of(merged, range)) rows.push_back(hold(std::move(key), std::move(value)));
  co_return rows;
}

Task<std::optional<Row>> FakeTransaction::newest_entry(AuditSlot slot) {
  const FakeSuspension suspension{*this};
  co_await suspension;
  const FakeTable rows = with_changes(Table::audit);
  for (auto at = rows.rbegin(); at != rows.rend(); ++at) {
    if (audit_slot_of_key(crypto::as_bytes(at->first)) != slot) continue;
    co_return std::optional<Row>(hold(at->first, at->second));
  }
  co_return std::optional<Row>();
}

Task<std::vector<AuditSlot>> FakeTransaction::audit_slots() {
  const FakeSuspension suspension{*this};
  co_await suspension;
  std::vector<AuditSlot> slots;
  for (const auto& [key, value] : with_changes(Table::audit)) {
    const AuditSlot slot = audit_slot_of_key(crypto::as_bytes(key));
    if (slots.empty() || slots.back() != slot) slots.push_back(slot);
  }
  co_return slots;
}

Task<std::uint64_t> FakeTransaction::strangers() { return std::uint64_t{0}; }

Task<std::uint64_t> FakeTransaction::estimate(Table table) {
  return std::uint64_t{snapshot_->at(place_of(table)).size()};
}

void FakeTransaction::put(Table table, ByteView key, ByteView value) {
  changes_.at(place_of(table)).insert_or_assign(text_of(key), text_of(value));
}

void FakeTransaction::erase(Table table, ByteView key) {
  changes_.at(place_of(table)).insert_or_assign(text_of(key), std::nullopt);
}

bool FakeTransaction::holds_on(const FakeTables& tables) const {
  return std::ranges::all_of(ranges_, [&](const Range& range) {
    return rows_of(snapshot_->at(place_of(range.table)), range) == rows_of(tables.at(place_of(range.table)), range);
  });
}

void FakeTransaction::apply_to(FakeTables& tables) const {
  for (std::size_t i = 0; i < table_count; ++i) {
    for (const auto& [key, value] : changes_.at(i)) {
      if (value) {
        tables.at(i).insert_or_assign(key, *value);
      } else {
        tables.at(i).erase(key);
      }
    }
  }
}

std::size_t FakeTransaction::changes() const {
  std::size_t rows = 0;
  for (const auto& table : changes_) rows += table.size();
  return rows;
}

}  // namespace tacit::store::testing
