// For tests with a commit in progress or a failing commit.
#pragma once

#include <lmdb.h>

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <condition_variable>
#include <mutex>

#include "test/unit/store/store_fixture.hpp"

namespace tacit::store::testing {

/// Holds the writer thread in its commits until it is let go, so that a queue can fill behind it.
class HeldCommits {
 public:
  int commit(MDB_txn* txn) {
    std::unique_lock lock(mutex_);
    ++commits_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
    if (code_ == MDB_SUCCESS) return mdb_txn_commit(txn);
    mdb_txn_abort(txn);
    return code_;
  }
  void hold() { set(true, code_); }
  void let_go() { set(false, code_); }
  void fail_with(int code) { set(held_, code); }
  void wait_for_commit(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return commits_ >= count; });
  }
  int commits() {
    const std::lock_guard lock(mutex_);
    return commits_;
  }
  std::function<int(MDB_txn*)> hook() {
    return [this](MDB_txn* txn) { return commit(txn); };
  }

 private:
  void set(bool held, int code) {
    const std::lock_guard lock(mutex_);
    held_ = held;
    code_ = code;
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool held_ = false;
  int code_ = MDB_SUCCESS;
  int commits_ = 0;
};

/// Starts operations on one context and keeps what they answer.
template <class T>
class Crowd {
 public:
  void start(boost::asio::awaitable<Outcome<T>> operation) {
    boost::asio::co_spawn(context_, std::move(operation), [this](std::exception_ptr error, Outcome<T> outcome) {
      BOOST_TEST(!error);
      outcomes_.push_back(std::move(outcome));
    });
  }
  /// Runs what can run without waiting.
  void poll() { context_.poll(); }
  void run() { context_.run(); }
  const std::vector<Outcome<T>>& outcomes() const { return outcomes_; }
  long count(std::optional<Errc> code) const {
    return std::ranges::count_if(outcomes_, [&](const auto& outcome) {
      return code ? !outcome && outcome.error().code == *code : outcome.has_value();
    });
  }

 private:
  boost::asio::io_context context_{1};
  std::vector<Outcome<T>> outcomes_;
};

}  // namespace tacit::store::testing
