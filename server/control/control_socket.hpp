// The server's end of `tacit reload` and `tacit status`: a Unix socket for root and the server's own user. A connection
// has one line as the request and one line of JSON as the answer.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "server/control/control_files.hpp"

namespace tacit::server {

class ControlSocket {
 public:
  /// Returns a line of JSON for a request; empty for an unknown request. Called on the context's thread.
  using Answer = std::function<std::string(const std::string& request)>;

  /// Removes sockets of dead servers from the directory, then listens there. Never replaces any other file. A failure
  /// is not fatal to the server: see trouble().
  ControlSocket(boost::asio::io_context& context, std::filesystem::path directory, Answer answer);
  /// Removes the file. No further request is answered.
  ~ControlSocket();
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

  /// Why it does not listen, as a sentence that names the file. Returns nullopt if it listens.
  const std::optional<std::string>& trouble() const { return trouble_; }

 private:
  struct Shared;
  class Conversation;

  void start();
  Descriptor listen();
  void accept();
  void accept_after(std::chrono::milliseconds time);

  const std::filesystem::path path_;
  const std::shared_ptr<Shared> shared_;
  Descriptor directory_;
  std::string name_;
  boost::asio::local::stream_protocol::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  std::optional<std::string> trouble_;
};

}  // namespace tacit::server
