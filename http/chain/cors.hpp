// Cross-origin requests of browsers (the Fetch standard's CORS protocol): which pages may use the API. There are no
// cookies, so credentials mode is never allowed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/memory/wiped.hpp"
#include "http/exchange/exchange.hpp"

namespace tacit::http {

/// The origins whose pages may use the API plane. Immutable.
class Cors {
 public:
  Cors() = default;
  /// Each as browsers write it: `https://app.example.org`, `http://localhost:3000`.
  explicit Cors(std::vector<std::string> origins);

  bool empty() const { return origins_.empty(); }
  bool allows(std::string_view origin) const;
  friend bool operator==(const Cors&, const Cors&) = default;

 private:
  std::vector<std::string> origins_;  ///< sorted
};

/// Appends the fields that let the page read the answer, whatever it is. Nothing without an allowed origin, and on the
/// other planes.
void append_cors_fields(crypto::WipedBytes& out, const Exchange& exchange);

/// Answers a preflight of an allowed origin: 204 with what the path allows, and with all methods for a path that does
/// not exist. False: the request is none, or its target is malformed; it is served like any other.
bool answer_preflight(Exchange& exchange);

}  // namespace tacit::http
