// Short forms of calls for the tests of the client.
#pragma once

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/etcd/rpc/etcd_client.hpp"
#include "store/etcd/rpc/rpc_await.hpp"

namespace tacit::store::etcd::testing {

using std::chrono::milliseconds;
using std::chrono::seconds;

inline Clock::time_point in(Clock::duration time) { return Clock::now() + time; }

inline Bytes bytes(std::string_view text) {
  const ByteView view = crypto::as_bytes(text);
  return Bytes(view.begin(), view.end());
}

inline std::string text(const Bytes& bytes) { return std::string(crypto::as_text(bytes)); }

inline std::shared_ptr<EtcdClient> connect(EtcdConnection connection) {
  auto client = EtcdClient::create(std::move(connection));
  BOOST_REQUIRE_MESSAGE(client, client.error().text);
  return *client;
}

/// The value, or a failure of the test with the reason.
template <class T>
T value_of(RpcOutcome<T> outcome) {
  BOOST_REQUIRE_MESSAGE(outcome, "code " << static_cast<int>(outcome.error().code) << ": " << outcome.error().text);
  return std::move(*outcome);
}

inline ReadTxn reading(const std::string& key, std::int64_t revision = 0) {
  ReadTxn txn;
  txn.revision = revision;
  txn.ranges.push_back(Range{.key = bytes(key)});
  return txn;
}

inline WriteTxn putting(const std::string& key, const std::string& value) {
  WriteTxn txn;
  Put put;
  put.key = bytes(key);
  put.value = bytes(value);
  txn.changes.emplace_back(std::move(put));
  return txn;
}

inline Compare same_revision(const std::string& key, std::int64_t revision) {
  Compare compare;
  compare.key = bytes(key);
  compare.number = revision;
  return compare;
}

inline std::int64_t put(EtcdClient& client, const std::string& key, const std::string& value) {
  const WriteTxnResult result = value_of(write_now(client, putting(key, value), in(seconds(10))));
  BOOST_REQUIRE(result.applied);
  return result.revision;
}

/// std::nullopt: there is no such key.
inline std::optional<std::string> get(EtcdClient& client, const std::string& key, std::int64_t revision = 0) {
  const ReadTxnResult result = value_of(read_now(client, reading(key, revision), in(seconds(10))));
  BOOST_REQUIRE(result.ranges.size() == 1U);
  if (result.ranges[0].rows.empty()) return std::nullopt;
  return text(result.ranges[0].rows[0].value);
}

/// What a watch reported.
class WatchRecord {
 public:
  WatchHandlers handlers() {
    WatchHandlers handlers;
    handlers.events = [this](std::vector<WatchEvent> events, std::int64_t revision) {
      note([&] {
        for (WatchEvent& event : events) events_.push_back(std::move(event));
        events_revision_ = revision;
      });
    };
    handlers.progress = [this](std::int64_t revision) { note([&] { progress_ = revision; }); };
    handlers.ended = [this](RpcFailure why) {
      note([&] {
        ended_ = std::move(why);
        ++ends_;
      });
    };
    return handlers;
  }

  /// Waits until `condition` holds for this record; false after `patience`.
  bool wait(const std::function<bool(const WatchRecord&)>& condition, Clock::duration patience = seconds(15)) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return condition(*this); });
  }

  std::vector<WatchEvent> events_{};
  std::int64_t events_revision_ = 0;
  std::int64_t progress_ = 0;
  std::optional<RpcFailure> ended_{};
  int ends_ = 0;

 private:
  void note(const std::function<void()>& change) {
    const std::lock_guard lock(mutex_);
    change();
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace tacit::store::etcd::testing
