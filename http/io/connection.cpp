#include "http/io/connection.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <cstring>
#include <ctime>
#include <random>

#include "http/api/routes.hpp"
#include "http/chain/rate_limits.hpp"
#include "http/client_certificates/client_identity.hpp"
#include "http/client_certificates/client_trust.hpp"
#include "http/io/access_line.hpp"
#include "http/io/response_writer.hpp"
#include "http/log/log.hpp"
#include "http/tls/plain_http.hpp"
#include "http/wire/head_lines.hpp"

namespace tacit::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// Behind a head there is at least that much room in the input: a chunked body is read there.
constexpr std::size_t least_body_room = 512;
/// Buffers that a large message has grown beyond this are given back after it; what is smaller, when the connection
/// rests.
constexpr std::size_t kept_buffer_size = 16 * 1024;
constexpr std::size_t kept_input_size = 16 * 1024;
/// A body up to this size goes out in one piece with its head: one TLS record, one system call.
constexpr std::size_t joined_body_size = 15 * 1024;
/// The first part of a longer answer goes out in small TLS records: a client can use a record once it has all of it,
/// and a slow one gets 4 KiB sooner than 16.
constexpr std::size_t slow_start_size = 64 * 1024;
constexpr std::size_t slow_start_record = 4 * 1024;
constexpr std::chrono::seconds close_time{1};
/// How long a draining server waits for the first request of a connection that has just been made.
constexpr std::chrono::seconds first_request_patience{2};
/// On the admin plane: how long a connection may be idle. One that asks every five seconds is kept.
constexpr std::chrono::seconds monitor_idle_time{7};
/// A connection that is idle for so long gives its buffers back, or ends if it is old. Not after each request: giving
/// them back costs a busy connection a tenth of its time.
constexpr std::chrono::seconds rest_after{2};

/// Without the port if that is 0, for it is not known then.
std::string text_of(const asio::ip::address& address, std::uint16_t port) {
  const std::string text = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
  return port == 0 ? text : text + ":" + std::to_string(port);
}

std::uint32_t any_number() {
  thread_local std::mt19937 random{std::random_device{}()};
  return static_cast<std::uint32_t>(random());
}

void shrink(crypto::WipedBytes& buffer) {
  if (buffer.capacity() > kept_buffer_size) {
    buffer = crypto::WipedBytes();
  } else {
    buffer.clear();
  }
}

/// To exactly that size: growing by itself would double the block.
void grow(crypto::WipedBytes& buffer, std::size_t size) {
  buffer.reserve(size);
  buffer.resize(size);
}

}  // namespace

Connection::Connection(tcp::socket socket, tcp::endpoint peer, std::optional<asio::ip::address> client, Plane plane,
                       SSL_CTX* tls, ThreadState& thread)
    : thread_(thread),
      peer_(unmapped(peer.address()), peer.port()),
      counted_(std::move(client)),
      peer_text_(text_of(peer_.address(), peer_.port())),
      stream_(std::move(socket), tls),
      lifetime_(thread.server.lifetime(plane), waiting_since_, any_number()),
      buffered_(thread.buffers),
      input_(first_input_size),
      exchange_{thread.server.services, plane, {}, peer_text_, {}, {}, nullptr, {}, {}, body_, {}, {}} {
  exchange_.client = peer_.address();
  exchange_.watch = this;
}

Connection::~Connection() {
  if (counted_in_) counters().requests_ended.add();
  counters().connections_closed.add();
  thread_.server.limits(exchange_.plane).leave(counted_);
}

void Connection::expired() {
  unlink();
  phase_ = Phase::over;
  stream_.close();
}

void Connection::wind_down() {
  expire_by(thread_.last_input);
  // A request that has arrived is read and answered: to close now would lose it.
  if (phase_ != Phase::idle || stream_.has_input()) return;
  // So it would that of who has connected, and is about to ask.
  const auto until = waiting_since_ + first_request_patience;
  if (!asked_ && until > Clock::now()) return expire_by(until);
  stream_.send_close();
  expired();
}

void Connection::rest(Clock::time_point now) {
  if (phase_ != Phase::idle || now - waiting_since_ < rest_after) return;
  if (lifetime_.is_old(now) && !stream_.has_input()) {
    count(Ended::age);
    stream_.send_close();
    return expired();
  }
  if (resting_) return;
  resting_ = true;
  stream_.release_buffers();
  if (input_.capacity() > first_input_size) input_ = crypto::WipedBytes(first_input_size);  // idle, so it is empty
  for (crypto::WipedBytes* const buffer : {&body_, &output_, &exchange_.response.body}) {
    if (buffer->capacity() > first_input_size) *buffer = crypto::WipedBytes();
  }
  buffered_.set(input_.capacity() - first_input_size);
}

