#include "http/io/worker.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <random>
#include <utility>

#include "http/log/log.hpp"
#include "http/tls/certificate_watch.hpp"
#include "store/api_keys/api_keys.hpp"
#include "store/secrets/opened_metadata.hpp"
#include "store/tenants/tenants.hpp"

namespace tacit::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds accept_pause{100};
/// How long TCP handshakes in progress may take before a listening socket is closed.
constexpr std::chrono::milliseconds closing_pause{100};

/// The monitors' connections on each thread. Monitors are few, and their requests are cheap.
constexpr std::size_t most_monitors = 64;
constexpr std::size_t most_monitors_of_address = 16;

/// The connection's whole life. It is destroyed on its own thread when this returns.
asio::awaitable<void> serve(std::unique_ptr<Connection> connection) { co_await connection->run(); }

/// Keeps uses that cannot be stored now for the next attempt.
asio::awaitable<void> store_uses(ServerState& server, std::vector<store::ApiKeyUse> uses) {
  std::vector<store::ApiKeyUse> kept = uses;
  const auto stored = co_await server.services.store.api_keys().record_uses(std::move(uses));
  if (stored) co_return;
  log(LogLine(LogLevel::warn, "last_uses_not_stored").field("reason", to_string(stored.error().code)));
  server.api_key_uses.gather(kept);
}

/// The completion handler of every coroutine: logs its exception.
void log_end(std::exception_ptr failure) {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    log(LogLine(LogLevel::error, "coroutine_failed").field("what", error.what()));
  } catch (...) {
    log(LogLine(LogLevel::error, "coroutine_failed"));
  }
}

}  // namespace

Worker::Worker(ServerState& server)
    : state_{.server = server,
             .sockets = sockets_,
             .authenticator = auth::Authenticator(server.services.store.api_keys(), server.services.issuers,
                                                  server.services.authentication),
             .tenant_rates = {
                 server.tenant_rate,
                 [&store = server.services.store](const crypto::Uuid& tenant) {
                   return store.tenants().limits_at_once(tenant);
                 },
                 [&store = server.services.store](crypto::Uuid tenant) { return store.tenants().limits(tenant); }},
             .access_sample = AccessSample(server.access_log_sample, std::random_device()())} {}

boost::system::result<tcp::endpoint> Worker::listen(const tcp::endpoint& endpoint, Plane plane, SharedTlsContext tls) {
  auto acceptor = listen_with_others(context_, endpoint);
  if (!acceptor) return acceptor.error();
  return add(Acceptor{std::move(*acceptor), plane, std::move(tls)});
}

boost::system::result<tcp::endpoint> Worker::share(int listening, Plane plane, SharedTlsContext tls) {
  auto acceptor = accept_from_inherited(context_, listening);
  if (!acceptor) return acceptor.error();
  return add(Acceptor{std::move(*acceptor), plane, std::move(tls), true});
}

/// Returns where it listens.
boost::system::result<tcp::endpoint> Worker::add(Acceptor listener) {
  error_code error;
  const tcp::endpoint bound = listener.acceptor.local_endpoint(error);
  if (error) return error;
  acceptors_.push_back(std::move(listener));
  return bound;
}

void Worker::run() {
  for (Acceptor& acceptor : acceptors_) asio::co_spawn(context_, accept_connections(acceptor), log_end);
  asio::co_spawn(context_, sweep(), log_end);
  for (;;) {
    try {
      context_.run();
      break;
    } catch (...) {
      log_end(std::current_exception());
    }
  }
  state_.access_log.flush();
  gather_api_key_uses();
  finished_.store(true);
}

void Worker::gather_api_key_uses() {
  if (!state_.api_key_uses.empty()) state_.server.api_key_uses.gather(state_.api_key_uses.take());
}

asio::awaitable<void> Worker::accept_connections(Acceptor& listener) {
  asio::steady_timer pause(context_);
  while (listener.acceptor.is_open()) {
    auto accepted = accept_one(listener.acceptor);
    if (accepted) {
      try {
        adopt(std::move(*accepted), listener);
      } catch (...) {
        log_end(std::current_exception());  // out of memory for this connection: there may be enough for the next
      }
      co_await asio::post(context_, asio::use_awaitable);  // the connections that are there come first
    } else if (accepted.error() == asio::error::would_block) {
      co_await listener.acceptor.async_wait(tcp::acceptor::wait_read, asio::as_tuple(asio::use_awaitable));
    } else if (accepted.error() != asio::error::connection_aborted) {
      // Out of descriptors or memory: other connections must end first, and retrying at once would spin.
      log(LogLine(LogLevel::error, "accept_failed").field("reason", accepted.error().message()));
      pause.expires_after(accept_pause);
      co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    }
  }
}

