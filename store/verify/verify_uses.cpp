#include "store/verify/verify_uses.hpp"

#include <algorithm>
#include <string>

namespace tacit::store {

void UsesCheck::row(const UsesPlace& place, ByteView row) {
  noted_.push_back({.place = place});
  if (decode_uses(ring_, place.tenant, place.secret, row)) return;
  findings_.add("tenant " + place.tenant.str() + ": secret " + place.secret.str() +
                ": the row of its uses was altered");
}

void UsesCheck::secret(const Uuid& tenant, const Uuid& secret) {
  const UsesPlace wanted{.tenant = tenant, .secret = secret};
  const auto at = std::ranges::lower_bound(noted_, wanted, {}, &Noted::place);
  if (at != noted_.end() && at->place == wanted) at->has_secret = true;
}

void UsesCheck::skip(const Uuid& tenant) {
  const UsesPlace first{.tenant = tenant, .secret = Uuid()};
  for (auto at = std::ranges::lower_bound(noted_, first, {}, &Noted::place);
       at != noted_.end() && at->place.tenant == tenant; ++at) {
    at->has_secret = true;
  }
}

void UsesCheck::finish() {
  for (const Noted& each : noted_) {
    if (each.has_secret) continue;
    findings_.add("tenant " + each.place.tenant.str() + ": secret " + each.place.secret.str() +
                  ": there is a row of its uses, but no such secret");
  }
}

}  // namespace tacit::store
