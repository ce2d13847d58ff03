#include "store/etcd/rpc/call.hpp"

#include <algorithm>
#include <utility>

#include "store/etcd/rpc/grpc_deadline.hpp"

namespace tacit::store::etcd {
namespace {

using std::chrono::milliseconds;

/// After all endpoints failed at once, as they do while a leader is elected.
constexpr milliseconds pause_between_rounds{50};
/// How long the end of a client may wait for a call that is connecting.
constexpr milliseconds connecting_step{100};
constexpr milliseconds shortest_attempt{100};

}  // namespace

void Call::start() {
  site_.in_flight.add(shared_from_this());
  begin_attempt();
}

std::optional<std::size_t> Call::next_endpoint(Clock::time_point now) const {
  if (!rules_.only_endpoint) return site_.channels.choice().next(tried_, now);
  if (tried_[*rules_.only_endpoint]) return std::nullopt;
  return rules_.only_endpoint;
}

/// A call that may be repeated leaves time for a second endpoint.
Clock::duration Call::attempt_time(Clock::time_point now) const {
  Clock::duration left = rules_.deadline - now;
  const bool others = !rules_.only_endpoint && tried_.size() > 1;
  if (rules_.repeat == Repeat::allowed && others) {
    left = std::min(left, std::max<Clock::duration>(left / 2, shortest_attempt));
  }
  return std::min<Clock::duration>(left, site_.attempt);
}

RpcFailure Call::in_vain() const {
  if (failure_) return *failure_;
  RpcFailure why;
  why.text = site_.in_flight.stopping() ? "the client of etcd is being closed" : "no endpoint of etcd answered in time";
  return why;
}

void Call::begin_attempt() {
  const Clock::time_point now = Clock::now();
  if (site_.in_flight.stopping() || now >= rules_.deadline) return end_soon(in_vain());
  const std::optional<std::size_t> endpoint = next_endpoint(now);
  if (!endpoint) {
    std::fill(tried_.begin(), tried_.end(), false);
    return wake_at(State::pausing, std::min(rules_.deadline, now + pause_between_rounds));
  }
  endpoint_ = *endpoint;
  tried_[endpoint_] = true;
  attempt_end_ = now + attempt_time(now);
  connection_ = site_.channels.connection(endpoint_);
  if (rules_.repeat == Repeat::never) return connect();
  attempt();
}

void Call::connect() {
  const grpc_connectivity_state connectivity = connection_->channel->GetState(true);
  if (connectivity == GRPC_CHANNEL_READY) return attempt();
  const Clock::time_point now = Clock::now();
  if (connectivity == GRPC_CHANNEL_TRANSIENT_FAILURE || connectivity == GRPC_CHANNEL_SHUTDOWN || now >= attempt_end_ ||
      site_.in_flight.stopping()) {
    return try_elsewhere(not_connected(endpoint_name()), true);
  }
  state_ = State::connecting;
  connection_->channel->NotifyOnStateChange(connectivity, grpc_deadline(std::min(attempt_end_, now + connecting_step)),
                                            &site_.completions.queue(), tag_of(*this));
}

void Call::attempt() {
  state_ = State::attempting;
  // The stream of the attempt before lies in its context's memory: it goes when this attempt's takes its place.
  const auto before = std::exchange(context_, std::make_unique<grpc::ClientContext>());
  context_->set_deadline(grpc_deadline(attempt_end_));
  // A member without a leader then says so at once. A write is better left to wait: it may be decided in time.
  if (rules_.repeat == Repeat::allowed && !rules_.only_endpoint) context_->AddMetadata("hasleader", "true");
  send(*connection_, *context_);
}

void Call::attempt_is_over() {
  if (status().ok()) {
    if (!rules_.only_endpoint) site_.channels.answered(endpoint_);
    const std::shared_ptr<Call> alive = shared_from_this();
    succeed();
    return site_.in_flight.remove(this);
  }
  const auto code = static_cast<GrpcCode>(status().error_code());
  RpcVerdict verdict = judge_failure(code, status().error_message(), rules_.repeat, endpoint_name());
  if (verdict.behind) on_behind();
  if (verdict.elsewhere) return try_elsewhere(std::move(verdict.failure), verdict.endpoint_failed);
  if (verdict.endpoint_failed && !site_.in_flight.stopping()) site_.channels.failed(endpoint_);
  failure_ = std::move(verdict.failure);
  end();
}

void Call::try_elsewhere(RpcFailure why, bool endpoint_failed) {
  if (endpoint_failed && !site_.in_flight.stopping()) site_.channels.failed(endpoint_);
  failure_ = std::move(why);
  begin_attempt();
}

void Call::wake_at(State state, Clock::time_point when) {
  state_ = state;
  alarm_.emplace();
  alarm_->Set(&site_.completions.queue(), grpc_deadline(when), tag_of(*this));
}

/// The caller's thread may be in `start`, and callbacks run on the completion thread alone.
void Call::end_soon(RpcFailure why) {
  failure_ = std::move(why);
  wake_at(State::ending, Clock::now());
}

void Call::end() {
  const std::shared_ptr<Call> alive = shared_from_this();
  fail(std::move(*failure_));
  site_.in_flight.remove(this);
}

void Call::step(bool ok) {
  switch (state_) {
    case State::starting:
      break;
    case State::connecting:
      return connect();
    case State::attempting:
      if (advance(ok)) attempt_is_over();
      break;
    case State::pausing:
      return begin_attempt();
    case State::ending:
      return end();
  }
}

void Call::cancel() {
  if (state_ == State::attempting) context_->TryCancel();
  if (state_ == State::pausing) alarm_->Cancel();
}

}  // namespace tacit::store::etcd
