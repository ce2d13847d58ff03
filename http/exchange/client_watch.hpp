// Whether the client that sent a request is still connected.
#pragma once

namespace tacit::http {

class ClientWatch {
 public:
  /// Whether no client is left to take the answer, so that work for it may stop. A client that has only half-closed its
  /// connection, because it sends no more, has not left. Call it between two slices of work, when other connections of
  /// the thread have had their turn: it takes a system call. It reads nothing that the client has sent.
  virtual bool client_has_left() = 0;

 protected:
  ~ClientWatch() = default;
};

}  // namespace tacit::http
