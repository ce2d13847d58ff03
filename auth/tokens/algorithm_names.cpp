#include "auth/tokens/algorithm_names.hpp"

#include <utility>

namespace tacit::auth {
namespace {

using Algorithm = crypto::SignatureAlgorithm;

// algorithm_name returns the first name of an algorithm.
constexpr std::pair<std::string_view, Algorithm> names[] = {
    {"ES256", Algorithm::es256}, {"RS256", Algorithm::rs256}, {"PS256", Algorithm::ps256},
    {"ES384", Algorithm::es384}, {"RS384", Algorithm::rs384}, {"PS384", Algorithm::ps384},
    {"ES512", Algorithm::es512}, {"RS512", Algorithm::rs512}, {"PS512", Algorithm::ps512},
    {"EdDSA", Algorithm::eddsa}, {"HS256", Algorithm::hs256}, {"Ed25519", Algorithm::eddsa},
};

}  // namespace

std::optional<Algorithm> algorithm_of(std::string_view name) {
  for (const auto& [known, algorithm] : names) {
    if (known == name) return algorithm;
  }
  return std::nullopt;
}

std::string_view algorithm_name(Algorithm algorithm) {
  for (const auto& [name, named] : names) {
    if (named == algorithm) return name;
  }
  return {};
}

}  // namespace tacit::auth
