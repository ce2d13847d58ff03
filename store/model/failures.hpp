// Failures in one word.
#pragma once

#include <string>
#include <utility>

#include "store/model/outcome.hpp"

namespace tacit::store {

inline Failure failed(Errc code, std::string subject = {}) { return Failure{code, {}, {}, std::move(subject)}; }

/// What is stored was altered: which secret it concerns, if one, and what failed.
inline Failure altered(std::optional<crypto::Uuid> secret, std::string what) {
  return Failure{Errc::integrity, {}, secret, std::move(what)};
}

}  // namespace tacit::store
