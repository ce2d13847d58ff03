// Checks each slot's chain and its signatures, the heads of slots that the log records, and compares the log with an
// anchor that was kept elsewhere. The slots are walked side by side, a page of the one whose entries are the oldest, so
// that recorded heads are compared in passing (store/audit/recorded_heads.hpp).
#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include "crypto/keyrings/keyring.hpp"
#include "store/audit/audit_checkpoint.hpp"
#include "store/audit/audit_log.hpp"
#include "store/audit/audit_read.hpp"
#include "store/audit/audit_signing.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/audit/recorded_heads.hpp"
#include "store/model/failures.hpp"

namespace tacit::store {
namespace {

using Progress = std::function<void(const VerifyProgress&)>;

/// An anchor without a place: the hash of any entry, or of the text of any list of heads.
struct HashAnchor {
  std::optional<crypto::Digest> hash;
  bool found = false;

  void see(const crypto::Digest& seen) { found = found || hash == seen; }
  void see(const std::vector<AuditMark>& heads) {
    if (hash && !found && !heads.empty()) see(crypto::sha256(crypto::as_bytes(to_string(heads))));
  }
};

/// What the checks of all slots have in common.
struct Common {
  Common(ContextPtr of, const Progress& told) : store(std::move(of)), progress(told) {}

  ContextPtr store;
  const Progress& progress;
  AuditReport report{};
  VerifyProgress at{};
  HashAnchor any{};
  RecordedHeadsCheck heads{store, report};
};

class SlotVerification {
 public:
  /// `anchor`: an entry of this slot.
  SlotVerification(Common& common, AuditSlot slot, std::optional<AuditMark> anchor)
      : common_(common), report_(common.report), slot_(slot), anchor_(anchor), reader_(common.store, slot, 0) {}

  Outcome<void> begin() {
    const auto begun =
        read_blocking<void>(engine(), [this](Transaction& transaction) { return begin_in(transaction); });
    if (!begun) return begun.error();
    head_.slot = slot_;
    if (checkpoint_) common_.heads.begins_after(checkpoint_->through);
    if (checkpoint_) seen(checkpoint_->through);
    return {};
  }

  /// To the entry that was the newest at the beginning, or further: a live log may grow during the read, and a page may
  /// end within a commit, before its signatures.
  bool is_walked() const { return has_ended_ || (walked_ >= until_ && !signatures_->is_open()); }
  /// As written, of the last entry that was walked; empty at first.
  const std::string& time() const { return time_; }

  /// Walks a page.
  Outcome<void> step() {
    const std::uint64_t pruned = reader_.pruned_meanwhile();
    const auto page = reader_.next();
    if (!page && page.error().code != Errc::integrity) return page.error();
    if (!page) report_.add(page.error().subject);
    has_ended_ = !page || page->empty();
    if (has_ended_) return {};
    if (reader_.pruned_meanwhile() != pruned) signatures_->begin_after(page->front().mark.sequence - 1);
    for (const AuditRecord& record : *page) entry(record);
    time_ = audit_time(page->back().body);
    return {};
  }

  Outcome<void> finish() {
    // The log may have been pruned further while it was read.
    const auto again = read_blocking<void>(engine(), [this](Transaction& transaction) { return reload(transaction); });
    if (!again) return again.error();
    if (checkpoint_ && entries_ == 0) report_.add(its_log() + " is empty although it was pruned");
    add_all(signatures_->finish());
    report_.entries += entries_;
    report_.signatures_checked += signatures_->checked();
    judge_anchor();
    tell();
    return {};
  }

 private:
  Engine& engine() const { return *common_.store->engine; }
  const StoreKeys& keys() const { return common_.store->keys; }
  std::string its_log() const {
    return slot_.is_embedded() ? std::string("the audit log") : "slot " + to_string(slot_) + " of the audit log";
  }