asio::awaitable<void> Connection::run() {
  await_input(thread_.server.timeouts.handshake);  // and what a balancer says before it
  bool secure = co_await learn_client();
  if (secure) secure = co_await handshake();
  bool open = secure;
  while (open) {
    const Head head = co_await read_head();
    if (head == Head::ended) break;
    const bool turn_is_over = stream_.begin_request();
    open = co_await serve_request();
    // Its client may have sent the next ones already, and many of them.
    if (open && turn_is_over) co_await stream_.wait(TlsStream::Status::yield);
    open = open && phase_ != Phase::over;
  }
  if (secure && stream_.flooded()) end_flood();
  if (secure && phase_ != Phase::over) co_await close_gently();
}

/// Takes the header of the PROXY protocol off the socket, and not a byte of what follows it: that is TLS's to read.
asio::awaitable<bool> Connection::learn_client() {
  if (counted_) co_return true;
  ProxyHeader header{ProxyHeader::State::incomplete};
  std::size_t taken = 0;
  while (header.state == ProxyHeader::State::incomplete) {
    const TlsStream::Result result = stream_.peek(input_.span().subspan(taken));
    if (result.must_wait()) {
      const auto [error] = co_await stream_.wait(result.status);
      if (error || phase_ == Phase::over) co_return false;
      continue;
    }
    if (result.status != TlsStream::Status::done) co_return false;
    const std::size_t have = taken + result.size;
    header = parse_proxy_header(input_.view().first(have));
    const std::size_t used = header.state == ProxyHeader::State::complete ? header.size : have;
    stream_.skip(used - taken);
    taken = used;
  }
  co_return take_client(header);
}

bool Connection::take_client(const ProxyHeader& header) {
  if (header.state != ProxyHeader::State::complete) {
    counters().connections_refused.add();
    log_refused_connection(thread_, "proxy_header_refused", peer_);
    return false;
  }
  if (header.client) {
    peer_ = *header.client;
    peer_text_ = text_of(peer_.address(), peer_.port());
    exchange_.peer = peer_text_;
    exchange_.client = peer_.address();
  }
  if (!thread_.server.limits(exchange_.plane).name(peer_.address())) {
    counters().connections_refused.add();
    log_refused_connection(thread_, "too_many_connections", peer_);
    return false;
  }
  counted_ = peer_.address();
  return true;
}

/// The client of TLS speaks first. What it says is looked at before OpenSSL does, which has no words for plain HTTP.
/// False if there is nothing to shake hands with; then it was dealt with.
asio::awaitable<bool> Connection::await_first_bytes() {
  const auto head = input_.span().first(longest_first_word);
  TlsStream::Result result = stream_.peek(head);
  while (result.must_wait()) {
    const auto [error] = co_await stream_.wait(result.status);
    if (error || phase_ == Phase::over) break;
    result = stream_.peek(head);
  }
  if (result.status != TlsStream::Status::done) {
    count(Handshake::abandoned);
    co_return false;
  }
  const FirstBytes first = classify(crypto::as_text(crypto::ByteView(head.first(result.size))));
  if (first == FirstBytes::tls) co_return true;
  count(Handshake::failed);
  co_await answer_without_tls();
  co_return false;
}

/// What does not speak TLS: HTTP is answered, anything else just ended. Either is logged.
asio::awaitable<void> Connection::answer_without_tls() {
  stream_.become_plain();
  FirstBytes first = FirstBytes::undecided;
  while (first == FirstBytes::undecided && filled_ < input_.size()) {
    const TlsStream::Result result = stream_.read_some(input_.span().subspan(filled_));
    if (result.must_wait()) {
      const auto [error] = co_await stream_.wait(result.status);
      if (error || phase_ == Phase::over) co_return;
    } else if (result.status != TlsStream::Status::done) {
      co_return;  // less than a word: a client that leaves here has asked nothing
    } else {
      filled_ += result.size;
      first = classify({reinterpret_cast<const char*>(input_.data()), filled_});
    }
  }
  if (first != FirstBytes::http) {
    fail_handshake(first == FirstBytes::proxy_header ? proxy_header_fault() : not_tls_fault());
    co_return;
  }
  fail_handshake(plain_http_fault());
  const auto started = Clock::now();
  exchange_.head.is_head = crypto::as_text(input_.view()).starts_with("HEAD ");
  exchange_.request_id = request_ids_.take({});
  answer(exchange_, Problem::plain_http);
  const bool written = co_await write_answer(false);
  thread_.counters.answered(exchange_, Clock::now() - started);
  used_ = filled_;
  forget_request();
  if (written && phase_ != Phase::over) co_await close_gently();
}

