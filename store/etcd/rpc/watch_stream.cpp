#include "store/etcd/rpc/watch_stream.hpp"

#include <algorithm>
#include <utility>

#include "store/etcd/rpc/conversions.hpp"
#include "store/etcd/rpc/grpc_deadline.hpp"

namespace tacit::store::etcd {

WatchStream::WatchStream(const CallSite& site, const Range& range, std::int64_t revision, WatchHandlers handlers)
    : site_(site), create_(to_request(range, revision, handlers.wants_previous)), handlers_(std::move(handlers)) {
  progress_.mutable_progress_request();
  // etcd ends the stream of a member that has no leader, which would report nothing for as long.
  context_.AddMetadata("hasleader", "true");
}

void WatchStream::start() {
  site_.in_flight.add(shared_from_this());
  endpoint_ = site_.channels.choice().current(Clock::now());
  connection_ = site_.channels.connection(endpoint_);
  const std::lock_guard lock(state_);
  pending_ = 2;
  stream_ = connection_->watch->PrepareAsyncWatch(&context_, &site_.completions.queue());
  stream_->StartCall(tag_of(start_tag_));
  // A stream has no deadline: until the watch is made this is one, afterwards the keep-alive pings find a dead server.
  alarm_.Set(&site_.completions.queue(), grpc_deadline(Clock::now() + site_.attempt), tag_of(timeout_tag_));
  if (site_.in_flight.stopping()) close_locked();
}

void WatchStream::request_progress() {
  const std::lock_guard lock(state_);
  progress_wanted_ = true;
  write_next();
}

void WatchStream::detach() {
  if (site_.completions.is_this_thread()) {
    detached_ = true;  // by a handler, or between two
  } else {
    const std::lock_guard lock(handling_);
    detached_ = true;
  }
  close();
}

void WatchStream::cancel() { close(); }

void WatchStream::close() {
  const std::lock_guard lock(state_);
  close_locked();
}

void WatchStream::close_locked() {
  if (closing_) return;
  closing_ = true;
  open_ = false;
  // Ended already, if gRPC has nothing of it.
  if (pending_ == 0) return;
  context_.TryCancel();
  alarm_.Cancel();
}

/// Of the operations that write, gRPC takes one at a time.
void WatchStream::write_next() {
  if (!open_ || writing_ || !progress_wanted_) return;
  progress_wanted_ = false;
  writing_ = true;
  ++pending_;
  stream_->Write(progress_, tag_of(write_tag_));
}

void WatchStream::read_next() {
  if (closing_) return;
  ++pending_;
  stream_->Read(&response_, tag_of(read_tag_));
}

void WatchStream::started() {
  const std::lock_guard lock(state_);
  if (closing_) return;
  writing_ = true;
  ++pending_;
  stream_->Write(create_, tag_of(write_tag_));
  read_next();
}

void WatchStream::ended(Operation operation, bool ok) {
  const std::shared_ptr<WatchStream> alive = shared_from_this();
  if (operation == Operation::finish) return report_end();
  if (operation == Operation::create_timeout) {
    if (ok && !created_) close();
  } else if (!ok) {
    close();
  } else if (operation == Operation::start) {
    started();
  } else if (operation == Operation::read) {
    received();
  } else if (operation == Operation::write) {
    const std::lock_guard lock(state_);
    writing_ = false;
    open_ = open_ || !closing_;
    write_next();
  }
  {
    const std::lock_guard lock(state_);
    --pending_;
  }
  finish_if_idle();
}

void WatchStream::received() {
  handle();
  const std::lock_guard lock(state_);
  read_next();
}

template <class Function>
void WatchStream::with_handlers(Function function) {
  const std::lock_guard lock(handling_);
  if (!detached_) function();
}

void WatchStream::refuse(RpcFailure why) {
  why_ = std::move(why);
  close();
}

void WatchStream::handle() {
  const std::string& endpoint = site_.channels.name(endpoint_);
  if (response_.canceled() || response_.compact_revision() != 0) {
    if (response_.compact_revision() == 0) {
      return refuse(judge_failure(GrpcCode::unavailable, response_.cancel_reason(), Repeat::allowed, endpoint).failure);
    }
    RpcFailure compacted;
    compacted.code = RpcErrc::compacted;
    compacted.text = endpoint + ": the history begins at revision " + std::to_string(response_.compact_revision());
    return refuse(std::move(compacted));
  }
  if (response_.created()) {
    created_ = true;
    site_.channels.answered(endpoint_);
    alarm_.Cancel();
    return;
  }
  if (response_.events_size() > 0) return handle_events();
  // Only sent when all events up to that revision have been.
  with_handlers([this] { handlers_.progress(response_.header().revision()); });
}

/// The answer's own revision is the member's newest, which may be far ahead of the events when a watch catches up; a
/// fragment may end within a revision. So the last event's counts.
void WatchStream::handle_events() {
  std::vector<WatchEvent> events;
  events.reserve(static_cast<std::size_t>(response_.events_size()));
  std::int64_t revision = 0;
  for (etcdserverpb::Event& event : *response_.mutable_events()) {
    events.push_back(to_event(std::move(event)));
    revision = std::max(revision, events.back().mod_revision);
  }
  if (response_.fragment()) --revision;
  with_handlers([this, &events, revision] { handlers_.events(std::move(events), revision); });
}

void WatchStream::finish_if_idle() {
  const std::lock_guard lock(state_);
  if (!closing_ || pending_ > 0 || finishing_) return;
  finishing_ = true;
  ++pending_;
  stream_->Finish(&status_, tag_of(finish_tag_));
}

void WatchStream::report_end() {
  {
    const std::lock_guard lock(state_);
    --pending_;
  }
  const std::string& endpoint = site_.channels.name(endpoint_);
  if (!why_) {
    const auto code = created_ ? static_cast<GrpcCode>(status_.error_code()) : GrpcCode::unavailable;
    const std::string text = status_.ok() ? "the stream ended" : status_.error_message();
    why_ = judge_failure(code, text, Repeat::allowed, endpoint).failure;
  }
  with_handlers([this] {
    if (why_->code == RpcErrc::unreachable && !site_.in_flight.stopping()) site_.channels.failed(endpoint_);
    handlers_.ended(std::move(*why_));
  });
  site_.in_flight.remove(this);
}

}  // namespace tacit::store::etcd
