// Addresses of host names. The system's look-up cannot be cancelled and may take minutes, so each runs on a thread of
// its own that nobody waits for: neither a deadline nor the end of the process.
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

/// Used on the executor's thread alone. One look-up is under way at most; those for the same host share it, those for
/// another wait for its end.
class NameLookup {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Addresses = boost::system::result<std::vector<boost::asio::ip::address>, std::string>;
  /// Blocks. Called on a thread of its own; the error is a sentence.
  using Resolver = std::function<Addresses(const std::string& host)>;

  explicit NameLookup(boost::asio::any_io_executor executor, Resolver resolver = ask_system);
  /// A look-up that is still under way touches nothing of this, nor the executor's context, afterwards.
  ~NameLookup();
  NameLookup(const NameLookup&) = delete;
  NameLookup& operator=(const NameLookup&) = delete;

  /// At least one address. An address as host is answered at once, and so are localhost and names under it (RFC 6761,
  /// section 6.3).
  boost::asio::awaitable<Addresses> find(std::string host, Time deadline);
  /// As the destructor; to be called before the executor's context is destroyed if this lives on.
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
