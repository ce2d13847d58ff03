#include "server/commands/key_signing.hpp"

#include <algorithm>
#include <array>
#include <iostream>
#include <utility>

#include "crypto/text/enum_table.hpp"
#include "http/log/printable.hpp"
#include "server/cli/standard_streams.hpp"
#include "server/commands/key_changes.hpp"
#include "server/commands/key_rings.hpp"
#include "server/config/errors.hpp"
#include "store/audit/audit_trail.hpp"
#include "store/engine/context.hpp"
#include "store/engine/work.hpp"
#include "store/keys/keys.hpp"
#include "store/keys/prekeys.hpp"
#include "store/rows/store_meta.hpp"

namespace tacit::server {
namespace {

using crypto::SigningRole;
using store::KeyChange;
using store::KeyKind;

struct RoleRow {
  SigningRole role;
  const char* keyring;
};
constexpr std::array<RoleRow, crypto::signing_roles.size()> roles{{{SigningRole::root, "signing"},
                                                                   {SigningRole::api, "audit-api"},
                                                                   {SigningRole::tools, "audit-tools"},
                                                                   {SigningRole::operators, "audit-operator"}}};

constexpr KeyNeeds to_change{.root_signing = true};

crypto::SigningEdit edit_signing(const Config& config) {
  return opened(crypto::SigningEdit::open(signing_files(config)));
}

store::Task<store::Outcome<std::uint32_t>> read_rows_format(store::Transaction& transaction) {
  const std::uint32_t format = co_await store::rows_format(transaction);
  co_return format;
}

/// Processes of older versions would refuse the root public keyring, and do not know signed rows.
void expect_newest_format(const store::Store& store) {
  const auto context = store.context();
  const std::uint32_t format = value_or_fail(store::read_blocking<std::uint32_t>(*context->engine, read_rows_format),
                                             "cannot read the store's format");
  if (format >= store::third_rows_format) return;
  throw CommandFailed("the store's format is " + std::to_string(format) +
                      ": a process of an older version has it open, or no server of this version has run; see tacit "
                      "stats");
}

std::string describe(const crypto::Signer& signer) {
  return std::string(keyring_name(signer.role)) + " key " + crypto::to_hex(signer.id);
}

/// The last audit entries that a key may have signed.
struct LastSigned {
  std::uint64_t through = 0;  ///< of slot 0
  crypto::SlotSequences slots_through{};
};

/// The inverse of to_string of these places. Throws CommandFailed.
LastSigned last_signed(std::string_view heads) {
  LastSigned last;
  while (!heads.empty()) {
    const std::string_view one = heads.substr(0, heads.find(','));
    heads.remove_prefix(std::min(heads.size(), one.size() + 1));
    const auto head = store::parse_audit_mark(one);
    if (!head) throw CommandFailed("the heads of the audit log cannot be read");
    if (head->slot.is_embedded()) {
      last.through = head->sequence;
    } else {
      last.slots_through[to_string(head->slot)] = head->sequence;
    }
  }
  return last;
}

/// Returns the last audit entries that the key may have signed.
LastSigned record_retirement(const Config& config, const crypto::Signer& signer, const Confirmation& confirmation,
                             bool discards) {
  const std::string question = "Permanently remove the " + describe(signer) + " from its keyring?";
  const KeyNeeds needs{.root_signing = true, .discard_unreadable = discards};
  const std::string answer = with_store(config, needs, [&](store::Store& store) {
    if (signer.role != SigningRole::root) {
      confirmation.ask(question);
      record_key_event(store, store::AuditAction::key_retire, keyring_name(signer.role), signer.id);
      return to_string(value_or_fail(store.audit().heads(), "cannot read the heads of the audit log"));
    }
    expect_unused(store, KeyKind::signing, signer.id);
    confirmation.ask(question);
    // A process may have signed with it between the count and this change.
    change_in_store(store, KeyChange::retire, KeyKind::signing, signer.id);
    expect_unused(store, KeyKind::signing, signer.id);
    return std::string();
  });
  return last_signed(answer);
}

/// Processes that do not sign yet may put rows until they have read the new ring: so the step that signs such rows is
/// repeated last. The prekeys are for API planes that read the ring before the tool plane does.
void promote_root_signer(store::Store& store, const crypto::KeyId& id, bool first) {
  const auto promote = [&] {
    value_or_fail(run(store.keys().promote_signing(id, operator_context())),
                  "cannot change the store's record of the key " + crypto::to_hex(id));
  };
  promote();
  if (!first) return;
  for (std::size_t added = 0; added < store::first_prekeys; added += store::most_prekeys_at_once) {
    value_or_fail(run(store.prekeys().add_first(id, store::most_prekeys_at_once)),
                  "cannot make key pairs for new tenants");
  }
  promote();
}

void print_added(const Config& config, SigningRole role, const crypto::KeyId& id, bool first) {
  std::cout << crypto::to_hex(id) << '\n';
  const std::string keyring = first ? "keyrings root-signing, audit-api, audit-tools and audit-operator" : "keyring";
  std::cerr << (first ? "Made the signing keyrings in " : "Added this key to ")
            << http::printable(first ? signing_files(config).root_signing.parent_path().string()
                                     : signing_files(config).of(role).string())
            << ". Keep a copy of the " << keyring << ", make every server read the keyrings (restart it under systemd, "
            << "else reload), and then run: tacit key promote " << crypto::to_hex(id) << '\n';
}

}  // namespace

std::optional<SigningRole> signing_keyring_role(std::string_view name) {
  const auto* const found =
      std::ranges::find_if(roles, [&](const RoleRow& row) { return std::string_view(row.keyring) == name; });
  if (found == roles.end()) return std::nullopt;
  return found->role;
}

const char* keyring_name(SigningRole role) {
  const auto* const found = std::ranges::find(roles, role, &RoleRow::role);
  return found == roles.end() ? "" : found->keyring;
}

std::optional<crypto::Signer> find_signing_key(const Config& config, const crypto::KeyId& id) {
  if (config.root_public_keyring.empty()) return std::nullopt;
  const auto ring = crypto::RootPublicKeyring::load(config.root_public_keyring);
  const crypto::Signer* const signer = ring ? ring->signers().find(id) : nullptr;
  return signer == nullptr ? std::nullopt : std::optional(*signer);
}

int add_signing_key(const Config& config, SigningRole role) {
  crypto::SigningEdit edit = edit_signing(config);
  const bool first = edit.is_first();
  if (first && role != SigningRole::root) {
    throw CommandFailed(config.root_public_keyring.string() + " has no signing keys: run tacit key add signing first");
  }
  if (first) {
    with_store(config, {}, [](store::Store& store) {
      expect_newest_format(store);
      return std::string();
    });
  }
  const auto id = edit.add(role);
  if (!id) fail(id.error());
  with_store(config, {}, [&](store::Store& store) {
    record_key_event(store, store::AuditAction::key_add, keyring_name(role), *id);
    return std::string();
  });
  finish_change(edit.apply(), config, store::AuditAction::key_add, keyring_name(role), *id);
  print_added(config, role, *id, first);
  return exit_ok;
}

int promote_signing_key(const Config& config, const crypto::Signer& signer) {
  crypto::SigningEdit edit = edit_signing(config);
  const bool first = edit.signers().primary(SigningRole::root) == nullptr;
  const auto promoted = edit.promote(signer.id);
  if (!promoted) fail(promoted.error());
  with_store(config, to_change, [&](store::Store& store) {
    if (signer.role == SigningRole::root) {
      promote_root_signer(store, signer.id, first);
    } else {
      record_key_event(store, store::AuditAction::key_promote, keyring_name(signer.role), signer.id);
    }
    return std::string();
  });
  finish_change(edit.apply(), config, store::AuditAction::key_promote, keyring_name(signer.role), signer.id);
  std::cout << "The " << describe(signer) << " is now the primary key.\n";
  std::cerr << "Make every server read it (restart it under systemd, else reload)";
  if (signer.role == SigningRole::root) {
    std::cerr << ", and then run: tacit " << (first ? "tenant rekey --all" : "key rewrap root");
  }
  std::cerr << '\n';
  return exit_ok;
}

int retire_signing_key(const Config& config, const crypto::Signer& signer, const Confirmation& confirmation,
                       bool discards) {
  crypto::SigningEdit edit = edit_signing(config);
  // A refusal comes before the question.
  if (auto retirable = edit.retire(signer.id, 0); !retirable) fail(retirable.error());
  if (confirmation.dry_run()) {
    if (signer.role == SigningRole::root) {
      with_store(config, {.signs = false, .discard_unreadable = discards}, [&](store::Store& store) {
        expect_retirable(store, KeyKind::signing, signer.id);
        return std::string();
      });
    }
    std::cout << "Would retire the " << describe(signer) << ".\n";
    return exit_ok;
  }
  const LastSigned last = record_retirement(config, signer, confirmation, discards);
  if (auto retired = edit.retire(signer.id, last.through, last.slots_through); !retired) fail(retired.error());
  finish_change(edit.apply(), config, store::AuditAction::key_retire, keyring_name(signer.role), signer.id);
  std::cout << "The " << describe(signer) << " is retired.\n";
  std::cerr << "Its public half stays in the root public keyring and verifies what it signed before.\n";
  return exit_ok;
}

}  // namespace tacit::server
