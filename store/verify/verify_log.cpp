#include "store/verify/verify_log.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "store/audit/audit_log.hpp"

namespace tacit::store {
namespace {

constexpr std::uint32_t first_format_with_signatures = 3;

}  // namespace

void LogCheck::begins_after(const AuditMark& through) {
  report_.audit_pruned_through = through.sequence;
  chain_ = AuditChain(through);
  signatures_.begin_after(through.sequence);
  replay_.begins_later();
}

void LogCheck::row(const Row& row, std::uint32_t rows_format) {
  has_entries_ = true;
  const AuditMark before = chain_.last();
  const auto entry = parse_audit_row(row);
  if (!entry) {
    return distrust("an audit entry that cannot be read, after entry " + std::to_string(before.sequence),
                    before.sequence + 1);
  }
  ++report_.audit_entries;
  AuditMark mark;
  mark.sequence = entry->sequence;
  mark.hash = entry->hash;
  const auto fault = chain_.follow(mark, entry->body);
  if (mark.sequence <= before.sequence) return report_.add(*fault);  // it was pruned, and then put back
  const bool lacks_beginning = before.sequence == report_.audit_pruned_through && mark.sequence > before.sequence + 1;
  if (lacks_beginning) signatures_.begin_after(mark.sequence - 1);
  if (lacks_beginning && !is_required(mark.sequence)) {
    report_.add(*fault);
    replay_.begins_later();
  } else if (fault) {
    distrust(*fault, mark.sequence);
  }
  if (!entry->signatures.empty() && rows_format < first_format_with_signatures) {
    report_.add("audit entry " + std::to_string(mark.sequence) + ": has a format that the store does not accept yet");
  }
  for (std::string& finding : signatures_.follow(mark, entry->body, entry->first, entry->signatures)) {
    report_.add(std::move(finding));
  }
  if (mark.sequence == faulty_) return;
  group(mark, entry->body);
  if (!entry->signatures.empty()) end_commit(entry->first);
}

void LogCheck::distrust(const std::string& problem, std::uint64_t sequence) {
  if (fault_) report_.add(problem);
  if (!fault_) fault_ = problem;
  faulty_ = sequence;
  commit_ = {};
  replay_.begins_again();
}

void LogCheck::trust_from(std::uint64_t sequence) {
  if (!fault_) return;
  report_.add(*fault_ + "; rows are compared with the log only from entry " + std::to_string(sequence) + " on");
  fault_.reset();
}

void LogCheck::group(const AuditMark& mark, std::string_view body) {
  if (!is_required(mark.sequence)) trust_from(mark.sequence);
  if (commit_.bodies.empty()) commit_.first = mark.sequence;
  commit_.bodies.emplace_back(body);
  if (commit_.bodies.size() == AuditSignatureCheck::most_in_commit) hand_over();
}

void LogCheck::end_commit(std::uint64_t first) {
  const std::uint64_t uncovered = first > commit_.first ? first - commit_.first : 0;
  const auto begin =
      commit_.bodies.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(uncovered, commit_.bodies.size()));
  AuditCommit covered;
  covered.bodies.assign(std::make_move_iterator(begin), std::make_move_iterator(commit_.bodies.end()));
  covered.first = std::max(first, commit_.first);
  covered.signed_planes = signatures_.signed_planes();
  commit_.bodies.erase(begin, commit_.bodies.end());
  if (covered.signed_planes != 0 && first > faulty_ && !covered.bodies.empty()) trust_from(covered.first);
  hand_over();
  if (!fault_) replay_.commit(covered);
}

void LogCheck::hand_over() {
  if (!fault_ && !commit_.bodies.empty()) replay_.commit(commit_);
  commit_ = {};
}

void LogCheck::end() {
  hand_over();
  if (fault_) report_.add(*fault_ + "; rows are not compared with the log");
  for (std::string& finding : signatures_.finish()) report_.add(std::move(finding));
  report_.signatures_checked = signatures_.checked();
  if (has_entries_) {
    if (report_.audit_entries > 0) report_.audit_head = to_string(chain_.last());
    return;
  }
  replay_.give_up();
  if (report_.audit_pruned_through > 0) report_.add("the audit log is empty although it was pruned");
}

void LogCheck::expect_cut_off() {
  if (const auto ends = ends_before_cut_off(signers_, chain_.last().sequence)) report_.add(*ends);
}

}  // namespace tacit::store
