#include "auth/tokens/algorithm_names.hpp"

#include <utility>

namespace tacit::auth {
namespace {

using Algorithm = crypto::SignatureAlgorithm;

// In the order of messages. algorithm_name returns the first name of an algorithm.
constexpr std::pair<std::string_view, Algorithm> names[] = {
    {"ES256", Algorithm::es256}, {"ES384", Algorithm::es384}, {"ES512", Algorithm::es512},
    {"EdDSA", Algorithm::eddsa}, {"PS256", Algorithm::ps256}, {"PS384", Algorithm::ps384},
    {"PS512", Algorithm::ps512}, {"RS256", Algorithm::rs256}, {"RS384", Algorithm::rs384},
    {"RS512", Algorithm::rs512}, {"HS256", Algorithm::hs256}, {"Ed25519", Algorithm::eddsa},
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

std::vector<std::string_view> algorithm_names() {
  std::vector<std::string_view> first;
  for (const auto& [name, algorithm] : names) {
    if (algorithm_name(algorithm) == name) first.push_back(name);
  }
  return first;
}

}  // namespace tacit::auth
