#include "server/commands/status_signing.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "crypto/text/sentence.hpp"
#include "server/cli/quantities.hpp"
#include "server/control/answer_members.hpp"
#include "server/serve/store_warnings.hpp"

namespace tacit::server {
namespace {

namespace json = boost::json;
using crypto::SigningPhase;

/// As in the answers: server/control/control_answers.hpp.
std::uint64_t number_of(SigningPhase phase) { return static_cast<std::uint64_t>(phase); }

constexpr std::array<const char*, 3> phases{nothing_is_signed, "new keys and audit entries are signed",
                                            "keys and audit entries must be signed"};

const json::object* signing_of(const FoundServer& server) { return object_in(server.state, "signing"); }

void add(StatusLine& line, const std::string& part) { crypto::append_part(line.text, part, "; "); }

/// Names the state that all servers have.
void add_phases(StatusLine& line, const std::set<std::uint64_t>& found) {
  for (const std::uint64_t phase : found) {
    add(line, phase < phases.size() ? phases.at(phase) : "unknown to this version");
  }
  if (found.size() < 2) return;
  line.good = false;
  line.text.append(": servers differ, restart them");
}

void add_fault(StatusLine& line, const std::string& fault) {
  line.good = false;
  add(line, fault);
}

/// Most tenants in the newest phase that a server is in: servers count at different times.
void add_unsigned(StatusLine& line, const std::set<std::uint64_t>& found, std::uint64_t tenants) {
  if (tenants == 0 || *found.rbegin() == number_of(SigningPhase::none)) return;
  const bool required = found.contains(number_of(SigningPhase::required));
  add_fault(line, unsigned_tenants_warning(required ? SigningPhase::required : SigningPhase::signing, tenants));
}

}  // namespace

StatusLine signing_status(const std::vector<FoundServer>& servers) {
  StatusLine line{"signing", true, {}, {}};
  std::set<std::uint64_t> found;
  std::uint64_t unsigned_tenants = 0;
  bool changed = false;
  bool rekey_unfinished = false;
  std::set<std::string> faults;
  for (const FoundServer& server : servers) {
    const json::object* const signing = signing_of(server);
    if (signing == nullptr) continue;
    if (const auto phase = number_in<std::uint64_t>(*signing, "phase")) found.insert(*phase);
    unsigned_tenants = std::max(unsigned_tenants, number_in<std::uint64_t>(*signing, "unsigned_tenants").value_or(0));
    changed = changed || truth_in(*signing, "audit_intact") == false;
    rekey_unfinished = rekey_unfinished || truth_in(*signing, "rekey_unfinished") == true;
    if (auto fault = text_in(*signing, "cut_off_fault"); !fault.empty()) faults.insert(std::move(fault));
  }
  if (found.empty()) return {"signing", true, "unknown: no server reports it", {}};
  add_phases(line, found);
  if (changed) add_fault(line, "the audit log was rewritten: run tacit audit verify");
  add_unsigned(line, found, unsigned_tenants);
  for (const std::string& fault : faults) add_fault(line, fault);
  if (rekey_unfinished) add_fault(line, rekey_is_unfinished);
  line.details["phase"] = *found.begin();
  line.details["unsigned_tenants"] = unsigned_tenants;
  line.details["audit_intact"] = !changed;
  line.details["cut_off_intact"] = faults.empty();
  line.details["rekey_unfinished"] = rekey_unfinished;
  return line;
}

StatusLine prekey_status(const std::vector<FoundServer>& servers) {
  StatusLine line{"prekeys", true, {}, {}};
  std::optional<std::uint64_t> ready;
  std::uint64_t low = 0;
  bool told = false;
  for (const FoundServer& server : servers) {
    const json::object* const signing = signing_of(server);
    if (signing == nullptr) continue;
    told = true;
    const auto counted_there = number_in<std::uint64_t>(*signing, "prekeys");
    if (!counted_there) continue;
    ready = std::min(ready.value_or(*counted_there), *counted_there);
    low = std::max(low, number_in<std::uint64_t>(*signing, "prekeys_low").value_or(0));
  }
  if (!ready) {
    line.text = told ? "not counted: none are needed, or the count is not finished" : "unknown: no server reports them";
    return line;
  }
  line.good = *ready >= low;
  line.text = line.good ? counted(*ready, "key pair") + " ready for new tenants"
                        : "only " + counted(*ready, "key pair") +
                              " ready for new tenants: the tool plane makes them; see tacit key prekeys";
  line.details["ready"] = *ready;
  line.details["low"] = low;
  return line;
}

}  // namespace tacit::server