/// The admin plane refuses no connection, because a client that occupies all of them would blind monitors and make
/// balancers believe that the server is down. Instead the connection that has waited longest for a request is ended:
/// one of the same client, if its address has reached its limit.
void Worker::make_room_for_monitor(const asio::ip::address& client) {
  Connection* of_all = nullptr;
  Connection* of_client = nullptr;
  std::size_t all = 0;
  std::size_t clients = 0;
  for (Deadlined& each : monitors_) {
    auto& connection = static_cast<Connection&>(each);
    const auto since = connection.state.waiting_since();
    ++all;
    if (of_all == nullptr || since < of_all->state.waiting_since()) of_all = &connection;
    if (connection.peer.endpoint.address() != client) continue;
    ++clients;
    if (of_client == nullptr || since < of_client->state.waiting_since()) of_client = &connection;
  }
  const bool full = all >= most_monitors;
  Connection* const leaving = clients >= most_monitors_of_address ? of_client : full ? of_all : nullptr;
  if (leaving == nullptr) return;
  state_.counters.of(Plane::admin).connections_refused.add();
  log_refused_connection(state_, "too_many_connections", leaving->peer.endpoint);
  leaving->expired();
}

void Worker::adopt(Accepted accepted, const Acceptor& listener) {
  const tcp::endpoint& peer = accepted.peer;
  ConnectionLimits& limits = state_.server.limits(listener.plane);
  const bool told_later =
      listener.plane != Plane::admin && state_.server.balancers.proxy_protocol_from.contain(peer.address());
  std::optional<asio::ip::address> client;
  if (!told_later) client = unmapped(peer.address());
  PlaneCounters& counters = state_.counters.of(listener.plane);
  counters.connections_accepted.add();
  if (!limits.enter(client)) {
    counters.connections_refused.add();
    counters.connections_closed.add();
    return log_refused_connection(state_, "too_many_connections", peer);
  }
  std::unique_ptr<Connection> connection;
  try {
    connection = std::make_unique<Connection>(std::move(accepted.socket), peer, client, listener.plane,
                                              listener.tls.get(), state_);
  } catch (...) {
    limits.leave(client);
    counters.connections_closed.add();
    throw;
  }
  const bool is_monitor = listener.plane == Plane::admin;
  if (is_monitor) make_room_for_monitor(*client);
  (is_monitor ? monitors_ : connections_).push_back(*connection);
  asio::co_spawn(context_, serve(std::move(connection)), log_end);
}

/// The visitor may remove the connection from its list.
template <class Visit>
void Worker::for_each_connection(Visit visit) {
  for (DeadlineList* const list : {&connections_, &monitors_}) {
    for (auto next = list->begin(); next != list->end();) visit(static_cast<Connection&>(*next++));
  }
}

/// Runs while there are connections, or acceptors that may accept some.
asio::awaitable<void> Worker::sweep() {
  while (!draining_ || !connections_.empty() || !monitors_.empty()) {
    sweep_timer_.expires_after(sweep_interval);
    co_await sweep_timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    const auto now = Deadlined::Clock::now();
    for_each_connection([now](Connection& connection) { connection.sweep(now); });
    state_.date.refresh();
    store::forget_unused_metadata(now);
    state_.access_log.flush();
    gather_api_key_uses();
    auto uses = state_.server.api_key_uses.due(now);
    if (!uses.empty()) asio::co_spawn(context_, store_uses(state_.server, std::move(uses)), log_end);
    if (CertificateWatch* const watch = state_.server.services.certificates) watch->log_expired(now);
    came_round_.store(now.time_since_epoch(), std::memory_order_relaxed);
  }
}

bool Worker::stuck_for(Deadlined::Clock::duration most) const {
  const auto since = Deadlined::Clock::now().time_since_epoch() - came_round_.load(std::memory_order_relaxed);
  return since > most && !finished_.load();
}

/// Closing the socket would reset the connections that wait in its queue.
void Worker::take_waiting(Acceptor& listener) {
  for (auto accepted = accept_one(listener.acceptor); accepted; accepted = accept_one(listener.acceptor)) {
    adopt(std::move(*accepted), listener);
  }
}

void Worker::stop_accepting() {
  draining_ = true;
  for (Acceptor& listener : acceptors_) {
    if (!listener.acceptor.is_open()) continue;
    if (listener.shared) {
      leave_to_others(listener.acceptor);
    } else {
      take_waiting(listener);
      error_code ignored;
      listener.acceptor.close(ignored);
    }
  }
}

void Worker::use_certificates(Plane plane, SharedTlsContext tls) {
  asio::post(context_, [this, plane, tls = std::move(tls)] {
    for (Acceptor& listener : acceptors_) {
      if (listener.plane == plane) listener.tls = tls;
    }
  });
}

asio::awaitable<void> Worker::leave() {
  state_.last_input = Deadlined::Clock::now() + wind_down_patience;
  for (Acceptor& listener : acceptors_) {
    if (!listener.shared && listener.acceptor.is_open()) turn_away_new(listener.acceptor);
  }
  asio::steady_timer pause(context_, closing_pause);
  co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
  stop_accepting();
  for_each_connection([](Connection& connection) { connection.wind_down(); });
  sweep_timer_.cancel();
}

void Worker::change_tenant_rate(auth::Rate by_default) {
  asio::post(context_, [this, by_default] { state_.tenant_rates.change_default(by_default); });
}

void Worker::drain() {
  asio::post(context_, [this] {
    if (!std::exchange(leaving_, true)) asio::co_spawn(context_, leave(), log_end);
  });
}

void Worker::abort() {
  asio::post(context_, [this] {
    stop_accepting();
    for_each_connection([](Connection& connection) { connection.expired(); });
  });
}

}  // namespace tacit::http
