#include "http/io/server.hpp"

#include <pthread.h>

#include <limits>

#include "http/chain/rate_limits.hpp"
#include "http/io/worker.hpp"

namespace tacit::http {

using boost::asio::ip::tcp;

namespace {

using Clock = std::chrono::steady_clock;

/// The number of tenants' rates and of good credentials that are remembered: 1 MiB and half a MiB.
constexpr std::size_t tracked = 65'536;

}  // namespace

Server::Server(std::vector<Listener> listeners, const ServerOptions& options, const Services& services)
    : listeners_(std::move(listeners)),
      state_{.services = services,
             .timeouts = options.timeouts,
             .access_log = options.access_log,
             .api_connections = {options.max_connections, options.max_connections_per_address},
             .tool_connections = {options.max_connections, options.max_connections_per_address},
             .admin_connections = {std::numeric_limits<std::size_t>::max(), 0},
             .balancers = options.balancers,
             .tenant_rate = options.tenant_rate,
             .tenant_requests = {tracked, Clock::now(), longest_debt},
             .api_credentials = {{options.auth_failures, Clock::now()}, {options.issuer_questions, Clock::now()}},
             .tool_credentials = {{options.auth_failures, Clock::now()}, {options.issuer_questions, Clock::now()}},
             .good_credentials = auth::RecentCredentials(tracked, Clock::now()),
             .api_key_uses = auth::ApiKeyUseLog(Clock::now()),
             .access_log_sample = options.access_log_sample,
             .peers = options.peers} {
  state_.buffers.set_limit(options.peers.buffer_memory);
  for (const Listener& listener : listeners_) {
    note_expiry(listener.plane, listener.tls.get());
    if (listener.plane == Plane::tools) state_.client_trust.replace(ClientTrust::of(listener.tls.get()));
  }
}

Server::~Server() {
  if (threads_.empty()) return;
  drain();
  abort();
  for (std::thread& thread : threads_) thread.join();
}

namespace {

ServerError cannot_listen(const tcp::endpoint& endpoint, const boost::system::error_code& error) {
  return ServerError{"cannot listen on " + endpoint.address().to_string() + " port " + std::to_string(endpoint.port()) +
                     ": " + error.message()};
}

/// SO_REUSEPORT would let a second server, started by mistake, take half of the first one's connections. A bind without
/// it detects a process that already listens.
boost::system::error_code probe(const tcp::endpoint& endpoint) {
  boost::asio::io_context context(1);
  tcp::acceptor acceptor(context);
  boost::system::error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  return error;
}

}  // namespace

boost::system::result<std::unique_ptr<Server>, ServerError> Server::listen(std::vector<Listener> listeners,
                                                                           const ServerOptions& options,
                                                                           const Services& services) {
  for (const Listener& listener : listeners) {
    if (listener.inherited >= 0) continue;
    if (const auto error = probe(listener.endpoint)) return cannot_listen(listener.endpoint, error);
  }
  std::unique_ptr<Server> server(new Server(std::move(listeners), options, services));
  for (unsigned i = 0; i < options.threads; ++i) server->workers_.push_back(std::make_unique<Worker>(server->state_));
  for (const auto& worker : server->workers_) {
    for (Listener& listener : server->listeners_) {
      const auto bound = listener.inherited >= 0 ? worker->share(listener.inherited, listener.plane, listener.tls)
                                                 : worker->listen(listener.endpoint, listener.plane, listener.tls);
      if (!bound) return cannot_listen(listener.endpoint, bound.error());
      listener.endpoint = *bound;  // the first thread determines a port given as 0
    }
  }
  return server;
}

void Server::start() {
  for (const auto& worker : workers_) {
    const std::string name = "io-" + std::to_string(threads_.size());
    std::thread& thread = threads_.emplace_back(&Worker::run, worker.get());
    ::pthread_setname_np(thread.native_handle(), name.c_str());
  }
}

tcp::endpoint Server::endpoint(Plane plane) const {
  for (const Listener& listener : listeners_) {
    if (listener.plane == plane) return listener.endpoint;
  }
  return {};
}

void Server::change_limits(const ServerOptions& options) {
  state_.api_connections.change(options.max_connections, options.max_connections_per_address);
  state_.tool_connections.change(options.max_connections, options.max_connections_per_address);
  for (const Plane plane : {Plane::api, Plane::tools}) {
    state_.credentials(plane).failures.change(options.auth_failures);
    state_.credentials(plane).questions.change(options.issuer_questions);
  }
  for (const auto& worker : workers_) worker->change_tenant_rate(options.tenant_rate);
}

void Server::use_certificates(Plane plane, TlsContext tls) {
  const SharedTlsContext shared = std::move(tls);
  note_expiry(plane, shared.get());
  if (plane == Plane::tools) state_.client_trust.replace(ClientTrust::of(shared.get()));
  for (const auto& worker : workers_) worker->use_certificates(plane, shared);
  for (Listener& listener : listeners_) {
    if (listener.plane == plane) listener.tls = shared;
  }
}

SSL_CTX* Server::certificates(Plane plane) const {
  for (const Listener& listener : listeners_) {
    if (listener.plane == plane) return listener.tls.get();
  }
  return nullptr;
}

void Server::note_expiry(Plane plane, SSL_CTX* tls) {
  const auto expiry = http::certificate_expiry(tls);
  expiry_[static_cast<std::size_t>(plane)].store(expiry.value_or(0), std::memory_order_relaxed);
}

std::optional<std::int64_t> Server::certificate_expiry(Plane plane) const {
  const std::int64_t expiry = expiry_[static_cast<std::size_t>(plane)].load(std::memory_order_relaxed);
  return expiry != 0 ? std::optional(expiry) : std::nullopt;
}

void Server::add_counters(ThreadCounters& to) const {
  for (const auto& worker : workers_) to.add(worker->counters());
}

std::optional<std::size_t> Server::stuck_thread(std::chrono::steady_clock::duration most) const {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    if (workers_[i]->stuck_for(most)) return i;
  }
  return std::nullopt;
}

void Server::drain() {
  state_.draining.store(true);
  for (const auto& worker : workers_) worker->drain();
}

void Server::abort() {
  for (const auto& worker : workers_) worker->abort();
}

bool Server::finished_within(std::chrono::steady_clock::duration time) {
  const auto until = std::chrono::steady_clock::now() + time;
  for (;;) {
    const bool finished =
        std::all_of(workers_.begin(), workers_.end(), [](const auto& worker) { return worker->finished(); });
    if (finished || std::chrono::steady_clock::now() >= until) return finished;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

}  // namespace tacit::http
