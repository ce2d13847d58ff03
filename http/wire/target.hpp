// Checks the request target (RFC 9112 section 3.2.1, origin form) and finds its route. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/exchange/exchange.hpp"
#include "http/exchange/problem.hpp"

namespace tacit::http {

/// The target's fault, as a sentence in static storage; empty if it is a path and query that every proxy reads alike.
/// Refuses targets that are not in origin form, dot segments (also as %2E), empty segments except one trailing slash,
/// escaped slashes or control bytes in the path, bad escapes, a fragment, and bytes that RFC 3986 does not allow in a
/// path; a query may contain any visible ASCII except `#`.
std::string_view target_fault(std::string_view target);

/// A request's route, or the problem.
struct RouteMatch {
  const Route* route = nullptr;             ///< null: `problem` says why
  std::string_view path_id;                 ///< of a route with `{id}`: that segment as sent, a view into the head
  std::string_view path_number;             ///< of one with `{number}`: likewise
  Problem problem = Problem::path_unknown;  ///< malformed_request, path_unknown or method_not_allowed; without a route
  std::string_view fault;                   ///< malformed_request: the fault as a sentence
  std::string allow;                        ///< method_not_allowed: the value of the `Allow` field, "GET, HEAD, POST"
};

/// Checks the head's target and finds its route. `/v1/…` means `/api/v1/…`; one trailing slash is ignored. A path that
/// has a route without `{id}` is no path of a route with it; the former come first in `routes`.
RouteMatch match(std::span<const Route> routes, const RequestHead& head);

/// Decodes percent-encoding once; with `plus_is_space` also `+`. std::nullopt on a bad escape.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

}  // namespace tacit::http
