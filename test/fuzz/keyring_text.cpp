// Keyrings: what was accepted can be changed, and reads as what the change says.
#include "crypto/keyrings/keyring_text.hpp"

#include "crypto/keyrings/signers_text.hpp"
#include "test/fuzz/fuzz.hpp"
#include "test/fuzz/keys.hpp"

namespace tacit::fuzz {
namespace {

using crypto::parse_keyring;

constexpr std::string_view kinds[] = {"root-public", "metadata", "root-signing"};

void check_signers(std::string_view text) {
  const auto signers = crypto::parse_signers("ring", text);
  if (!signers || signers->entries().empty()) return;
  const crypto::Signer& last = signers->entries().back();
  if (last.state == crypto::SignerState::active) {
    const auto changed = crypto::parse_signers("ring", crypto::with_primary_signer(text, last.role, last.id).text());
    TACIT_HOLDS(changed && changed->primary(last.role) != nullptr && changed->primary(last.role)->id == last.id);
  }
  if (signers->cut_off()) {
    const auto changed = crypto::parse_signers("ring", crypto::with_cut_off(text, 77).text());
    TACIT_HOLDS(changed && changed->cut_off() == 77U);
  }
}

Description describe() {
  const std::string full = public_keyring_text();
  return {.max_size = 4096,
          .seeds = {Seed().byte(0).rest(full), Seed().byte(0).rest(full + "cut-off 12\n"),
                    Seed().byte(1).rest(metadata_keyring_text()),
                    Seed().byte(2).rest("# a comment\n\n" + signing_keyring_text())},
          .words = {"tacit-keyring 1 ", "tacit-keyring 3 ", "root-public\n", "metadata\n", "sign ", "store ",
                    "cut-off ", " primary ", " active ", " retired ", "api ", "tools ", "operator ", "root ",
                    " 2026-01-01T00:00:00Z ", " api-1:57,tools-2:9", " -", "1", "\n"}};
}

void take(std::string_view input) {
  Input in(input);
  const std::string_view kind = kinds[in.byte() % 3];
  const std::string_view text = in.rest();
  const auto lines = parse_keyring("ring", kind, text);
  if (!lines) {
    TACIT_HOLDS(lines.error().message.starts_with("ring: "));
    return;
  }
  TACIT_HOLDS(std::ranges::count(*lines, true, &crypto::KeyringLine::primary) == 1);
  const crypto::KeyId added{1, 2, 3};
  if (std::ranges::find(*lines, added, &crypto::KeyringLine::id) == lines->end()) {
    const auto longer = crypto::with_key(text, added, crypto::as_bytes("key"));
    const auto second = parse_keyring("ring", kind, longer.text());
    TACIT_HOLDS(second && second->size() == lines->size() + 1 && second->back().id == added);
    const auto promoted = crypto::with_primary(longer.text(), added);
    const auto third = parse_keyring("ring", kind, promoted.text());
    TACIT_HOLDS(third && third->back().primary && third->size() == second->size());
    const auto shorter = parse_keyring("ring", kind, crypto::without_key(longer.text(), added).text());
    TACIT_HOLDS(shorter && shorter->size() == lines->size());
  }
  check_signers(text);
}

const Target target("keyring_text", describe, take);

}  // namespace
}  // namespace tacit::fuzz