asio::awaitable<bool> Connection::handshake() {
  if (stream_.ssl() == nullptr) co_return true;
  const bool is_tls = co_await await_first_bytes();
  if (!is_tls) co_return false;
  TlsStream::Result result = stream_.handshake();
  while (result.must_wait()) {
    const auto [error] = co_await stream_.wait(result.status);
    if (error || phase_ == Phase::over) {
      count(Handshake::abandoned);
      co_return false;
    }
    result = stream_.handshake();
  }
  if (result.status != TlsStream::Status::done) {
    count(result.status == TlsStream::Status::closed ? Handshake::abandoned : Handshake::failed);
    // A client that just leaves, as a balancer does that checks whether the port is open, has done nothing wrong.
    if (result.status == TlsStream::Status::failed) fail_handshake(fault_of_stream());
    co_return false;
  }
  count(SSL_session_reused(stream_.ssl()) == 1 ? Handshake::resumed : Handshake::full);
  take_identity();
  co_return true;
}

const HandshakeFault& Connection::fault_of_stream() const {
  if (stream_.is_ssl2()) return not_tls_fault();
  if (stream_.flooded()) return handshake_too_long_fault();
  return fault_of_handshake(stream_.ssl(), stream_.failure());
}

/// A client that sends records without end that say nothing is not told why.
void Connection::end_flood() {
  count(Ended::flood);
  log_refused_connection(thread_, "tls_flood", peer_);
  expired();
}

void Connection::fail_handshake(const HandshakeFault& fault) {
  const std::string presented =
      ClientTrust::take_refused();  // taken though it may not be logged, or another would be it
  const LogLevel level = fault.of_client ? LogLevel::warn : LogLevel::info;
  if (!log_enabled(level)) return;
  const auto left_out = thread_.server.handshakes(exchange_.plane).admit(exchange_.client, fault.code, Clock::now());
  if (!left_out) return;
  LogLine line(level, "handshake_failed");
  line.field("plane", name_of(exchange_.plane)).field("peer", peer_text_).field("reason", fault.text);
  if (!presented.empty()) line.field("certificate", presented);
  if (*left_out > 0) line.field("left_out", *left_out);
  log(line);
}

void Connection::take_identity() {
  const auto trust = ClientTrust::of(SSL_get_SSL_CTX(stream_.ssl()));
  judged_by_ = trust ? trust->number() : 0;
  // Not there if a session was resumed: then the chain is judged at the first request.
  const STACK_OF(X509)* const chain = SSL_get0_verified_chain(stream_.ssl());
  if (chain != nullptr) certificate_validity_ = CertificateValidity::of_chain(chain);
  if (chain == nullptr) judged_by_ = 0;
  ClientIdentity identity = client_identity(stream_.ssl());
  tool_identity_ = std::move(identity.name);
  ambiguous_ = identity.ambiguous;
  exchange_.tool_identity = tool_identity_;
  if (!ambiguous_) return;
  const auto left_out = thread_.server.handshakes(exchange_.plane).admit(exchange_.client, "ambiguous", Clock::now());
  if (!left_out) return;
  LogLine line(LogLevel::warn, "identity_refused");
  line.field("peer", peer_text_)
      .field("reason",
             "the client's certificate has several URI names, or several common names; exactly one is allowed");
  line.field("certificate", presented_name(stream_.ssl())).field("identity", tool_identity_);
  log(line);
}

