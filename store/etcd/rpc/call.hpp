// A call that goes from endpoint to endpoint until one answers, its deadline passes, or it may not be repeated.
#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/client_context.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "store/etcd/rpc/channel_pool.hpp"
#include "store/etcd/rpc/completion_thread.hpp"
#include "store/etcd/rpc/etcd_client.hpp"
#include "store/etcd/rpc/rpc_error.hpp"
#include "store/etcd/rpc/work_in_flight.hpp"

namespace tacit::store::etcd {

/// What the calls of a client share.
struct CallSite {
  CompletionThread& completions;
  WorkInFlight& in_flight;
  ChannelPool& channels;
  std::chrono::milliseconds attempt;  ///< the longest attempt at one endpoint
};

struct CallRules {
  Clock::time_point deadline;
  Repeat repeat = Repeat::allowed;
  std::optional<std::size_t> only_endpoint{};
};

/// Begins on any thread, then lives on the completion thread. An attempt that may not be repeated is sent only over a
/// connection that stands, so that what fails before is certainly not applied.
class Call : public Step, public Work, public std::enable_shared_from_this<Call> {
 public:
  /// Its end is told on the completion thread, always.
  void start();

 protected:
  Call(const CallSite& site, const CallRules& rules)
      : site_(site), rules_(rules), tried_(site.channels.size(), false) {}

  /// Starts an attempt, with `context`, whose deadline is set; its operations have this call as their tag.
  virtual void send(Connection& connection, grpc::ClientContext& context) = 0;
  /// An operation of the attempt has ended. True: the attempt is over, and `status` is known.
  virtual bool advance(bool ok) = 0;
  virtual const grpc::Status& status() const = 0;
  /// Exactly one of these is called, once.
  virtual void succeed() = 0;
  virtual void fail(RpcFailure why) = 0;
  /// The member that was asked is behind the others: changes the request for the next attempt.
  virtual void on_behind() {}

  const CallSite& site() const { return site_; }
  grpc::ClientContext& context() { return *context_; }
  const std::string& endpoint_name() const { return site_.channels.name(endpoint_); }

 private:
  enum class State : std::uint8_t { starting, connecting, attempting, pausing, ending };

  void step(bool ok) final;
  void cancel() final;
  void begin_attempt();
  void connect();
  void attempt();
  void attempt_is_over();
  void try_elsewhere(RpcFailure why, bool endpoint_failed);
  void wake_at(State state, Clock::time_point when);
  void end_soon(RpcFailure why);
  void end();

  std::optional<std::size_t> next_endpoint(Clock::time_point now) const;
  Clock::duration attempt_time(Clock::time_point now) const;
  RpcFailure in_vain() const;

  const CallSite site_;
  const CallRules rules_;
  State state_ = State::starting;
  std::vector<bool> tried_;  ///< in this round of all endpoints
  std::size_t endpoint_ = 0;
  std::shared_ptr<Connection> connection_;
  Clock::time_point attempt_end_{};
  std::unique_ptr<grpc::ClientContext> context_;
  std::optional<grpc::Alarm> alarm_;   ///< most calls need none
  std::optional<RpcFailure> failure_;  ///< the last one
};

}  // namespace tacit::store::etcd
