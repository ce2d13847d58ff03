// A connection's time limits.
#pragma once

#include <chrono>

namespace tacit::http {

/// The values are the defaults.
struct Timeouts {
  bool operator==(const Timeouts&) const = default;

  std::chrono::seconds handshake{10};
  std::chrono::seconds header{10};
  std::chrono::seconds body{30};
  std::chrono::seconds write{30};
  std::chrono::seconds idle{75};
};

}  // namespace tacit::http
