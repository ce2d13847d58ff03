// Signatures of the audit log (crypto/keyrings/signers.hpp). A commit's last entry carries one signature for each plane
// that has entries in the commit, made with that plane's audit key. Signed, for the context
// "tacit signed audit head 1": store id, role (1 byte), signing key id, sequence (8 bytes), entry hash, sequence of the
// commit's first entry (8 bytes).
//
// The hash covers the whole chain before it, so no earlier entry can be changed. The signature vouches only for the
// entries of its commit, from the first one on: an entry that was appended without a key before it stays unsigned.
//
// Each slot has commits of its own. A cut-off is a sequence of slot 0: in other slots, which older builds never had,
// signatures are required from the first entry on as soon as there is a cut-off. A retired key has a last entry in each
// slot, and none in a slot that began later. Only if an older version retired it, there is one for slot 0 alone: in
// other slots its signatures stay valid then.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/keyrings/signers.hpp"
#include "store/engine/commit_seal.hpp"
#include "store/model/audit.hpp"
#include "store/model/store_keys.hpp"

namespace tacit::store {

class AuditHistory;  // store/audit/audit_history.hpp

/// The plane of an entry, as the role that signs for it; std::nullopt if the body does not begin like an entry of
/// Tacit.
std::optional<crypto::SigningRole> audit_plane(std::string_view body);
/// The bit of AuditActionRow::planes. `role` is that of an audit key.
std::uint8_t plane_bit(crypto::SigningRole role);
/// The action of an entry, as text; empty likewise.
std::string_view audit_action_text(std::string_view body);

/// Signs the commit of the entries from `first` through `head` for the role of the signer's ring.
AuditSignature sign_audit_head(const crypto::SigningKeyring::Entry& signer, crypto::SigningRole role,
                               const crypto::Uuid& store, const AuditMark& head, std::uint64_t first);

/// Whether the signature is right, of a commit from `first` through `head`, by a key that the keyring knows. Any
/// thread.
bool is_right_signature(const crypto::Signers& signers, const AuditMark& head, std::uint64_t first,
                        const AuditSignature& signature);

/// Whether signatures are required of the entry.
bool needs_audit_signature(const crypto::Signers& signers, const AuditMark& entry);

/// The finding of a log whose newest entry is `last` and that has to contain signed entries, because there is a
/// cut-off; std::nullopt if it reaches the cut-off. An upgraded store gets its cut-off when its log is that long.
std::optional<std::string> ends_before_cut_off(const crypto::Signers& signers, std::uint64_t last);

/// The seal of an engine's commits: signs the last entry of each commit, once the phase of `keys` is not `none` and the
/// store takes rows of format 3. A commit with entries of a plane whose key this process lacks fails; only
/// `store.restore` may stay unsigned. Compares each commit's beginning with `history`, and tells it the new head, in
/// every phase.
std::shared_ptr<CommitSeal> make_audit_seal(const StoreKeys& keys, std::shared_ptr<AuditHistory> history);

/// Follows the signatures of one slot of the log, entry by entry; the hashes are for AuditChain
/// (store/audit/audit_chain.hpp) to check. Pure.
///
/// The entries from the one that an entry's signatures name as the first of their commit up to that entry are a commit;
/// commits do not overlap. From the cut-off on each entry must have the form, a plane and an action of Tacit's, and
/// must be in a commit that its plane signed; `store.restore`, which the restoring command cannot sign for a log of
/// another time, may be unsigned. Before the cut-off missing signatures are no finding, because servers are restarted
/// one after the other; present ones are verified.
class AuditSignatureCheck {
 public:
  /// A commit has fewer entries. The first ones of a longer row of unsigned entries count as unsigned.
  static constexpr std::size_t most_in_commit = 4096;

  /// Signatures of entries through `checked_through` are not verified. `signers` must outlive this object.
  explicit AuditSignatureCheck(const crypto::Signers& signers, std::uint64_t checked_through = 0, AuditSlot slot = {})
      : signers_(signers), checked_through_(checked_through), slot_(slot) {}

  /// The entries through that sequence are not known, because they were pruned. They may be of the same commit as the
  /// next ones, so its signatures may be of planes without a known entry.
  void begin_after(std::uint64_t sequence);
  /// The findings of the next entry, one sentence each. `first`: the first entry of the commit of its signatures, as
  /// stored. `right`: what is_right_signature says of each of the signatures; null: this function verifies them.
  std::vector<std::string> follow(const AuditMark& mark, std::string_view body, std::uint64_t first,
                                  std::span<const AuditSignature> signatures, const std::vector<bool>* right = nullptr);
  /// Whether entries wait for the signatures that they need.
  bool is_open() const;
  /// The findings of the log's end.
  std::vector<std::string> finish();
  /// The number of signatures that were verified and right.
  std::uint64_t checked() const { return checked_; }
  /// The planes whose signatures of the last followed entry are right, as bits of AuditActionRow::planes.
  std::uint8_t signed_planes() const { return signed_planes_; }

 private:
  using Texts = std::vector<std::string>;

  /// An entry after the last one that has signatures.
  struct Waiting {
    std::uint64_t sequence = 0;
    std::uint8_t plane = 0;  ///< a bit of AuditActionRow::planes; 0: unknown
    bool needs_signature = false;
  };
  /// The entries of one plane that lack the signature that they need.
  struct Unsigned {
    std::uint64_t first = 0;  ///< 0: none
    std::uint64_t last = 0;
  };

  bool is_required(std::uint64_t sequence) const;
  /// "audit entry 7: ".
  std::string entry(std::uint64_t sequence) const;
  /// The fault of the first entry that a commit's signatures name; empty if there is none.
  std::string fault_of_first(const AuditMark& mark, std::uint64_t first) const;
  /// Notes what the entry's commit has to be signed by, and judges its body.
  void expect(const AuditMark& mark, std::string_view body, Texts& findings);
  void settle(const AuditMark& mark, std::uint64_t first, std::span<const AuditSignature> signatures,
              const std::vector<bool>* right, Texts& findings);
  /// The planes whose signatures a commit from that entry on may have.
  std::uint8_t planes_from(std::uint64_t first) const;
  /// The planes for which the entry has a signature, right or not.
  std::uint8_t verify(const AuditMark& mark, std::uint64_t first, std::span<const AuditSignature> signatures,
                      const std::vector<bool>* right, Texts& findings);
  /// Why the signature is not accepted; std::nullopt if it is. `right`: as far as it is known.
  std::optional<std::string> fault_of(const AuditMark& mark, std::uint64_t first, const AuditSignature& signature,
                                      std::optional<bool> right);
  /// The entry will have no signature.
  void give_up(const Waiting& entry);
  void report_unsigned(Texts& findings);

  const crypto::Signers& signers_;
  const std::uint64_t checked_through_;
  const AuditSlot slot_;
  std::deque<Waiting> waiting_;
  std::array<Unsigned, crypto::signing_roles.size()> unsigned_{};  ///< not reported yet
  std::uint64_t unknown_through_ = 0;
  std::uint64_t signed_through_ = 0;  ///< the last entry that has signatures
  std::uint64_t checked_ = 0;
  std::uint8_t signed_planes_ = 0;
};

}  // namespace tacit::store