/// What is trusted may have changed since the certificate was judged, and its time may be up.
void Connection::judge_certificate() {
  exchange_.certificate_fault = ambiguous_ ? std::string_view("identity_ambiguous") : certificate_fault_;
  if (exchange_.plane != Plane::tools || stream_.ssl() == nullptr) return;
  const auto trust = judged_by_ != thread_.server.client_trust.number() ? thread_.server.client_trust.get() : nullptr;
  if (trust) {
    const int error = trust->judge(stream_.ssl(), &certificate_validity_);
    judged_by_ = trust->number();
    certificate_fault_ = error == X509_V_OK ? std::string_view() : fault_of_certificate(error).code;
  }
  std::string_view fault = certificate_fault_;
  if (fault.empty()) fault = certificate_validity_.fault_at(std::time(nullptr));
  if (!fault.empty()) exchange_.certificate_fault = fault;
}

/// One empty line before a request is passed over (RFC 9112 section 2.2): some clients send one after a body.
void Connection::skip_empty_line() {
  if (empty_line_skipped_ || filled_ < 2 || input_.data()[0] != '\r' || input_.data()[1] != '\n') return;
  empty_line_skipped_ = true;
  filled_ -= 2;
  std::memmove(input_.data(), input_.data() + 2, filled_);
  if (filled_ == 0) become_idle();
}

void Connection::become_idle() {
  phase_ = Phase::idle;
  waiting_since_ = Clock::now();
  resting_ = false;
  const bool draining = thread_.server.draining.load(std::memory_order_relaxed);
  std::chrono::seconds time = draining ? first_request_patience : thread_.server.timeouts.idle;
  if (exchange_.plane == Plane::admin) time = std::min(time, monitor_idle_time);
  await_input(time);
}

/// False if there is no memory for it.
bool Connection::grow_input() {
  static_assert(first_input_size >= max_proxy_header_size);
  const std::size_t size = std::min(2 * input_.size(), max_head_size + first_input_size);
  const auto share = exchange_.plane == Plane::tools ? BufferShare::tools : BufferShare::api_heads;
  if (exchange_.plane != Plane::admin && thread_.buffers.lacks(size, share)) return false;
  grow(input_, size);
  charge_buffers();
  return true;
}

asio::awaitable<Connection::Head> Connection::read_head() {
  std::size_t searched = 0;
  empty_line_skipped_ = false;
  become_idle();
  for (;;) {
    skip_empty_line();
    scan_ = scan_head({reinterpret_cast<const char*>(input_.data()), filled_}, searched);
    if (filled_ > 0 && phase_ == Phase::idle) become_busy();
    if (scan_.state == HeadScan::State::complete) co_return Head::complete;
    if (scan_.state == HeadScan::State::refused) co_return Head::refused;
    searched = filled_;
    const bool unwanted = asked_ && thread_.server.draining.load(std::memory_order_relaxed);
    if (phase_ == Phase::idle && unwanted && !stream_.has_input()) co_return Head::ended;
    if (filled_ == input_.size() && !grow_input()) {
      scan_.state = HeadScan::State::refused;
      scan_.problem = Problem::memory_short;
      co_return Head::refused;
    }
    // Between requests there is nearly never something to read yet: waiting first saves a system call.
    TlsStream::Result result{TlsStream::Status::want_read};
    if (filled_ > 0 || stream_.has_buffered()) result = stream_.read_some(input_.span().subspan(filled_));
    while (result.must_wait()) {
      const auto [error] = co_await stream_.wait(result.status);
      if (error || phase_ == Phase::over) co_return Head::ended;
      result = stream_.read_some(input_.span().subspan(filled_));
    }
    if (result.status != TlsStream::Status::done) co_return Head::ended;
    filled_ += result.size;
  }
}

void Connection::begin_exchange() {
  exchange_.head = RequestHead();
  exchange_.peer = peer_text_;  // until the request says whose it is: the one before it may have been another client's
  exchange_.client = peer_.address();
  exchange_.route = nullptr;
  exchange_.path_id = {};
  exchange_.principal = auth::Principal();
  exchange_.issuer_to_ask = false;
  exchange_.problem.reset();
  exchange_.released = 0;
  exchange_.note.clear();
  exchange_.response.status = 200;
  exchange_.response.content_type = "application/json";
  exchange_.response.headers.clear();
  exchange_.response.close = false;
  exchange_.response.rest.reset();
  exchange_.response.streamed = 0;
  exchange_.rows_read = 0;
  exchange_.abandoned = false;
}

