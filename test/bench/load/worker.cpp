#include "test/bench/load/worker.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <stdexcept>

namespace tacit::bench {
namespace {

constexpr std::int64_t second = 1'000'000'000;
/// For the connections to be made, and for the last answers.
constexpr std::int64_t patience = 60 * second;

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::uint64_t share(std::uint64_t all, unsigned thread, unsigned threads) {
  return all / threads + (thread < all % threads ? 1 : 0);
}

}  // namespace

Worker::Worker(const LoadOptions& options, unsigned thread)
    : options_(options),
      thread_(thread),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      context_(make_context(options.certificate)),
      most_(share(options.most, thread, options.threads)) {
  if (options.mode == LoadOptions::Mode::handshakes) {
    SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_set_app_data(context_.get(), this);
    SSL_CTX_sess_set_new_cb(context_.get(), &Worker::keep_session);
  } else {
    requests_ = std::make_unique<Requests>(options.requests, options.host, options.order, thread, options.threads);
  }
  const std::uint64_t own = share(options.connections, thread, options.threads);
  for (std::uint64_t i = 0; i < own; ++i) {
    connections_.push_back(std::make_unique<Connection>(context_.get(), options.address, epoll_));
  }
}

Worker::~Worker() {
  connections_.clear();
  ::close(epoll_);
}

int Worker::keep_session(SSL* ssl, SSL_SESSION* session) {
  static_cast<Worker*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)))->session_.reset(session);
  return 1;
}

void Worker::wait(std::int64_t until) {
  const std::int64_t left = std::max<std::int64_t>(0, until - now());
  const timespec timeout{left / second, left % second};
  std::array<epoll_event, 256> events;
  const int count = ::epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
  for (int i = 0; i < count; ++i) {
    auto& connection = *static_cast<Connection*>(events[static_cast<std::size_t>(i)].data.ptr);
    handle(connection, connection.advance());
  }
}

void Worker::connect() {
  if (options_.mode == LoadOptions::Mode::handshakes) {
    if (options_.resume) get_session();
    return;
  }
  const std::int64_t deadline = now() + patience;
  // A few at a time: the server's queue of connections is bounded.
  for (std::size_t begun = 0; open_ < connections_.size();) {
    while (begun < connections_.size() && begun < open_ + 64) connections_[begun++]->begin();
    wait(now() + second);
    if (result_.failed != 0) throw std::runtime_error("the server ended a new connection");
    if (now() > deadline) throw std::runtime_error("the connections were not made in time");
  }
}

/// Full handshakes until the server has sent a ticket.
void Worker::get_session() {
  const std::int64_t deadline = now() + patience;
  Connection first(context_.get(), options_.address, epoll_);
  first.begin();
  while (!session_) {
    wait(now() + second);
    if (now() > deadline) throw std::runtime_error("the server sent no session ticket");
  }
  // Else OpenSSL lets a session of TLS 1.3 be resumed once.
  SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_OFF);
}

bool Worker::may_send() const {
  return running_ && !exhausted_ && (most_ == 0 ? options_.most == 0 : made_ < most_) &&
         (options_.most != 0 || now() < end_);
}

LoadResult Worker::run() {
  begin_ = now();
  end_ = begin_ + static_cast<std::int64_t>(options_.seconds * second);
  running_ = true;
  const bool at_rate = options_.mode == LoadOptions::Mode::rate;
  next_due_ = begin_;
  for (const auto& connection : connections_) {
    if (at_rate) {
      offer(*connection);
    } else {
      next_request(*connection);
    }
  }
  while (at_rate && now() < end_) {
    send_due();
    wait(std::min(next_due_, end_));
  }
  result_.unsent = due_.size();
  due_.clear();
  const std::int64_t last = std::max(end_, now()) + patience;
  while ((in_flight_ > 0 || may_send()) && now() < last) wait(std::min(last, now() + second / 10));
  running_ = false;
  result_.failed += in_flight_;
  result_.elapsed = static_cast<double>(now() - begin_) / second;
  return std::move(result_);
}

void Worker::send_due() {
  const double period = second * options_.threads / options_.rate;
  for (const std::int64_t time = now(); next_due_ <= time && next_due_ < end_;) {
    due_.push_back(next_due_);
    ++made_;
    next_due_ = begin_ + static_cast<std::int64_t>(period * static_cast<double>(made_));
  }
  while (!due_.empty() && !idle_.empty()) {
    Connection& connection = *idle_.back();
    idle_.pop_back();
    connection.listed = false;
    const std::int64_t due = due_.front();
    due_.pop_front();
    send(connection, due);
  }
}

void Worker::send(Connection& connection, std::int64_t due) {
  const std::string_view request = requests_->next();
  if (request.empty()) {
    exhausted_ = true;
    return;
  }
  connection.due = due;
  ++in_flight_;
  handle(connection, connection.send(request, now()));
}

void Worker::next_request(Connection& connection) {
  if (options_.mode == LoadOptions::Mode::handshakes) return again(connection);
  if (!may_send()) return;
  ++made_;
  send(connection, now());
}

/// A new connection, for handshakes.
void Worker::again(Connection& connection) {
  if (!may_send()) return connection.drop();
  ++made_;
  ++in_flight_;
  connection.due = now();
  connection.begin(options_.resume ? session_.get() : nullptr);
}

void Worker::handle(Connection& connection, Connection::Event event) {
  const bool handshakes = options_.mode == LoadOptions::Mode::handshakes;
  switch (event) {
    case Connection::Event::none:
      return;
    case Connection::Event::connected:
      ++open_;
      if (!running_) return;
      if (handshakes) {
        if (connection.resumed()) ++result_.resumed;
        result_.times.add((now() - connection.due) / 1000);
        return handle(connection, connection.finish());
      }
      if (options_.mode == LoadOptions::Mode::rate) return offer(connection);
      return next_request(connection);
    case Connection::Event::answered:
      return answered(connection);
    case Connection::Event::closed:
      if (!running_) return;
      if (!handshakes) return connection.begin();
      --in_flight_;
      ++result_.answered;
      return again(connection);
    case Connection::Event::failed:
      ++result_.failed;
      if (!running_) return;
      if (connection.busy || handshakes) --in_flight_;
      connection.busy = false;
      if (handshakes) return again(connection);
      return connection.begin();
  }
}

/// At a rate: the connection is free. One that its server closed while it was idle is in the list already.
void Worker::offer(Connection& connection) {
  if (connection.busy || connection.listed) return;
  connection.listed = true;
  idle_.push_back(&connection);
}

void Worker::answered(Connection& connection) {
  const std::int64_t time = now();
  --in_flight_;
  connection.busy = false;
  const int status = connection.status();
  if (status >= 200 && status < 300) {
    ++result_.answered;
    result_.times.add((time - connection.due) / 1000);
  } else if (status == 429 || status == 503) {
    ++result_.refused;
    result_.refusals.add((time - connection.sent) / 1000);
  } else {
    ++result_.failed;
    result_.unexpected = status;
  }
  if (connection.closes()) return connection.begin();
  if (options_.mode == LoadOptions::Mode::rate) return offer(connection);
  if (options_.mode == LoadOptions::Mode::closed) next_request(connection);
}

}  // namespace tacit::bench
