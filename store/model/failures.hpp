// Short constructors for failures.
#pragma once

#include <string>
#include <utility>

#include "store/model/outcome.hpp"

namespace tacit::store {

inline Failure failed(Errc code, std::string subject = {}) {
  return Failure{.code = code, .subject = std::move(subject)};
}

/// A stored row was altered: the secret concerned, if there is one, and what failed.
inline Failure altered(std::optional<crypto::Uuid> secret, std::string what) {
  return Failure{.code = Errc::integrity, .secret = secret, .subject = std::move(what)};
}

}  // namespace tacit::store
