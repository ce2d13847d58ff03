// The terms of a change, as the fields of a request's head state them.
#pragma once

#include <boost/system/result.hpp>

#include <utility>

#include "http/exchange/exchange.hpp"
#include "http/exchange/problem.hpp"
#include "http/json/faults.hpp"
#include "store/model/change_terms.hpp"

namespace tacit::http {

/// If-Match, `If-None-Match: *` and Idempotency-Key of a request whose route takes them. The body was read.
boost::system::result<store::ChangeTerms, Problem> change_terms(const Exchange& exchange);

/// Whether nothing is wrong but instants that have passed. They had not yet when the request was sent for the first
/// time, perhaps.
bool has_lapsed_alone(const Faults& faults);

/// A body with an `expires_at`, and the terms of its change. A request that is sent again gets its first answer even if
/// its `expires_at` has passed since.
template <class T>
struct LapsingBody {
  Parsed<T> body;
  Faults lapsed{};  ///< the answer if there was no such first request; empty: none

  /// `read(now)` reads the body; an earlier `now` accepts earlier instants.
  template <class Read>
  LapsingBody(Read read, std::int64_t now, store::ChangeTerms& terms) : body(read(now)) {
    if (body || !terms.idempotency || !has_lapsed_alone(body.error())) return;
    lapsed = body.error();
    body = read(0);
    terms.precondition.states.emplace();  // no state satisfies it: nothing is changed
  }

  /// Whether the failure of the change means that the body is wrong after all.
  bool is_lapsed(const store::Failure& failure) const {
    return !lapsed.empty() && failure.code == store::Errc::precondition_failed;
  }
};

}  // namespace tacit::http
