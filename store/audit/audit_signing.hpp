// Signatures of the audit log (crypto/signers.hpp). A commit's last entry carries one signature for each plane that has
// entries in the commit, made with that plane's audit key. Signed, for the context "tacit signed audit head 1": store
// id, role (1 byte), signing key id, sequence (8 bytes), entry hash. The hash covers the whole chain before it, so the
// signature covers all earlier entries, too.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/signers.hpp"
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

/// Signs for the role of the signer's ring.
AuditSignature sign_audit_head(const crypto::SigningKeyring::Entry& signer, crypto::SigningRole role,
                               const crypto::Uuid& store, const AuditMark& head);

/// The seal of an engine's commits: signs the last entry of each commit, once the phase of `keys` is not `none` and the
/// store takes rows of format 3. A commit with entries of a plane whose key this process lacks fails; only
/// `store.restore` may stay unsigned. Compares each commit's beginning with `history`, and tells it the new head, in
/// every phase.
std::shared_ptr<CommitSeal> make_audit_seal(const StoreKeys& keys, std::shared_ptr<AuditHistory> history);

/// Follows the signatures of the log, entry by entry; the hashes are for AuditChain (store/audit/audit_chain.hpp) to
/// check. Pure.
///
/// All entries up to and with the next one that has signatures count as one commit. From the cut-off on each plane that
/// has entries in it must have signed it; `store.restore`, which the restoring command cannot sign for a log of another
/// time, may be unsigned. Before the cut-off missing signatures are no finding, because servers are restarted one after
/// the other; present ones are verified.
class AuditSignatureCheck {
 public:
  /// Signatures of entries through `checked_through` are not verified. `signers` must outlive this object.
  explicit AuditSignatureCheck(const crypto::Signers& signers, std::uint64_t checked_through = 0)
      : signers_(signers), checked_through_(checked_through) {}

  /// The entries before the next one are not known, because they were pruned. They may be of the same commit, so its
  /// signatures may be of planes without a known entry.
  void begin_within_commit();
  /// The findings of the next entry, one sentence each.
  std::vector<std::string> follow(const AuditMark& mark, std::string_view body,
                                  std::span<const AuditSignature> signatures);
  /// Whether entries wait for the signatures that they need.
  bool is_open() const;
  /// The findings of the log's end.
  std::vector<std::string> finish();
  /// The number of signatures that were verified and right.
  std::uint64_t checked() const { return checked_; }
  /// The planes whose signatures of the last followed entry are right, as bits of AuditActionRow::planes.
  std::uint8_t signed_planes() const { return signed_planes_; }

 private:
  /// The entries of one plane in the present commit from which a signature is required.
  struct Unsigned {
    std::uint64_t first = 0;  ///< 0: none
    std::uint64_t last = 0;
  };

  Unsigned& of(crypto::SigningRole role) { return unsigned_.at(static_cast<std::size_t>(role) - 1); }
  /// Notes what the entry's commit has to be signed by.
  void expect(const AuditMark& mark, std::string_view body, std::vector<std::string>& findings);
  /// Why the signature is not accepted; std::nullopt if it is.
  std::optional<std::string> fault_of(const AuditMark& mark, const AuditSignature& signature);

  const crypto::Signers& signers_;
  const std::uint64_t checked_through_;
  std::array<Unsigned, crypto::signing_roles.size()> unsigned_{};
  std::array<bool, crypto::signing_roles.size()> present_{};  ///< planes with entries in the present commit
  std::uint64_t checked_ = 0;
  std::uint8_t signed_planes_ = 0;
};

}  // namespace tacit::store
