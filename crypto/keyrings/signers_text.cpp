#include "crypto/keyrings/signers_text.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "crypto/keyrings/keyring_lines.hpp"
#include "crypto/keyrings/keyring_text.hpp"
#include "crypto/text/base64.hpp"

namespace tacit::crypto {
namespace {

constexpr std::string_view second_version = "2";
constexpr std::string_view third_version = "3";

constexpr std::string_view store_word = "store";
constexpr std::string_view sign_word = "sign";
constexpr std::string_view cut_off_word = "cut-off";

// The fields of a line that begins with `sign`.
enum Field : std::size_t {
  role_field = 1,
  id_field,
  state_field,
  created_field,
  key_field,
  through_field,
  slots_field
};

constexpr std::string_view primary_text = "primary";
constexpr std::string_view active_text = "active";
constexpr std::string_view retired_text = "retired";

std::optional<SignerState> parse_state(std::string_view text) {
  if (text == primary_text) return SignerState::primary;
  if (text == active_text) return SignerState::active;
  if (text == retired_text) return SignerState::retired;
  return std::nullopt;
}

// Decimal, without sign and leading zeros.
std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, number);
  if (text.empty() || fault != std::errc{} || stop != end) return std::nullopt;
  if (text.front() == '0' && text.size() > 1) return std::nullopt;
  return number;
}

constexpr std::string_view no_slots = "-";
constexpr std::uint64_t largest_slot = 4095;

// <role>-<number>, as store/model/audit_slot.hpp has it.
bool is_slot_name(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return false;
  const auto role = signing_role(text.substr(0, dash));
  const auto number = parse_number(text.substr(dash + 1));
  return role && *role != SigningRole::root && number && *number >= 1 && *number <= largest_slot;
}

std::optional<SlotSequences> parse_slots(std::string_view text) {
  SlotSequences slots;
  if (text == no_slots) return slots;
  for (;;) {
    const std::size_t comma = text.find(',');
    const std::string_view one = text.substr(0, comma);
    const std::size_t colon = one.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const std::string_view name = one.substr(0, colon);
    const auto through = parse_number(one.substr(colon + 1));
    if (!is_slot_name(name) || !through) return std::nullopt;
    if (!slots.emplace(name, *through).second) return std::nullopt;
    if (comma == std::string_view::npos) return slots;
    text.remove_prefix(comma + 1);
  }
}

std::string slots_text(const SlotSequences& slots) {
  std::string text;
  for (const auto& [name, through] : slots) {
    text.append(text.empty() ? "" : ",").append(name).append(":").append(std::to_string(through));
  }
  return text.empty() ? std::string(no_slots) : text;
}

class Parser {
 public:
  explicit Parser(std::string_view name) : name_(name) {}

  KeyringResult<void> read_line(std::string_view line) {
    ++number_;
    if (is_blank_line(line)) return {};
    const auto fields = fields_of(line);
    if (!header_seen_) {
      header_seen_ = true;
      third_version_ = fields.size() == 3 && fields[1] == third_version;
      has_signers_ = third_version_ || (fields.size() == 3 && fields[1] == second_version);
      return {};
    }
    if (fields[0] == store_word) return read_store(fields);
    if (fields[0] == sign_word) return read_signer(fields);
    if (fields[0] == cut_off_word) return read_cut_off(fields);
    return {};  // a root key
  }

  KeyringResult<Signers> finish() {
    if (!has_signers_) return Signers();
    if (store_line_ == 0) return KeyringError{std::string(name_) + ": has no store id"};
    Signers signers(store_, std::move(signers_), cut_off_);
    if (!cut_off_) return signers;
    for (const SigningRole role : signing_roles) {
      if (signers.primary(role) == nullptr) {
        return line_error(name_, cut_off_line_,
                          "is a cut-off, but there is no primary key of the role " + std::string(name_of(role)));
      }
    }
    return signers;
  }

 private:
  using Fields = std::vector<std::string_view>;

  KeyringError wrong(std::string_view why) const { return line_error(name_, number_, why); }

  KeyringResult<void> read_store(const Fields& fields) {
    if (fields.size() != 2) return wrong("must have two fields separated by one space: store and a UUID");
    const auto store = parse_uuid(fields[1]);
    if (!store || store->str() != fields[1]) return wrong("has a store id that is not a UUID in lower case");
    if (*store == Uuid{}) return wrong("has a store id of zeros only");
    if (store_line_ != 0) return wrong("is a second store id; the first is on line " + std::to_string(store_line_));
    store_line_ = number_;
    store_ = *store;
    return {};
  }

