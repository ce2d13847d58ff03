// Forgeries in the audit log of a store, each with a sound hash chain.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "store/model/audit.hpp"
#include "test/integration/fallen_api/attacker.hpp"

namespace tacit::test {

/// A copy of a stored entry.
struct LogEntry {
  store::AuditMark mark;
  std::string body;
  std::vector<store::AuditSignature> signatures;
  std::uint64_t first = 0;  ///< with signatures: the first entry of their commit
};

std::vector<LogEntry> read_log(const Attacker& attacker);
/// The newest entry with that action. Throws if there is none.
LogEntry newest_of(const Attacker& attacker, const std::string& action);

/// Edits each entry from that sequence on, chains them again, and signs those of the API plane with its audit key. The
/// signatures of the other planes cannot be made, so they are gone.
void rewrite_log(const Attacker& attacker, std::uint64_t from, const std::function<void(std::string& body)>& edit);
/// Removes all entries after that one.
void cut_log(const Attacker& attacker, std::uint64_t last);

/// Makes the signatures of a new entry from its place.
using Sign = std::function<std::vector<store::AuditSignature>(const store::AuditMark&)>;
/// Appends an entry as a commit of its own. Returns its place.
store::AuditMark append_forged(const Attacker& attacker, const std::string& body, const Sign& sign);
/// With that key, for that role; whether or not the key is one of that role.
Sign signed_by(const Attacker& attacker, const SigningEntry& key, crypto::SigningRole role);
/// Without a key.
Sign not_signed();

/// A body of now. `members`: JSON members after the outcome, each with a comma before it.
std::string forged_body(const std::string& plane, const std::string& action, const std::string& members = {});

}  // namespace tacit::test
