// Checks the audit log's chain and its signatures, and compares it with an anchor that was kept elsewhere.
#include <algorithm>

#include "crypto/keyrings/keyring.hpp"
#include "store/audit/audit_checkpoint.hpp"
#include "store/audit/audit_log.hpp"
#include "store/audit/audit_read.hpp"
#include "store/audit/audit_signing.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/model/failures.hpp"

namespace tacit::store {
namespace {

using Progress = std::function<void(const VerifyProgress&)>;

class ChainVerification {
 public:
  ChainVerification(ContextPtr store, const std::optional<AuditAnchor>& anchor, const Progress& progress)
      : store_(std::move(store)), anchor_(anchor), progress_(progress) {}

  Outcome<AuditReport> run() {
    const auto checked = read<void>(*store_->engine, [this](Transaction& transaction) { return begin(transaction); });
    if (!checked) return checked.error();
    const auto walked = walk();
    if (!walked) return walked.error();
    // The log may have been pruned further while it was read.
    const auto again = read<void>(*store_->engine, [this](Transaction& transaction) { return reload(transaction); });
    if (!again) return again.error();
    if (report_.checkpoint && report_.entries == 0) report_.add("the audit log is empty although it was pruned");
    add_all(signatures_->finish());
    report_.signatures_checked = signatures_->checked();
    judge_anchor();
    return std::move(report_);
  }

 private:
  Task<Outcome<void>> begin(Transaction& transaction) {
    auto checkpoint = co_await load_checkpoint(transaction, store_->keys);
    if (!checkpoint) report_.add(checkpoint.error().subject);
    if (checkpoint) report_.checkpoint = std::move(*checkpoint);
    if (report_.checkpoint) seen(report_.checkpoint->through);
    at_.rows_total = co_await transaction.count(Table::audit);
    const std::uint64_t known = co_await known_through(transaction);
    signatures_.emplace(store_->keys.signers(), known);
    if (report_.checkpoint) signatures_->begin_after(report_.checkpoint->through.sequence);
    co_return Outcome<void>();
  }

  /// The anchor's sequence if its entry is stored with its hash: the chain then covers all entries before it, so their
  /// signatures need no check.
  Task<std::uint64_t> known_through(Transaction& transaction) const {
    if (!anchor_ || !anchor_->sequence) co_return std::uint64_t{0};
    const auto key = audit_key(*anchor_->sequence);
    const auto value = co_await transaction.get(Table::audit, key);
    const auto entry = value ? parse_audit_row(Row{key, *value}) : std::nullopt;
    co_return entry && entry->hash == anchor_->hash ? *anchor_->sequence : 0;
  }

  Task<Outcome<void>> reload(Transaction& transaction) {
    auto checkpoint = co_await load_checkpoint(transaction, store_->keys);
    if (checkpoint) report_.checkpoint = std::move(*checkpoint);
    const auto newest = co_await newest_audit_mark(transaction);
    if (!newest) co_return Outcome<void>();  // it is reported as unreadable
    const std::uint64_t pruned = report_.checkpoint ? report_.checkpoint->through.sequence : 0;
    const auto ends = ends_before_cut_off(store_->keys.signers(), std::max(newest->sequence, pruned));
    if (ends) report_.add(*ends);
    co_return Outcome<void>();
  }

  /// To the entry that was the newest at the beginning, or further: a live log may grow during the read, and a page may
  /// end within a commit, before its signatures.
  Outcome<void> walk() {
    AuditReader reader(store_, 0);
    while (at_.rows < at_.rows_total || signatures_->is_open()) {
      const std::uint64_t pruned = reader.pruned_meanwhile();
      const auto page = reader.next();
      if (!page && page.error().code == Errc::integrity) {
        report_.add(page.error().subject);
        return {};
      }
      if (!page) return page.error();
      if (page->empty()) return {};
      if (reader.pruned_meanwhile() != pruned) signatures_->begin_after(page->front().mark.sequence - 1);
      for (const AuditRecord& record : *page) entry(record);
      if (progress_) progress_(at_);
    }
    return {};
  }

  void entry(const AuditRecord& record) {
    ++at_.rows;
    ++report_.entries;
    if (!record.fault.empty()) report_.add(record.fault);
    add_all(signatures_->follow(record.mark, record.body, record.first, record.signatures));
    seen(record.mark);
  }

  void add_all(const std::vector<std::string>& findings) {
    for (const std::string& finding : findings) report_.add(finding);
  }

  void seen(const AuditMark& mark) {
    report_.head = mark;
    if (!anchor_ || (anchor_->sequence && *anchor_->sequence != mark.sequence)) return;
    anchor_seen_ = true;
    anchor_fits_ = anchor_fits_ || anchor_->hash == mark.hash;
  }

  void judge_anchor() {
    if (!anchor_ || anchor_fits_) return;
    const std::string hash = crypto::to_hex(anchor_->hash);
    if (!anchor_->sequence) return report_.add("no entry has the anchor's hash " + hash);
    const std::string name = to_string(AuditMark{*anchor_->sequence, anchor_->hash});
    if (anchor_seen_)
      return report_.add("entry " + std::to_string(*anchor_->sequence) + " differs from the anchor " + name);
    const bool pruned = report_.checkpoint && *anchor_->sequence < report_.checkpoint->through.sequence;
    report_.add("the anchor " + name +
                (pruned ? " names an entry that was pruned" : " names an entry that is missing"));
  }

  ContextPtr store_;
  const std::optional<AuditAnchor>& anchor_;
  const Progress& progress_;
  VerifyProgress at_;
  AuditReport report_;
  std::optional<AuditSignatureCheck> signatures_;  ///< from begin() on
  bool anchor_seen_ = false;
  bool anchor_fits_ = false;
};

}  // namespace

Outcome<AuditReport> AuditTrail::verify(const std::optional<AuditAnchor>& anchor,
                                        const std::function<void(const VerifyProgress&)>& progress) const {
  return ChainVerification(context_, anchor, progress).run();
}

}  // namespace tacit::store
