// The request target (RFC 9112 section 3.2.1, origin form): whether it is sound, and which route it means. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/exchange/exchange.hpp"
#include "http/exchange/problem.hpp"

namespace tacit::http {

/// What is wrong with the target, as a sentence of static storage; empty if it is one path and query that every proxy
/// on the way reads alike. Refuses what is not origin form, dot segments (also as %2E), empty segments but one trailing
/// slash, an escaped slash or control byte in the path, a bad escape, a fragment, and bytes that RFC 3986 does not
/// allow in a path; a query may hold any visible ASCII but
/// `#`.
std::string_view target_fault(std::string_view target);

/// Where a request goes: `route`, or why nowhere.
struct RouteMatch {
  const Route* route = nullptr;             ///< null: `problem` says why
  std::string_view path_id;                 ///< of a `{id}` route: the last segment as sent, a view into the head
  Problem problem = Problem::path_unknown;  ///< malformed_request, path_unknown or method_not_allowed; without a route
  std::string_view fault;                   ///< malformed_request: the sentence that says what is wrong
  std::string allow;                        ///< method_not_allowed: the value of the `Allow` field, "GET, HEAD, POST"
};

/// Checks the head's target and finds its route. `/v1/…` means `/api/v1/…`; one trailing slash makes no difference.
RouteMatch match(std::span<const Route> routes, const RequestHead& head);

/// Undoes percent-encoding once; with `plus_is_space`, `+` too. Nothing if an escape is bad.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

}  // namespace tacit::http
