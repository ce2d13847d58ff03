// `tacit audit verify`: checks the hash chain of the audit log and its signatures and, with --anchor, that a recorded
// entry is in it.
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "crypto/keyrings/keyring.hpp"
#include "crypto/primitives/digest.hpp"
#include "http/log/printable.hpp"
#include "server/audit/audit_point.hpp"
#include "server/cli/arguments.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/progress.hpp"
#include "server/config/errors.hpp"
#include "server/wiring/open_store.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/model/timestamp.hpp"

namespace tacit::server {
namespace {

store::AuditReport verify(const store::Store& store, const std::optional<store::AuditAnchor>& anchor) {
  Progress progress(std::cerr, "Verifying", ::isatty(STDERR_FILENO) == 1);
  auto report =
      store.audit().verify(anchor, [&](const store::VerifyProgress& p) { progress.show(p.rows, p.rows_total); });
  return value_or_fail(std::move(report), "cannot verify the audit log");
}

boost::json::object json_of(const store::AuditCheckpoint& checkpoint) {
  boost::json::object out;
  out["through"] = to_string(checkpoint.through);
  out["pruned_at"] = store::rfc3339(checkpoint.pruned_at);
  out["pruned_by"] = checkpoint.pruned_by;
  return out;
}

boost::json::value checkpoint_json(const store::AuditReport& report) {
  if (!report.checkpoint) return nullptr;
  return json_of(*report.checkpoint);
}

/// The heads of all slots: an anchor, as is its SHA-256.
std::string heads_text(const store::AuditReport& report) {
  std::vector<store::AuditMark> heads = report.heads;
  if (report.head.sequence > 0) heads.push_back(report.head);
  return to_string(std::move(heads));
}

std::string hash_of(const std::string& text) { return crypto::to_hex(crypto::sha256(crypto::as_bytes(text))); }

/// Of a log with slots beside that of an embedded store.
void add_slots(const store::AuditReport& report, boost::json::object& out) {
  if (report.heads.empty() && report.checkpoints.empty()) return;
  boost::json::array checkpoints;
  for (const store::AuditCheckpoint& checkpoint : report.checkpoints) checkpoints.push_back(json_of(checkpoint));
  const std::string heads = heads_text(report);
  out["slot_checkpoints"] = std::move(checkpoints);
  out["heads"] = heads;
  out["heads_sha256"] = hash_of(heads);
  out["heads_checked"] = report.heads_checked;
}

void print_pruned(const store::AuditCheckpoint& checkpoint) {
  std::cout << "pruned         through " << to_string(checkpoint.through) << " at "
            << store::rfc3339(checkpoint.pruned_at) << " by " << http::printable(checkpoint.pruned_by) << '\n';
}

void print_slots(const store::AuditReport& report) {
  if (report.heads.empty()) return;
  for (const store::AuditMark& head : report.heads) std::cout << "slot head      " << to_string(head) << '\n';
  std::cout << "all heads      " << hash_of(heads_text(report)) << '\n';
  std::cout << "heads checked  " << report.heads_checked << '\n';
}

void print_json(const store::AuditReport& report, bool anchored) {
  boost::json::object out;
  out["entries"] = report.entries;
  out["checkpoint"] = checkpoint_json(report);
  out["signatures_checked"] = report.signatures_checked;
  out["head"] = to_string(report.head);
  add_slots(report, out);
  out["anchor_found"] = nullptr;  // no anchor was given, or the chain is broken
  if (anchored && report.problem_count == 0) out["anchor_found"] = true;
  out["problem_count"] = report.problem_count;
  out["problems"] = boost::json::array(report.problems.begin(), report.problems.end());
  std::cout << boost::json::serialize(out) << '\n';
}

void print_text(const store::AuditReport& report, bool anchored) {
  std::cout << "audit entries  " << report.entries << '\n';
  if (report.checkpoint) print_pruned(*report.checkpoint);
  for (const store::AuditCheckpoint& checkpoint : report.checkpoints) print_pruned(checkpoint);
  std::cout << "signatures     " << report.signatures_checked << " checked\n";
  if (report.head.sequence > 0 || report.heads.empty()) {
    std::cout << "audit head     " << to_string(report.head) << '\n';
  }
  print_slots(report);
  if (anchored && report.problem_count == 0) std::cout << "anchor         found\n";
  std::cout << "problems       " << report.problem_count << '\n';
  for (const auto& problem : report.problems) std::cout << "  " << http::printable(problem) << '\n';
  if (report.problem_count > report.problems.size()) {
    std::cout << "  and " << report.problem_count - report.problems.size() << " more\n";
  }
}

}  // namespace

int audit_verify_command(const Config& config, const Arguments& arguments) {
  std::optional<store::AuditAnchor> anchor;
  if (arguments.contains("anchor")) anchor = read_argument(arguments, "anchor", read_audit_anchor);
  const auto store = open_store(config);
  const auto report = verify(*store, anchor);
  if (arguments.contains("json")) {
    print_json(report, anchor.has_value());
  } else {
    print_text(report, anchor.has_value());
  }
  return report.problem_count == 0 ? exit_ok : exit_failed;
}

}  // namespace tacit::server