/// Whose the request is, where whoever sent it may speak for others. False if it says so in words that cannot be
/// understood.
bool Connection::find_forwarded_client() {
  const Balancers& balancers = thread_.server.balancers;
  if (exchange_.plane == Plane::admin || !balancers.forwarded_from.contain(peer_.address())) return true;
  const bool standard = balancers.forwarded_field == ForwardedField::forwarded;
  const auto& lines = standard ? exchange_.head.forwarded : exchange_.head.forwarded_for;
  if (lines.empty()) return true;
  const auto client = forwarded_client(peer_.address(), lines, balancers.forwarded_field, balancers.forwarded_from);
  if (!client) {
    exchange_.note =
        standard ? "The field Forwarded, which proxies before this server write, is not well-formed (RFC 7239), "
                   "or names a hop by something else than an IP address, unknown or an identifier in _."
                 : "The field X-Forwarded-For, which proxies before this server write, names a hop by something "
                   "else than an IP address, unknown or an identifier in _.";
    return false;
  }
  if (client->address == peer_.address()) return true;
  forwarded_text_ = text_of(client->address, client->port);
  exchange_.peer = forwarded_text_;
  exchange_.client = client->address;
  return true;
}

/// Whether clients are asked to come again on another connection, which a balancer will bring to another server: from
/// the moment on that this one knows that it will end, so that at its end there is hardly a connection left to close.
bool Connection::is_leaving() const {
  const std::atomic<bool>* const stopping = exchange_.services.stopping;
  return thread_.server.draining.load(std::memory_order_relaxed) ||
         (stopping != nullptr && stopping->load(std::memory_order_relaxed));
}

asio::awaitable<bool> Connection::serve_request() {
  const auto started = Clock::now();
  counters().requests_begun.add();
  counted_in_ = true;
  asked_ = true;
  begin_exchange();
  judge_certificate();
  std::optional<Problem> framing;
  if (scan_.state == HeadScan::State::refused) {
    framing = scan_.problem;
    used_ = filled_;
    const std::string_view begun(reinterpret_cast<const char*>(input_.data()), filled_);
    if (framing == Problem::malformed_request) exchange_.note = line_fault(begun);
  } else {
    // Before there are views into it.
    hide_proxy_connection(input_.span().first(scan_.size));
    if (input_.size() - scan_.size < least_body_room) grow(input_, scan_.size + least_body_room);
    framing = parse_head({reinterpret_cast<const char*>(input_.data()), scan_.size}, exchange_.head, exchange_.note);
    used_ = scan_.size;
  }
  if (!framing && !find_forwarded_client()) framing = Problem::malformed_request;
  if (framing) {
    exchange_.head.content_length = 0;
    exchange_.head.chunked = false;
    exchange_.head.traceparent = {};
  }
  exchange_.request_id = request_ids_.take(framing ? std::string_view{} : exchange_.head.request_id);

  expire_never();  // the chain sets deadlines for what it waits for on this connection
  const bool answerable = co_await run_chain(exchange_, thread_, *this, framing);
  bool keep_alive = false;
  if (exchange_.abandoned) {
    give_up();
  } else if (answerable) {
    keep_alive = exchange_.head.keep_alive && !exchange_.response.close && !framing && !is_leaving() &&
                 !has_served_its_time(started);
    const bool written = co_await write_answer(keep_alive);
    keep_alive = keep_alive && written;
  } else {
    exchange_.response.status = 408;  // for the log: the client left, or its body did not come in time
    exchange_.note = "body_incomplete";
  }
  end_request(started, keep_alive);
  // Nothing after it will be served. What was received of an unread body is wiped now: the client may take its time to
  // close.
  if (!keep_alive) used_ = filled_;
  forget_request();
  co_return keep_alive;
}

asio::awaitable<bool> Connection::send_continue() {
  static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  const bool sent = co_await write_all(crypto::as_bytes(go_on));
  if (sent) await_input(thread_.server.timeouts.body);
  co_return sent;
}

asio::awaitable<BodyRead> Connection::read_body(Exchange& exchange) {
  if (exchange.head.chunked) {
    const BodyRead read = co_await read_chunked_body(exchange);
    co_return read;
  }
  const auto size = static_cast<std::size_t>(exchange.head.content_length);  // within the route's limit
  await_input(thread_.server.timeouts.body);
  body_.resize(size);
  charge_buffers();
  std::size_t have = std::min(size, filled_ - used_);
  if (have > 0) std::memcpy(body_.data(), input_.data() + used_, have);
  used_ += have;
  if (have == 0 && exchange.head.expects_continue && !exchange.head.http_1_0) {
    const bool sent = co_await send_continue();
    if (!sent) co_return BodyRead::incomplete;
  }
  while (have < size) {
    if (phase_ == Phase::over) co_return BodyRead::incomplete;
    const TlsStream::Result result = stream_.read_some(body_.span().subspan(have));
    if (result.must_wait()) {
      const auto [error] = co_await stream_.wait(result.status);
      if (error || phase_ == Phase::over) co_return BodyRead::incomplete;
    } else if (result.status != TlsStream::Status::done) {
      co_return BodyRead::incomplete;
    }
    have += result.size;
  }
  expire_never();
  judge_certificate();  // its time may have come while the body did
  co_return BodyRead::complete;
}

