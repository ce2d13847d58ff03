#include "store/etcd/open/raise_format.hpp"

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

#include "store/etcd/open/client_failure.hpp"
#include "store/etcd/rpc/rpc_await.hpp"
#include "store/etcd/slots/free_slot.hpp"
#include "store/model/failures.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::store::etcd {
namespace {

constexpr std::array owners{SlotOwner::api, SlotOwner::tools, SlotOwner::operators};
constexpr std::chrono::milliseconds between_looks{1000};

/// The rows that decide, at one revision.
struct Seen {
  std::uint32_t format = 0;  ///< 0: there is no store, or it is of an unknown format
  std::uint32_t rows = first_store_format;
  std::int64_t format_revision = 0;
  std::int64_t rows_revision = 0;
  std::string older;  ///< slots that processes of older builds hold
};

class Rise {
 public:
  Rise(std::shared_ptr<EtcdClient> client, const EtcdOptions& options)
      : client_(std::move(client)), keys_(options.name), patience_(options.write_deadline) {}

  Outcome<Seen> look() const {
    ReadTxn txn;
    txn.ranges.emplace_back().key = keys_.key(Table::meta, format_row_key());
    txn.ranges.emplace_back().key = keys_.key(Table::meta, rows_row_key());
    for (const SlotOwner owner : owners) txn.ranges.push_back(slot_lease_keys(keys_, owner));
    const std::size_t asked = txn.ranges.size();
    const auto answer = read_now(*client_, std::move(txn), Clock::now() + patience_);
    if (!answer) return failure_of(answer.error());
    if (answer->ranges.size() != asked) return failed(Errc::unavailable, "etcd's answer is incomplete");
    Seen seen;
    for (const KeyValue& row : answer->ranges[0].rows) {
      seen.format = format_of(row.value).value_or(0);
      seen.format_revision = row.mod_revision;
    }
    for (const KeyValue& row : answer->ranges[1].rows) {
      seen.rows = rows_format_of(row.value);
      seen.rows_revision = row.mod_revision;
    }
    for (std::size_t i = 2; i < asked; ++i) note_older(answer->ranges[i], seen);
    return seen;
  }

  /// Puts a row if neither of the two has changed since.
  Outcome<void> put(const Seen& seen, ByteView key, Bytes value) const {
    WriteTxn txn;
    Compare& format = txn.compares.emplace_back();
    format.key = keys_.key(Table::meta, format_row_key());
    format.number = seen.format_revision;
    Compare& rows = txn.compares.emplace_back();
    rows.key = keys_.key(Table::meta, rows_row_key());
    rows.number = seen.rows_revision;
    Put put;
    put.key = keys_.key(Table::meta, key);
    put.value = std::move(value);
    txn.changes.emplace_back(std::move(put));
    const auto written = write_now(*client_, std::move(txn), Clock::now() + patience_);
    if (!written) return failure_of(written.error());
    if (!written->applied) return failed(Errc::conflict, "another process changed the store's format; run it again");
    return {};
  }

 private:
  void note_older(const RangeResult& range, Seen& seen) const {
    for (const KeyValue& row : range.rows) {
      const auto slot = slot_of_lease_key(keys_, row.key);
      if (!slot || newest_format_of_holder(row.value) >= slots_store_format) continue;
      seen.older += (seen.older.empty() ? "" : ", ") + to_string(*slot);
    }
  }

  const std::shared_ptr<EtcdClient> client_;
  const KeyMap keys_;
  const std::chrono::milliseconds patience_;
};

Outcome<void> check(const Seen& seen) {
  if (seen.format == 0) return failed(Errc::not_found, "etcd has no store of that name that this version knows");
  if (!seen.older.empty()) {
    return failed(Errc::not_allowed, "processes of an older version hold the audit slots " + seen.older +
                                         ": upgrade their hosts, or stop them, and run it again");
  }
  return {};
}

/// Looks until the time of a lease is over.
Outcome<Seen> look_for(const Rise& rise, std::chrono::milliseconds time) {
  const auto end = Clock::now() + time;
  for (;;) {
    auto seen = rise.look();
    if (!seen) return seen;
    if (const auto fits = check(*seen); !fits) return fits.error();
    const auto now = Clock::now();
    if (now >= end) return seen;
    std::this_thread::sleep_for(std::min<Clock::duration>(between_looks, end - now));
  }
}

}  // namespace

Outcome<FormatRaised> raise_format(std::shared_ptr<EtcdClient> client, const EtcdOptions& options,
                                   const std::function<void()>& waiting, std::chrono::milliseconds wait) {
  const Rise rise(std::move(client), options);
  const auto first = rise.look();
  if (!first) return first.error();
  FormatRaised raised;
  raised.before = raised.after = first->format;
  raised.rows_were_new = first->format != 0 && first->rows >= store_format;
  if (raised.rows_were_new) return raised;
  if (const auto fits = check(*first); !fits) return fits.error();
  raised.after = raised_format(first->format, store_format);
  if (first->format != raised.after) {
    if (auto put = rise.put(*first, format_row_key(), format_value(raised.after)); !put) return put.error();
  }
  if (waiting) waiting();
  const auto seen = look_for(rise, wait);
  if (!seen) return seen.error();
  if (auto put = rise.put(*seen, rows_row_key(), rows_value(store_format)); !put) return put.error();
  return raised;
}

}  // namespace tacit::store::etcd
