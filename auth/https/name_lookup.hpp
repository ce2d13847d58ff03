// Resolves host names. The system's look-up cannot be cancelled and may take minutes, so each runs on its own detached
// thread, which delays neither a deadline nor the end of the process.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tacit::auth {

/// Used only on the executor's thread. At most one look-up is in progress; calls for the same host share it, calls for
/// another host wait until it ends.
class NameLookup {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Addresses = boost::system::result<std::vector<boost::asio::ip::address>, std::string>;
  /// May block. Called on its own thread. The error is a sentence.
  using Resolver = std::function<Addresses(const std::string& host)>;

  explicit NameLookup(boost::asio::any_io_executor executor, Resolver resolver = ask_system);
  /// A look-up still in progress no longer accesses this object or the executor's context.
  ~NameLookup();
  NameLookup(const NameLookup&) = delete;
  NameLookup& operator=(const NameLookup&) = delete;

  /// Returns at least one address. An IP address, localhost and names under localhost (RFC 6761, section 6.3) need no
  /// look-up.
  boost::asio::awaitable<Addresses> find(std::string host, Time deadline);
  /// Like the destructor. Must be called before the executor's context is destroyed, if this object outlives it.
  void close();

  static Addresses ask_system(const std::string& host);

 private:
  struct Flight;
  void start(const std::string& host);

  boost::asio::any_io_executor executor_;
  Resolver resolver_;
  std::shared_ptr<Flight> flight_;
};

}  // namespace tacit::auth