/// The chain's barrier does not reach so far: what is thrown here ends the connection.
asio::awaitable<bool> Connection::write_answer(bool keep_alive) {
  try {
    const crypto::WipedBytes& body = exchange_.response.body;
    append_head(output_, exchange_, thread_.date.text(), keep_alive);
    if (exchange_.response.rest) {
      const bool streamed = co_await write_streamed();
      co_return streamed;
    }
    const bool joined = body.size() <= joined_body_size;
    if (joined && !exchange_.head.is_head) output_.append(body.view());
    bool written = co_await write_all(output_.view().subspan(sent_ahead_));
    if (written && !joined && !exchange_.head.is_head) written = co_await write_all(body.view());
    co_return written;
  } catch (const std::exception& error) {
    fail_while_writing(error.what());
  } catch (...) {
    fail_while_writing("unknown exception");
  }
  co_return false;
}

asio::awaitable<bool> Connection::write_all(crypto::ByteView data) {
  charge_buffers();
  while (!data.empty()) {
    // The socket's number may be another connection's by now.
    if (phase_ == Phase::over) co_return false;
    const bool starting = answered_ < slow_start_size && data.size() > joined_body_size + slow_start_record;
    const TlsStream::Result result = stream_.write_some(starting ? data.first(slow_start_record) : data);
    if (result.must_wait()) {
      if (result.status != TlsStream::Status::yield) watch_output();
      const auto [error] = co_await stream_.wait(result.status);
      if (error || phase_ == Phase::over) co_return false;
    } else if (result.status != TlsStream::Status::done) {
      co_return false;
    }
    answered_ += result.size;
    data = data.subspan(result.size);
  }
  co_return true;
}

/// Overwrites what the request and its answer left in the buffers, and moves a pipelined request to the front.
void Connection::forget_request() {
  const std::size_t rest = filled_ - used_;
  if (rest > 0) std::memmove(input_.data(), input_.data() + used_, rest);
  crypto::wipe(input_.data() + rest, filled_ - rest);
  filled_ = rest;
  if (input_.capacity() > kept_input_size && rest <= first_input_size) {
    crypto::WipedBytes smaller(first_input_size);
    if (rest > 0) std::memcpy(smaller.data(), input_.data(), rest);
    input_ = std::move(smaller);
  }
  shrink(body_);
  shrink(output_);
  shrink(exchange_.response.body);
  buffered_.set(input_.capacity() - first_input_size);
  write_rate_.end();
  answered_ = 0;
  sent_ahead_ = 0;
}

void Connection::end_request(Clock::time_point started, bool keep_alive) {
  const auto time = Clock::now() - started;
  charge_rows(exchange_, thread_);
  thread_.counters.answered(exchange_, time);
  counters().requests_ended.add();
  counted_in_ = false;
  if (!thread_.server.access_log || !log_enabled(LogLevel::info)) return;
  if (is_probe(exchange_.route) && exchange_.response.status < 400) return;  // or they would be most of the log
  const std::uint32_t weight = thread_.access_sample.weight(exchange_.response.status, time);
  if (weight == 0) return;
  LogLine line = access_line(exchange_, time, weight, keep_alive);
  thread_.access_log.add(line);
}

/// Says that nothing more comes, then gives the client a moment to read the answer: closing with unread input would
/// reset it.
asio::awaitable<void> Connection::close_gently() {
  write_rate_.end();
  expire_after(close_time);
  stream_.send_close();
  co_await stream_.drop_input();
  expired();
}

void log_refused_connection(ThreadState& thread, std::string_view event, const tcp::endpoint& peer) {
  if (!thread.refusal_lines.admit(Deadlined::Clock::now())) return;
  log(LogLine(LogLevel::warn, event).field("peer", peer.address().to_string()));
}

}  // namespace tacit::http
