// Request ids, which appear in responses, logs and the audit log.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tacit::http {

/// Creates the ids of one connection: a random number of the connection and the request's number on it.
class RequestIds {
 public:
  RequestIds();
  /// The client's own id (X-Request-Id; empty: none) if it is short, plain, and not an API key sent in the wrong
  /// header; else a new one.
  std::string take(std::string_view own);

 private:
  std::uint64_t connection_;
  std::uint32_t requests_ = 0;
};

}  // namespace tacit::http