  Task<Outcome<void>> begin_in(Transaction& transaction) {
    auto checkpoint = co_await load_checkpoint(transaction, keys(), slot_);
    if (!checkpoint) report_.add(checkpoint.error().subject);
    if (checkpoint) checkpoint_ = std::move(*checkpoint);
    const auto newest = co_await newest_audit_mark(transaction, slot_);
    until_ = newest ? newest->sequence : UINT64_MAX;
    const std::uint64_t known = co_await known_through(transaction);
    signatures_.emplace(keys().signers(), known, slot_);
    if (checkpoint_) signatures_->begin_after(checkpoint_->through.sequence);
    co_return Outcome<void>();
  }

  /// The anchor's sequence if its entry is stored with its hash: the chain then covers all entries before it, so their
  /// signatures need no check.
  Task<std::uint64_t> known_through(Transaction& transaction) const {
    if (!anchor_) co_return std::uint64_t{0};
    const auto entry = co_await audit_entry_at(transaction, slot_, anchor_->sequence);
    co_return entry && entry->hash == anchor_->hash ? anchor_->sequence : 0;
  }

  Task<Outcome<void>> reload(Transaction& transaction) {
    auto checkpoint = co_await load_checkpoint(transaction, keys(), slot_);
    if (checkpoint) checkpoint_ = std::move(*checkpoint);
    if (!slot_.is_embedded()) co_return Outcome<void>();
    const auto newest = co_await newest_audit_mark(transaction, slot_);
    if (!newest) co_return Outcome<void>();  // it is reported as unreadable
    const std::uint64_t pruned = checkpoint_ ? checkpoint_->through.sequence : 0;
    const auto ends = ends_before_cut_off(keys().signers(), std::max(newest->sequence, pruned));
    if (ends) report_.add(*ends);
    co_return Outcome<void>();
  }

  void entry(const AuditRecord& record) {
    ++common_.at.rows;
    ++entries_;
    walked_ = record.mark.sequence;
    if (!record.fault.empty()) report_.add(record.fault);
    add_all(signatures_->follow(record.mark, record.body, record.first, record.signatures));
    seen(record.mark);
    const auto heads = recorded_heads(record.body);
    common_.any.see(heads);
    common_.heads.entry(record.mark, record.first != 0, heads);
  }

  void add_all(const std::vector<std::string>& findings) {
    for (const std::string& finding : findings) report_.add(finding);
  }

  void seen(const AuditMark& mark) {
    head_ = mark;
    common_.any.see(mark.hash);
    if (!anchor_ || anchor_->sequence != mark.sequence) return;
    anchor_seen_ = true;
    anchor_fits_ = anchor_fits_ || anchor_->hash == mark.hash;
  }

  void judge_anchor() {
    if (!anchor_ || anchor_fits_) return;
    const std::string name = to_string(*anchor_);
    if (anchor_seen_)
      return report_.add("entry " + name_of_entry(slot_, anchor_->sequence) + " differs from the anchor " + name);
    const bool pruned = checkpoint_ && anchor_->sequence < checkpoint_->through.sequence;
    report_.add("the anchor " + name +
                (pruned ? " names an entry that was pruned" : " names an entry that is missing"));
  }

  void tell() {
    if (slot_.is_embedded()) {
      report_.head = head_;
      report_.checkpoint = checkpoint_;
      return;
    }
    report_.heads.push_back(head_);
    if (checkpoint_) report_.checkpoints.push_back(*checkpoint_);
  }

