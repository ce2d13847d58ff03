#include "store/etcd/engine/read_combiner.hpp"

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include "crypto/memory/bytes.hpp"

namespace tacit::store::etcd {
namespace {

bool is_same(const Range& a, const Range& b) {
  return a.key == b.key && a.end == b.end && a.limit == b.limit && a.keys_only == b.keys_only;
}

/// What a read may return, at most; none of those that are too many is told apart.
std::size_t rows_of(const ReadTxn& txn) {
  constexpr std::size_t many = ReadCombiner::most_rows_of_read + 1;
  std::size_t rows = 0;
  for (const Range& range : txn.ranges) {
    if (range.end.empty()) {
      ++rows;
    } else if (range.limit <= 0) {
      return many;
    } else {
      rows += static_cast<std::size_t>(std::min<std::int64_t>(range.limit, many));
    }
  }
  return std::min(rows, many);
}

std::size_t hash_of(const Range& range) { return std::hash<std::string_view>()(crypto::as_text(range.key)); }

}  // namespace

/// Reads that share a request. Each range is asked for once.
struct ReadCombiner::Group {
  std::vector<Waiting> reads;
  std::vector<std::vector<std::size_t>> places;  ///< of each read's ranges in the request
  std::vector<Range> ranges;
  std::vector<std::size_t> hashes;
  std::vector<std::size_t> uses;  ///< of each range
  std::size_t rows = 0;
  Clock::time_point deadline{};

  std::int64_t revision() const { return reads.front().txn.revision; }

  bool fits(const Waiting& read, std::size_t most_ranges) const {
    return reads.empty() || (read.txn.revision == revision() && ranges.size() + read.txn.ranges.size() <= most_ranges &&
                             rows + read.rows <= most_rows);
  }

  void add(Waiting read) {
    std::vector<std::size_t>& asked = places.emplace_back();
    for (const Range& range : read.txn.ranges) asked.push_back(place_of(range));
    rows += read.rows;
    deadline = std::max(deadline, read.deadline);
    reads.push_back(std::move(read));
  }

  std::size_t place_of(const Range& range) {
    const std::size_t hash = hash_of(range);
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      if (hashes[i] != hash || !is_same(ranges[i], range)) continue;
      ++uses[i];
      return i;
    }
    ranges.push_back(range);
    hashes.push_back(hash);
    uses.push_back(1);
    return ranges.size() - 1;
  }

  /// The part of the answer for a read. The last one that takes a range gets it without a copy.
  ReadTxnResult result_of(std::size_t read, ReadTxnResult& all) {
    ReadTxnResult result;
    result.revision = all.revision;
    result.ranges.reserve(places[read].size());
    for (const std::size_t place : places[read]) {
      RangeResult& range = all.ranges[place];
      if (--uses[place] == 0) {
        result.ranges.push_back(std::move(range));
      } else {
        result.ranges.push_back(range);
      }
    }
    return result;
  }
};

void ReadCombiner::read(ReadTxn txn, Clock::time_point deadline, Done done) {
  Waiting read{.txn = std::move(txn), .deadline = deadline, .done = std::move(done)};
  read.rows = rows_of(read.txn);
  if (read.rows > most_rows_of_read) return client_.read(std::move(read.txn), deadline, std::move(read.done));
  std::vector<GroupPtr> groups;
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(read));
    const auto now = Clock::now();
    if (under_way_ >= most_under_way && now - last_sent_ < most_patience) return;
    last_sent_ = now;
    while (GroupPtr group = take_group()) groups.push_back(std::move(group));
    under_way_ += groups.size();
  }
  for (GroupPtr& group : groups) send(std::move(group));
}

ReadCombiner::GroupPtr ReadCombiner::take_group() {
  if (waiting_.empty()) return nullptr;
  auto group = std::make_shared<Group>();
  std::deque<Waiting> rest;
  for (Waiting& read : waiting_) {
    if (group->fits(read, most_ranges_)) {
      group->add(std::move(read));
    } else {
      rest.push_back(std::move(read));
    }
  }
  waiting_.swap(rest);
  return group;
}

void ReadCombiner::send(GroupPtr group) {
  ReadTxn txn;
  txn.revision = group->revision();
  // The reads keep theirs until the answer, should they be sent one by one.
  txn.ranges = group->ranges;
  const auto deadline = group->deadline;
  auto done = [self = shared_from_this(), group = std::move(group)](RpcOutcome<ReadTxnResult> outcome) {
    self->answer(group, std::move(outcome));
  };
  client_.read(std::move(txn), deadline, std::move(done));
}

void ReadCombiner::answer(const GroupPtr& group, RpcOutcome<ReadTxnResult> outcome) {
  // The next request is on its way while these answers are distributed.
  send_next();
  if (outcome && outcome->ranges.size() != group->ranges.size()) {
    RpcFailure failure;
    failure.code = RpcErrc::invalid;
    failure.text = "the answer does not have the ranges that were asked for";
    outcome = std::move(failure);
  }
  if (outcome) {
    for (std::size_t i = 0; i < group->reads.size(); ++i) group->reads[i].done(group->result_of(i, *outcome));
    return;
  }
  if (group->reads.size() > 1 && outcome.error().code != RpcErrc::unreachable) return send_apart(*group);
  for (const Waiting& read : group->reads) read.done(outcome.error());
}

void ReadCombiner::send_next() {
  GroupPtr next;
  {
    const std::lock_guard lock(mutex_);
    --under_way_;
    if (closed_ || under_way_ >= most_under_way) return;
    next = take_group();
    if (!next) return;
    ++under_way_;
    ++sending_;
    last_sent_ = Clock::now();
  }
  send(std::move(next));
  end_sending();
}

/// One of the reads is at fault, or they are too large together.
void ReadCombiner::send_apart(Group& group) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    ++sending_;
  }
  for (Waiting& read : group.reads) client_.read(std::move(read.txn), read.deadline, std::move(read.done));
  end_sending();
}

void ReadCombiner::end_sending() {
  const std::lock_guard lock(mutex_);
  if (--sending_ == 0) sent_.notify_all();
}

void ReadCombiner::close() {
  std::unique_lock lock(mutex_);
  closed_ = true;
  waiting_.clear();
  sent_.wait(lock, [this] { return sending_ == 0; });
}

}  // namespace tacit::store::etcd
