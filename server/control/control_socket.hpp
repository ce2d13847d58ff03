// The server's end of what `tacit reload` and `tacit status` ask: a Unix socket for root and the server's own user. One
// line is the request, one line of JSON the answer, and then the connection ends.
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
  /// A line of JSON for a request's word; empty if the word means nothing. Called on the context's thread.
  using Answer = std::function<std::string(const std::string& request)>;

  /// Listens in the directory, once files were removed there that servers left which died. Nothing that is no socket of
  /// a dead server is ever replaced. A server serves without it, too: see trouble().
  ControlSocket(boost::asio::io_context& context, std::filesystem::path directory, Answer answer);
  /// Takes the file away. No request is answered any more.
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