  KeyringResult<void> read_cut_off(const Fields& fields) {
    if (fields.size() != 2) return wrong("must have two fields separated by one space: cut-off and a number");
    const auto sequence = parse_number(fields[1]);
    if (!sequence || *sequence == 0) return wrong("has a cut-off that is not a number from 1");
    if (cut_off_line_ != 0) return wrong("is a second cut-off; the first is on line " + std::to_string(cut_off_line_));
    cut_off_line_ = number_;
    cut_off_ = sequence;
    return {};
  }

  KeyringResult<void> read_signer(const Fields& fields) {
    constexpr auto six = "must have six fields separated by one space: sign, role, id, state, created, key";
    constexpr auto seven =
        "must have seven fields separated by one space: sign, role, id, retired, created, key, last audit entry";
    if (fields.size() <= state_field) return wrong(six);
    const auto state = parse_state(fields[state_field]);
    if (!state) return wrong("has a state that is not one of primary, active, retired");
    const bool retired = *state == SignerState::retired;
    const auto role = signing_role(fields[role_field]);
    if (!role) return wrong("has a role that is not one of root, api, tools, operator");
    const bool has_slots = retired && third_version_ && *role != SigningRole::root && fields.size() > slots_field;
    const std::size_t expected = has_slots ? slots_field + 1 : retired ? through_field + 1 : key_field + 1;
    if (fields.size() != expected) return wrong(retired ? seven : six);
    const auto id = parse_key_id(fields[id_field]);
    if (!id) return wrong("has an id that is not 16 lower-case hexadecimal digits");
    if (!is_rfc3339(fields[created_field])) return wrong("has a creation time that is not a date-time of RFC 3339");
    auto key = read_key(fields[key_field]);
    if (!key) return key.error();
    if (signing_key_id(*role, key->bytes()) != *id) return wrong("has an id that does not match its key");
    Signer signer{.id = *id,
                  .role = *role,
                  .state = *state,
                  .created = std::string(fields[created_field]),
                  .key = std::move(*key)};
    if (retired) {
      const auto bounded = read_bounds(fields, signer);
      if (!bounded) return bounded.error();
    }
    return add(std::move(signer));
  }

  KeyringResult<void> read_bounds(const Fields& fields, Signer& signer) const {
    const auto through = parse_number(fields[through_field]);
    if (!through) return wrong("has a last audit entry that is not a number");
    if (signer.role == SigningRole::root && *through != 0) {
      return wrong("has a last audit entry, though its role is root");
    }
    signer.through = *through;
    if (fields.size() <= slots_field) return {};
    signer.slots_through = parse_slots(fields[slots_field]);
    if (!signer.slots_through) return wrong("has last audit entries of slots that are not SLOT:NUMBER,... or -");
    return {};
  }

  KeyringResult<VerifyingKey> read_key(std::string_view text) const {
    const auto bytes = base64url_decode(text);
    if (!bytes) return wrong("has a key that is not base64url without padding");
    SigningPublicKey key;
    if (bytes->size() != key.size()) return wrong("has a key that is not 32 bytes long");
    std::ranges::copy(bytes->view(), key.begin());
    auto verifying = VerifyingKey::from(key);
    if (!verifying) return wrong("has a key that is not a sound public key of Ed25519");
    return std::move(*verifying);
  }

  KeyringResult<void> add(Signer signer) {
    for (std::size_t i = 0; i < signers_.size(); ++i) {
      if (signers_[i].id == signer.id) return wrong("has the same id as line " + std::to_string(lines_[i]));
      const bool both_primary = signers_[i].state == SignerState::primary && signer.state == SignerState::primary;
      if (both_primary && signers_[i].role == signer.role) {
        return wrong("is a second primary key of the role " + std::string(name_of(signer.role)) +
                     "; the first is on line " + std::to_string(lines_[i]));
      }
    }
    signers_.push_back(std::move(signer));
    lines_.push_back(number_);
    return {};
  }

