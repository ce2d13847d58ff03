// Whether the client that a request came from is still there.
#pragma once

namespace tacit::http {

class ClientWatch {
 public:
  /// Whether nobody is there any more to take the answer, so that work for it may stop. A client that has only said
  /// that it sends no more (it half-closed its connection) is there. To be asked between two slices of work, when the
  /// others of the thread have had their turn: it takes a system call. Reads nothing of what the client has sent.
  virtual bool client_has_left() = 0;

 protected:
  ~ClientWatch() = default;
};

}  // namespace tacit::http
