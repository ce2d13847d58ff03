#include "auth/https/name_lookup.hpp"

#include <boost/asio/post.hpp>

#include <mutex>
#include <optional>
#include <string_view>
#include <system_error>
#include <thread>

#include <netdb.h>
#include <netinet/in.h>

#include "auth/https/async_condition.hpp"
#include "crypto/text/ascii.hpp"

namespace tacit::auth {
namespace {

namespace asio = boost::asio;

std::optional<asio::ip::address> address_of(const addrinfo& entry) {
  if (entry.ai_family == AF_INET) {
    const auto* socket = reinterpret_cast<const sockaddr_in*>(entry.ai_addr);
    return asio::ip::address_v4(ntohl(socket->sin_addr.s_addr));
  }
  if (entry.ai_family != AF_INET6) return std::nullopt;
  const auto* socket = reinterpret_cast<const sockaddr_in6*>(entry.ai_addr);
  asio::ip::address_v6::bytes_type bytes;
  std::copy(std::begin(socket->sin6_addr.s6_addr), std::end(socket->sin6_addr.s6_addr), bytes.begin());
  return asio::ip::address_v6(bytes, socket->sin6_scope_id);
}

NameLookup::Addresses loopback_addresses() {
  return std::vector<asio::ip::address>{asio::ip::address_v4::loopback(), asio::ip::address_v6::loopback()};
}

// RFC 6761, section 6.3: these names mean the host itself and must not be sent to a name server, which hosts without
// /etc/hosts would do.
bool is_this_host(std::string_view host) {
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  return crypto::equal_ignoring_case(host, "localhost") || crypto::ends_ignoring_case(host, ".localhost");
}

// Describes an error of getaddrinfo (gai_strerror(3) has the C library's texts).
std::string describe_lookup(int failed) {
  switch (failed) {
    case EAI_NONAME:
    case EAI_NODATA:
    case EAI_ADDRFAMILY:
      return "looking up the host's name failed: no name server knows its address";
    case EAI_AGAIN:
      return "looking up the host's name failed: no name server answers";
    case EAI_FAIL:
      return "looking up the host's name failed: a name server refused";
    case EAI_MEMORY:
      return "looking up the host's name failed: too little memory";
    default:
      return "looking up the host's name failed (error " + std::to_string(failed) + " of getaddrinfo)";
  }
}

}  // namespace

/// A look-up in progress, shared by its thread and the waiting coroutines.
struct NameLookup::Flight {
  Flight(std::string name, const asio::any_io_executor& on) : host(std::move(name)), arrived(on), executor(on) {}

  const std::string host;
  // Used on the executor's thread.
  AsyncCondition arrived;
  std::optional<Addresses> addresses;
  // `mutex` guards `executor`, which is std::nullopt after close().
  std::mutex mutex;
  std::optional<asio::any_io_executor> executor;
};

NameLookup::NameLookup(asio::any_io_executor executor, Resolver resolver)
    : executor_(std::move(executor)), resolver_(std::move(resolver)) {}

NameLookup::~NameLookup() { close(); }

void NameLookup::close() {
  if (!flight_) return;
  const std::lock_guard lock(flight_->mutex);
  flight_->executor.reset();
}

void NameLookup::start(const std::string& host) {
  const auto flight = std::make_shared<Flight>(host, executor_);
  std::thread([flight, resolver = resolver_] {
    Addresses found = std::string("looking up the host's name failed");
    try {
      found = resolver(flight->host);
    } catch (const std::exception&) {
      // Out of memory: the error set above is returned.
    }
    const std::lock_guard lock(flight->mutex);
    if (!flight->executor) return;
    asio::post(*flight->executor, [flight, found = std::move(found)] {
      flight->addresses = found;
      flight->arrived.notify_all();
    });
  }).detach();
  flight_ = flight;
}

asio::awaitable<NameLookup::Addresses> NameLookup::find(std::string host, Time deadline) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (!error) co_return std::vector<asio::ip::address>(1, address);
  if (is_this_host(host)) co_return loopback_addresses();
  for (;;) {
    if (flight_ && flight_->addresses) flight_.reset();
    if (!flight_) start(host);
    const auto flight = flight_;
    co_await flight->arrived.wait(deadline);
    if (flight->addresses && flight->host == host) co_return *flight->addresses;
    if (std::chrono::steady_clock::now() >= deadline) co_return std::string("looking up the host's name took too long");
  }
}

NameLookup::Addresses NameLookup::ask_system(const std::string& host) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* list = nullptr;
  const int failed = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (failed != 0) return describe_lookup(failed);
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, ::freeaddrinfo);
  std::vector<asio::ip::address> addresses;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    if (const auto address = address_of(*entry)) addresses.push_back(*address);
  }
  if (addresses.empty()) return std::string("the host has no address");
  return addresses;
}

}  // namespace tacit::auth
