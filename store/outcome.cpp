#include "store/outcome.hpp"

namespace tacit::store {

const char* to_string(Errc code) {
  switch (code) {
    case Errc::not_found:
      return "not_found";
    case Errc::name_taken:
      return "name_taken";
    case Errc::default_taken:
      return "default_taken";
    case Errc::default_unbound:
      return "default_unbound";
    case Errc::quota_exceeded:
      return "quota_exceeded";
    case Errc::not_allowed:
      return "not_allowed";
    case Errc::integrity:
      return "integrity";
    case Errc::conflict:
      return "conflict";
    case Errc::overloaded:
      return "overloaded";
    case Errc::full:
      return "full";
    case Errc::unavailable:
      return "unavailable";
    case Errc::too_many_arguments:
      return "too_many_arguments";
    case Errc::too_many_secrets:
      return "too_many_secrets";
    case Errc::too_many_keys:
      return "too_many_keys";
    case Errc::scope_lacking:
      return "scope_lacking";
    case Errc::outlives:
      return "outlives";
  }
  return "unknown";
}

}  // namespace tacit::store
