#include "store/verify/slot_check.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "store/audit/audit_log.hpp"

namespace tacit::store {
namespace {

constexpr std::uint32_t first_format_with_signatures = 3;

}  // namespace

SlotCheck::SlotCheck(const crypto::Signers& signers, AuditSlot slot, CommitSink& sink, VerifyReport& report)
    : signers_(signers), slot_(slot), signatures_(signers, 0, slot), sink_(sink), report_(report) {
  AuditMark before;
  before.slot = slot;
  chain_ = AuditChain(before, signers.store());
}

bool SlotCheck::is_required(std::uint64_t sequence) const {
  AuditMark mark;
  mark.slot = slot_;
  mark.sequence = sequence;
  return needs_audit_signature(signers_, mark);
}

void SlotCheck::begins_after(const AuditMark& through) {
  pruned_through_ = through.sequence;
  chain_ = AuditChain(through, signers_.store());
  signatures_.begin_after(through.sequence);
  sink_.begins_later();
}

void SlotCheck::row(const Row& row, std::uint32_t rows_format, const std::vector<bool>* right) {
  has_entries_ = true;
  const AuditMark before = chain_.last();
  const auto entry = parse_audit_row(row);
  if (!entry) {
    return distrust("an audit entry that cannot be read, after entry " + name_of_entry(slot_, before.sequence),
                    before.sequence + 1);
  }
  ++entries_;
  const AuditMark mark = entry->mark();
  const auto fault = chain_.follow(mark, entry->body);
  if (mark.sequence <= before.sequence) return report_.add(*fault);  // it was pruned, and then put back
  const bool lacks_beginning = before.sequence == pruned_through_ && mark.sequence > before.sequence + 1;
  if (lacks_beginning) signatures_.begin_after(mark.sequence - 1);
  if (lacks_beginning && !is_required(mark.sequence)) {
    report_.add(*fault);
    sink_.begins_later();
  } else if (fault) {
    distrust(*fault, mark.sequence);
  }
  if (!entry->signatures.empty() && rows_format < first_format_with_signatures) {
    report_.add("audit entry " + name_of_entry(slot_, mark.sequence) +
                ": has a format that the store does not accept yet");
  }
  for (std::string& finding : signatures_.follow(mark, entry->body, entry->first, entry->signatures, right)) {
    report_.add(std::move(finding));
  }
  if (mark.sequence == faulty_) return;
  group(mark, entry->body);
  if (!entry->signatures.empty()) end_commit(entry->first);
}

void SlotCheck::distrust(const std::string& problem, std::uint64_t sequence) {
  if (fault_) report_.add(problem);
  if (!fault_) fault_ = problem;
  faulty_ = sequence;
  commit_ = {};
  sink_.begins_again();
}

void SlotCheck::trust_from(std::uint64_t sequence) {
  if (!fault_) return;
  report_.add(*fault_ + "; rows are compared with the log only from entry " + name_of_entry(slot_, sequence) + " on");
  fault_.reset();
}

void SlotCheck::group(const AuditMark& mark, std::string_view body) {
  if (!is_required(mark.sequence)) trust_from(mark.sequence);
  if (commit_.bodies.empty()) commit_.first = mark.sequence;
  commit_.bodies.emplace_back(body);
  if (commit_.bodies.size() == AuditSignatureCheck::most_in_commit) hand_over();
}

void SlotCheck::end_commit(std::uint64_t first) {
  const std::uint64_t uncovered = first > commit_.first ? first - commit_.first : 0;
  const auto begin =
      commit_.bodies.begin() + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(uncovered, commit_.bodies.size()));
  AuditCommit covered;
  covered.bodies.assign(std::make_move_iterator(begin), std::make_move_iterator(commit_.bodies.end()));
  covered.first = std::max(first, commit_.first);
  covered.slot = slot_;
  covered.signed_planes = signatures_.signed_planes();
  commit_.bodies.erase(begin, commit_.bodies.end());
  if (covered.signed_planes != 0 && first > faulty_ && !covered.bodies.empty()) trust_from(covered.first);
  hand_over();
  if (!fault_) sink_.commit(covered);
}

void SlotCheck::hand_over() {
  commit_.slot = slot_;
  if (!fault_ && !commit_.bodies.empty()) sink_.commit(commit_);
  commit_ = {};
}

void SlotCheck::end() {
  hand_over();
  if (fault_) report_.add(*fault_ + "; rows are not compared with the log");
  for (std::string& finding : signatures_.finish()) report_.add(std::move(finding));
}

}  // namespace tacit::store
