#include "auth/refusal.hpp"

namespace tacit::auth {

const char* to_string(Refusal refusal) {
  switch (refusal) {
    case Refusal::malformed:
      return "malformed";
    case Refusal::unknown:
      return "unknown";
    case Refusal::wrong_secret:
      return "wrong_secret";
    case Refusal::expired:
      return "expired";
    case Refusal::revoked:
      return "revoked";
    case Refusal::not_yet_valid:
      return "not_yet_valid";
    case Refusal::unknown_issuer:
      return "unknown_issuer";
    case Refusal::wrong_algorithm:
      return "wrong_algorithm";
    case Refusal::forbidden_header:
      return "forbidden_header";
    case Refusal::wrong_type:
      return "wrong_type";
    case Refusal::unknown_key:
      return "unknown_key";
    case Refusal::bad_signature:
      return "bad_signature";
    case Refusal::wrong_audience:
      return "wrong_audience";
    case Refusal::wrong_claims:
      return "wrong_claims";
    case Refusal::inactive:
      return "inactive";
    case Refusal::altered:
      return "altered";
    case Refusal::unavailable:
      return "unavailable";
    case Refusal::too_large:
      return "too_large";
    case Refusal::issuer_unreachable:
      return "issuer_unreachable";
  }
  return "refused";
}

}  // namespace tacit::auth
