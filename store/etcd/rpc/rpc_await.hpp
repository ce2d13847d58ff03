// Waits for an answer of etcd: in a coroutine, or by blocking a thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "store/engine/waiter.hpp"
#include "store/etcd/rpc/etcd_client.hpp"

namespace tacit::store::etcd {

/// Starts a call that gives its answer to `done`: for example a lambda that calls client->read. What it holds must not
/// be destroyed on the client's own thread, so it owns no EtcdClient.
template <class T>
using StartRpc = std::function<void(EtcdClient::Done<T> done)>;

namespace detail {

/// How much longer than the deadline is waited for the client's own answer, which says more.
inline constexpr std::chrono::milliseconds rpc_grace{100};

inline std::chrono::milliseconds rpc_wait(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  return std::max(left, std::chrono::milliseconds(0)) + rpc_grace;
}

/// Without an answer of the client's.
inline RpcFailure no_rpc_answer(RpcErrc code) {
  RpcFailure failure;
  failure.code = code;
  failure.text = "the client of etcd did not answer in time";
  return failure;
}

/// One answer for one thread.
template <class T>
class BlockingAnswer {
 public:
  void give(RpcOutcome<T> outcome) {
    const std::lock_guard lock(mutex_);
    outcome_.emplace(std::move(outcome));
    given_.notify_one();
  }
  RpcOutcome<T> wait_until(Clock::time_point latest, RpcErrc late) {
    std::unique_lock lock(mutex_);
    if (!given_.wait_until(lock, latest, [this] { return outcome_.has_value(); })) return no_rpc_answer(late);
    return std::move(*outcome_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable given_;
  std::optional<RpcOutcome<T>> outcome_;
};

}  // namespace detail

/// Starts the call and resumes on the awaiting coroutine's executor with its outcome. The coroutine owns the client, or
/// surely ends before it does. `late`: the code if the client does not answer; in_doubt for writes.
template <class T>
boost::asio::awaitable<RpcOutcome<T>> await_rpc(StartRpc<T> start, Clock::time_point deadline,
                                                RpcErrc late = RpcErrc::unreachable) {
  auto enlist = [&start](std::shared_ptr<Waiter<RpcOutcome<T>>> waiter) {
    start([waiter = std::move(waiter)](RpcOutcome<T> outcome) { waiter->answer(std::move(outcome)); });
  };
  std::optional<RpcOutcome<T>> outcome = co_await wait_for<RpcOutcome<T>>(enlist, detail::rpc_wait(deadline));
  if (!outcome) co_return detail::no_rpc_answer(late);
  co_return std::move(*outcome);
}

/// Starts the call and blocks until its outcome is there. Never on an io thread or in a callback of the client.
template <class T>
RpcOutcome<T> block_on_rpc(const StartRpc<T>& start, Clock::time_point deadline, RpcErrc late = RpcErrc::unreachable) {
  const auto answer = std::make_shared<detail::BlockingAnswer<T>>();
  start([answer](RpcOutcome<T> outcome) { answer->give(std::move(outcome)); });
  return answer->wait_until(Clock::now() + detail::rpc_wait(deadline), late);
}

/// EtcdClient::read, awaited. The client outlives the coroutine.
inline boost::asio::awaitable<RpcOutcome<ReadTxnResult>> await_read(EtcdClient& client, ReadTxn txn,
                                                                    Clock::time_point deadline) {
  StartRpc<ReadTxnResult> start = [&client, &txn, deadline](EtcdClient::Done<ReadTxnResult> done) {
    client.read(std::move(txn), deadline, std::move(done));
  };
  RpcOutcome<ReadTxnResult> outcome = co_await await_rpc<ReadTxnResult>(std::move(start), deadline);
  co_return outcome;
}

/// EtcdClient::write, awaited. The client outlives the coroutine.
inline boost::asio::awaitable<RpcOutcome<WriteTxnResult>> await_write(EtcdClient& client, WriteTxn txn,
                                                                      Clock::time_point deadline) {
  StartRpc<WriteTxnResult> start = [&client, &txn, deadline](EtcdClient::Done<WriteTxnResult> done) {
    client.write(std::move(txn), deadline, std::move(done));
  };
  RpcOutcome<WriteTxnResult> outcome =
      co_await await_rpc<WriteTxnResult>(std::move(start), deadline, RpcErrc::in_doubt);
  co_return outcome;
}

inline RpcOutcome<ReadTxnResult> read_now(EtcdClient& client, ReadTxn txn, Clock::time_point deadline) {
  const StartRpc<ReadTxnResult> start = [&client, &txn, deadline](EtcdClient::Done<ReadTxnResult> done) {
    client.read(std::move(txn), deadline, std::move(done));
  };
  return block_on_rpc<ReadTxnResult>(start, deadline);
}

inline RpcOutcome<WriteTxnResult> write_now(EtcdClient& client, WriteTxn txn, Clock::time_point deadline) {
  const StartRpc<WriteTxnResult> start = [&client, &txn, deadline](EtcdClient::Done<WriteTxnResult> done) {
    client.write(std::move(txn), deadline, std::move(done));
  };
  return block_on_rpc<WriteTxnResult>(start, deadline, RpcErrc::in_doubt);
}

inline RpcOutcome<std::int64_t> grant_lease_now(EtcdClient& client, std::chrono::seconds ttl,
                                                Clock::time_point deadline) {
  const StartRpc<std::int64_t> start = [&client, ttl, deadline](EtcdClient::Done<std::int64_t> done) {
    client.grant_lease(ttl, deadline, std::move(done));
  };
  return block_on_rpc<std::int64_t>(start, deadline);
}

inline RpcOutcome<std::chrono::seconds> keep_alive_now(EtcdClient& client, std::int64_t lease,
                                                       Clock::time_point deadline) {
  const StartRpc<std::chrono::seconds> start = [&client, lease, deadline](EtcdClient::Done<std::chrono::seconds> done) {
    client.keep_alive(lease, deadline, std::move(done));
  };
  return block_on_rpc<std::chrono::seconds>(start, deadline);
}

inline RpcOutcome<std::monostate> revoke_lease_now(EtcdClient& client, std::int64_t lease, Clock::time_point deadline) {
  const StartRpc<std::monostate> start = [&client, lease, deadline](EtcdClient::Done<std::monostate> done) {
    client.revoke_lease(lease, deadline, std::move(done));
  };
  return block_on_rpc<std::monostate>(start, deadline);
}

inline RpcOutcome<std::monostate> compact_now(EtcdClient& client, std::int64_t revision, Clock::time_point deadline) {
  const StartRpc<std::monostate> start = [&client, revision, deadline](EtcdClient::Done<std::monostate> done) {
    client.compact(revision, deadline, std::move(done));
  };
  return block_on_rpc<std::monostate>(start, deadline);
}

inline RpcOutcome<Status> status_now(EtcdClient& client, std::size_t endpoint, Clock::time_point deadline) {
  const StartRpc<Status> start = [&client, endpoint, deadline](EtcdClient::Done<Status> done) {
    client.status(endpoint, deadline, std::move(done));
  };
  return block_on_rpc<Status>(start, deadline);
}

inline RpcOutcome<Alarms> alarms_now(EtcdClient& client, Clock::time_point deadline) {
  const StartRpc<Alarms> start = [&client, deadline](EtcdClient::Done<Alarms> done) {
    client.alarms(deadline, std::move(done));
  };
  return block_on_rpc<Alarms>(start, deadline);
}

}  // namespace tacit::store::etcd
