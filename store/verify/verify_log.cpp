#include "store/verify/verify_log.hpp"

#include <utility>

#include "store/audit/audit_log.hpp"

namespace tacit::store {
namespace {

/// A commit of more entries counts as unsigned from its first ones on: it is from before signatures.
constexpr std::size_t most_held = 4096;
constexpr std::uint32_t first_format_with_signatures = 3;

}  // namespace

void LogCheck::begins_after(const AuditMark& through) {
  report_.audit_pruned_through = through.sequence;
  chain_ = AuditChain(through);
  signatures_.begin_within_commit();
  replay_.begins_later();
}

void LogCheck::row(const Row& row, std::uint32_t rows_format) {
  has_entries_ = true;
  const AuditMark before = chain_.last();
  const auto entry = parse_audit_row(row);
  if (!entry) return distrust("an audit entry that cannot be read, after entry " + std::to_string(before.sequence));
  ++report_.audit_entries;
  AuditMark mark;
  mark.sequence = entry->sequence;
  mark.hash = entry->hash;
  const auto fault = chain_.follow(mark, entry->body);
  if (mark.sequence <= before.sequence) return report_.add(*fault);  // it was pruned, and then put back
  if (fault && before.sequence == report_.audit_pruned_through && mark.sequence > before.sequence + 1) {
    report_.add(*fault);
    signatures_.begin_within_commit();
    replay_.begins_later();
  } else if (fault) {
    distrust(*fault);
  }
  if (!entry->signatures.empty() && rows_format < first_format_with_signatures) {
    report_.add("audit entry " + std::to_string(mark.sequence) + ": has a format that the store does not accept yet");
  }
  for (std::string& finding : signatures_.follow(mark, entry->body, entry->signatures)) {
    report_.add(std::move(finding));
  }
  group(mark, entry->body, !entry->signatures.empty());
}

void LogCheck::distrust(const std::string& problem) {
  report_.add(problem);
  replay_.give_up();
}

void LogCheck::group(const AuditMark& mark, std::string_view body, bool is_signed) {
  if (commit_.bodies.empty()) commit_.first = mark.sequence;
  commit_.bodies.emplace_back(body);
  if (is_signed) commit_.signed_planes = signatures_.signed_planes();
  if (is_signed || commit_.bodies.size() == most_held) hand_over();
}

void LogCheck::hand_over() {
  if (!commit_.bodies.empty()) replay_.commit(commit_);
  commit_ = {};
}

void LogCheck::end() {
  hand_over();
  for (std::string& finding : signatures_.finish()) report_.add(std::move(finding));
  report_.signatures_checked = signatures_.checked();
  if (has_entries_) {
    if (report_.audit_entries > 0) report_.audit_head = to_string(chain_.last());
    return;
  }
  replay_.give_up();
  if (report_.audit_pruned_through > 0) report_.add("the audit log is empty although it was pruned");
}

}  // namespace tacit::store