  std::string_view name_;
  std::size_t number_ = 0;
  bool header_seen_ = false;
  bool has_signers_ = false;  ///< it is not of version 1
  bool third_version_ = false;
  Uuid store_{};
  std::size_t store_line_ = 0;  ///< 0: none yet
  std::vector<Signer> signers_;
  std::vector<std::size_t> lines_;  ///< of the signers
  std::optional<std::uint64_t> cut_off_;
  std::size_t cut_off_line_ = 0;  ///< 0: none yet
};

/// Calls `edit(line, out)` for each line, without its line feed.
template <class Edit>
WipedBytes edited(std::string_view text, Edit edit) {
  WipedBytes out;
  out.reserve(text.size() + 256);
  while (!text.empty()) edit(take_line(text), out);
  return out;
}

WipedBytes copied(std::string_view text) {
  return edited(text, [](std::string_view line, WipedBytes& out) { append_line(out, line); });
}

std::string header_of(std::string_view version) {
  return std::string(keyring_magic) + " " + std::string(version) + " root-public";
}

/// With the header of that version.
WipedBytes with_version(std::string_view text, std::string_view version) {
  bool header_seen = false;
  return edited(text, [&](std::string_view line, WipedBytes& out) {
    if (header_seen || is_blank_line(line)) return append_line(out, line);
    header_seen = true;
    append_line(out, header_of(version));
  });
}

/// Calls `edit(fields)` for the fields of each line of a signing key; may change them.
template <class Edit>
WipedBytes with_edited_signers(std::string_view text, Edit edit) {
  return edited(text, [&](std::string_view line, WipedBytes& out) {
    auto fields = fields_of(line);
    if (fields[0] != sign_word) return append_line(out, line);
    edit(fields);
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i != 0) out.push_back(' ');
      out.append(fields[i]);
    }
    out.push_back('\n');
  });
}

}  // namespace

bool is_signers_word(std::string_view first_word) {
  return first_word == store_word || first_word == sign_word || first_word == cut_off_word;
}

KeyringResult<Signers> parse_signers(std::string_view name, std::string_view text) {
  Parser parser(name);
  while (!text.empty()) {
    if (auto read = parser.read_line(take_line(text)); !read) return read.error();
  }
  return parser.finish();
}

WipedBytes with_store(std::string_view text, const Uuid& store) {
  WipedBytes out = with_version(text, second_version);
  append_line(out, std::string(store_word) + " " + store.str());
  return out;
}

WipedBytes with_signer(std::string_view text, SigningRole role, SignerState state, const SigningPublicKey& key) {
  WipedBytes out = copied(text);
  const std::string_view state_text = state == SignerState::primary ? primary_text : active_text;
  out.append(std::string(sign_word) + " " + std::string(name_of(role)) + " " + to_hex(signing_key_id(role, key)) + " " +
             std::string(state_text) + " " + now_rfc3339() + " ");
  append_line(out, base64url_encode(key).text());
  return out;
}

WipedBytes with_primary_signer(std::string_view text, SigningRole role, const KeyId& id) {
  const std::string wanted = to_hex(id);
  return with_edited_signers(text, [&](std::vector<std::string_view>& fields) {
    if (fields[role_field] != name_of(role) || fields[state_field] == retired_text) return;
    fields[state_field] = fields[id_field] == wanted ? primary_text : active_text;
  });
}

WipedBytes with_retired_signer(std::string_view text, const KeyId& id, std::uint64_t through,
                               const std::optional<SlotSequences>& slots) {
  const std::string wanted = to_hex(id);
  const std::string last = std::to_string(through);
  const std::string last_of_slots = slots ? slots_text(*slots) : std::string();
  WipedBytes out = with_edited_signers(text, [&](std::vector<std::string_view>& fields) {
    if (fields[id_field] != wanted) return;
    fields[state_field] = retired_text;
    fields.push_back(last);
    if (slots) fields.push_back(last_of_slots);
  });
  return slots ? with_version(out.text(), third_version) : std::move(out);
}

WipedBytes with_cut_off(std::string_view text, std::uint64_t sequence) {
  WipedBytes out = edited(text, [](std::string_view line, WipedBytes& to) {
    if (fields_of(line)[0] != cut_off_word) append_line(to, line);
  });
  append_line(out, std::string(cut_off_word) + " " + std::to_string(sequence));
  return out;
}

}  // namespace tacit::crypto
