#include "store/model/api_key_grant.hpp"

#include "store/model/failures.hpp"

namespace tacit::store {
namespace {

using Expiry = std::optional<std::int64_t>;

bool ends_later(const Expiry& one, const Expiry& other) { return other && (!one || *one > *other); }

Failure scope_refusal(Scope lacked) {
  Failure refusal = failed(Errc::scope_lacking);
  refusal.lacking = lacked;
  return refusal;
}

}  // namespace

std::optional<Failure> grant_refusal(const Authority& authority, const ApiKey* before, const ApiKey& after) {
  const Scope scopes_before = before != nullptr ? before->scopes : Scope::none;
  const bool rights_change =
      before == nullptr || before->scopes != after.scopes || before->expires_at != after.expires_at;
  if (!rights_change) return std::nullopt;
  const bool manages = covers(authority.scopes, Scope::api_keys_manage);
  const Scope grantable = manages ? authority.scopes | Scope::tools_use : authority.scopes;
  const Scope lacked = lacking(grantable, scopes_before | after.scopes);
  if (lacked != Scope::none) return scope_refusal(lacked);
  const bool gains = before == nullptr || lacking(scopes_before, after.scopes) != Scope::none ||
                     ends_later(after.expires_at, before->expires_at);
  if (gains && ends_later(after.expires_at, authority.expires_at)) return failed(Errc::outlives);
  return std::nullopt;
}

}  // namespace tacit::store
