#include "store/audit/audit_hash.hpp"

#include "store/audit/audit_log.hpp"

namespace tacit::store {

crypto::Digest audit_hash(const crypto::Digest& previous, std::uint64_t sequence, std::string_view body) {
  return crypto::sha256({previous, audit_key(sequence), crypto::as_bytes(body)});
}

}  // namespace tacit::store
