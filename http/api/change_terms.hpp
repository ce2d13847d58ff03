// The terms of a change, as the fields of a request's head state them.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>

#include <utility>

#include "http/api/request_bodies.hpp"
#include "http/exchange/exchange.hpp"
#include "http/exchange/problem.hpp"
#include "http/json/faults.hpp"
#include "store/model/change_terms.hpp"

namespace tacit::http {

/// If-Match and `If-None-Match: *` of a request whose route takes no Idempotency-Key.
boost::system::result<store::ChangeTerms, Problem> change_terms(const Exchange& exchange);

/// The same, and the Idempotency-Key of a request whose route takes it. The body was read; a long one is hashed in
/// slices (store/slices/slice.hpp). `exchange` must outlive the operation.
boost::asio::awaitable<boost::system::result<store::ChangeTerms, Problem>> repeatable_terms(const Exchange& exchange);

/// Whether nothing is wrong but what may have been right when the request was sent for the first time: instants that
/// have passed since, and values that are longer than a limit that an operator may have lowered since.
bool may_have_been_right(const Faults& faults);

/// A body with new secrets, and the terms of their change. A request that is sent again gets its first answer even if
/// its `expires_at` has passed, or the limit of values was lowered since.
template <class T>
struct RepeatableBody {
  Parsed<T> body;
  Faults faults{};  ///< the answer if there was no such first request; empty: none

  /// `read(rules)` reads the body.
  template <class Read>
  RepeatableBody(Read read, const SecretRules& rules, store::ChangeTerms& terms) : body(read(rules)) {
    if (body || !terms.idempotency || !may_have_been_right(body.error())) return;
    Parsed<T> earlier = read(SecretRules{.value_limit = limits::most_value_limit, .now = 0});
    if (!earlier) return;
    faults = body.error();
    body = std::move(earlier);
    terms.precondition.states.emplace();  // no state satisfies it: nothing is changed
  }

  /// Whether the failure of the change means that the body is wrong after all.
  bool is_wrong(const store::Failure& failure) const {
    return !faults.empty() && failure.code == store::Errc::precondition_failed;
  }
};

}  // namespace tacit::http