  Common& common_;
  AuditReport& report_;
  const AuditSlot slot_;
  const std::optional<AuditMark> anchor_;
  std::optional<AuditCheckpoint> checkpoint_;
  std::optional<AuditSignatureCheck> signatures_;  ///< from begin() on
  AuditReader reader_;
  AuditMark head_;
  std::string time_;
  bool has_ended_ = false;
  std::uint64_t entries_ = 0;
  std::uint64_t until_ = 0;
  std::uint64_t walked_ = 0;
  bool anchor_seen_ = false;
  bool anchor_fits_ = false;
};

/// The entries that the anchor names, by slot.
std::map<AuditSlot, AuditMark> places_of(const std::optional<AuditAnchor>& anchor) {
  std::map<AuditSlot, AuditMark> places;
  if (!anchor) return places;
  for (const AuditMark& mark : anchor->marks) places[mark.slot] = mark;
  if (!anchor->marks.empty() || !anchor->sequence) return places;
  AuditMark mark;
  mark.slot = anchor->slot;
  mark.sequence = *anchor->sequence;
  mark.hash = anchor->hash;
  places[mark.slot] = mark;
  return places;
}

class LogVerification {
 public:
  LogVerification(ContextPtr store, const std::optional<AuditAnchor>& anchor, const Progress& progress)
      : common_(std::move(store), progress), places_(places_of(anchor)) {
    if (anchor && places_.empty()) common_.any.hash = anchor->hash;
  }

  Outcome<AuditReport> run() {
    const auto slots = read_blocking<std::vector<AuditSlot>>(
        *common_.store->engine, [this](Transaction& transaction) { return begin(transaction); });
    if (!slots) return slots.error();
    const auto walked = walk(*slots);
    if (!walked) return walked.error();
    AuditReport& report = common_.report;
    report.heads_checked = common_.heads.right();
    std::erase_if(report.heads, [](const AuditMark& head) { return head.sequence == 0; });
    std::vector<AuditMark> present = report.heads;
    if (report.head.sequence > 0) present.push_back(report.head);
    common_.any.see(present);
    if (common_.any.hash && !common_.any.found) {
      report.add("no entry has the anchor's hash " + crypto::to_hex(*common_.any.hash));
    }
    return std::move(report);
  }

 private:
  Outcome<void> walk(const std::vector<AuditSlot>& slots) {
    std::deque<SlotVerification> each;
    for (const AuditSlot slot : slots) {
      const auto at = places_.find(slot);
      each.emplace_back(common_, slot, at != places_.end() ? std::optional(at->second) : std::nullopt);
      const auto begun = each.back().begin();
      if (!begun) return begun.error();
    }
    for (SlotVerification* next = oldest(each); next != nullptr; next = oldest(each)) {
      const auto walked = next->step();
      if (!walked) return walked.error();
      const auto compared = common_.heads.look_up();
      if (!compared) return compared.error();
      if (common_.progress) common_.progress(common_.at);
    }
    common_.heads.end();
    const auto compared = common_.heads.look_up();
    if (!compared) return compared.error();
    for (SlotVerification& slot : each) {
      const auto finished = slot.finish();
      if (!finished) return finished.error();
    }
    return {};
  }

  /// The slot to walk on; null: none.
  static SlotVerification* oldest(std::deque<SlotVerification>& slots) {
    SlotVerification* found = nullptr;
    for (SlotVerification& slot : slots) {
      if (!slot.is_walked() && (found == nullptr || slot.time() < found->time())) found = &slot;
    }
    return found;
  }

  /// The slots to check: the stored ones, those that the anchor names, and always slot 0.
  Task<Outcome<std::vector<AuditSlot>>> begin(Transaction& transaction) {
    auto slots = co_await stored_audit_slots(transaction);
    if (!slots) co_return slots.error();
    slots->push_back(AuditSlot());
    for (const auto& [slot, mark] : places_) slots->push_back(slot);
    std::ranges::sort(*slots);
    slots->erase(std::unique(slots->begin(), slots->end()), slots->end());
    common_.at.rows_total = co_await transaction.estimate(Table::audit);
    co_return slots;
  }

  Common common_;
  const std::map<AuditSlot, AuditMark> places_;
};

}  // namespace

Outcome<AuditReport> AuditTrail::verify(const std::optional<AuditAnchor>& anchor,
                                        const std::function<void(const VerifyProgress&)>& progress) const {
  return LogVerification(context_, anchor, progress).run();
}

}  // namespace tacit::store
