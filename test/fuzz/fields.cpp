// Values of header fields and of members: entity tags, idempotency keys, credentials, instants, ids, encodings.
#include "auth/api_keys/api_key_format.hpp"
#include "auth/credential.hpp"
#include "auth/identity_name.hpp"
#include "http/api/entity_tags.hpp"
#include "http/chain/body_encoding.hpp"
#include "http/json/date_time.hpp"
#include "http/json/json_writer.hpp"
#include "http/json/uuid_text.hpp"
#include "http/tls/plain_http.hpp"
#include "http/tls/tls_records.hpp"
#include "test/fuzz/fuzz.hpp"

namespace tacit::fuzz {
namespace {

void check_tags(std::string_view field) {
  const auto tags = http::parse_entity_tags(field);
  if (!tags) return;
  for (const std::int64_t state : tags->strong) {
    TACIT_HOLDS(tags->names(state) && tags->names_weakly(state));
    std::string header;
    http::append_entity_tag(header, state);
    const auto again = http::parse_entity_tags(std::string_view(header).substr(6, header.size() - 8));
    TACIT_HOLDS(again && again->strong == std::vector{state} && again->weak.empty());
  }
  for (const std::int64_t state : tags->weak) TACIT_HOLDS(tags->names_weakly(state));
}

void check_credentials(std::string_view text) {
  auth::CredentialHeaders headers;
  headers.authorization = text;
  const auth::Credential credential = auth::choose_credential(headers);
  TACIT_HOLDS(credential.present() && text.find(credential.text) != std::string_view::npos);
  auth::credential_digest(credential.text);
  const auto key = auth::parse_api_key(credential.text);
  if (key) TACIT_HOLDS(auth::has_api_key_prefix(credential.text) && key->id.size() == 11 && key->secret.size() == 43);
  auth::is_identity_name(text);
}

void check_instant(std::string_view text) {
  const auto parsed = http::parse_date_time(text);
  const auto* const instant = std::get_if<std::int64_t>(&parsed);
  if (instant == nullptr) return;
  crypto::WipedBytes written;
  http::write_time(written, *instant);
  const std::string_view plain = written.text().substr(1, written.size() - 2);
  const auto again = http::parse_date_time(plain);
  const auto* const same = std::get_if<std::int64_t>(&again);
  // An offset may lead out of the years that can be written; then the nearest is.
  constexpr std::int64_t first = -62'167'219'200'000'000;
  constexpr std::int64_t last = 253'402'300'799'999'999;
  TACIT_HOLDS(same != nullptr && *same == std::clamp(*instant, first, last));
}

void check_uuid(std::string_view text) {
  const auto strict = crypto::parse_uuid(text);
  const auto lax = http::parse_uuid_text(text);
  const auto* const id = std::get_if<crypto::Uuid>(&lax);
  if (strict) TACIT_HOLDS(id != nullptr && *id == *strict);
  if (id == nullptr) return;
  TACIT_HOLDS(crypto::parse_uuid(id->str()) == *id);
  crypto::WipedBytes written;
  http::write_uuid(written, *id);
  TACIT_HOLDS(written.text() == "\"" + id->str() + "\"");
}

void check_first_bytes(std::string_view bytes) {
  http::unreadable_encoding(bytes);
  http::is_json_type(bytes);
  if (bytes.empty()) return;
  const auto whole = http::classify(bytes);
  TACIT_HOLDS(whole != http::FirstBytes::undecided || bytes.size() < http::longest_first_word);
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    const auto part = http::classify(bytes.substr(0, size));
    TACIT_HOLDS(part == http::FirstBytes::undecided || part == whole);
  }
  http::TlsRecords records;
  http::TlsRecords slow;
  for (std::string_view rest = bytes; !rest.empty() && !records.flooded();) {
    const std::size_t taken = records.take(crypto::as_bytes(rest));
    TACIT_HOLDS(taken > 0 && taken <= rest.size());
    for (std::size_t i = 0; i < taken; ++i) TACIT_HOLDS(slow.take(crypto::as_bytes(rest.substr(i, 1))) == 1);
    TACIT_HOLDS(slow.between() == records.between() && slow.flooded() == records.flooded());
    rest.remove_prefix(taken);
  }
}

Description describe() {
  const std::string key(auth::generate_api_key().text.text());
  return {.max_size = 300,
          .seeds = {"*",
                    "\"00064e1d2c3b4a59\"",
                    "W/\"00064e1d2c3b4a59\", \"x\" , ",
                    "Bearer " + key,
                    key,
                    "2026-01-31T23:59:59.123456+05:30",
                    "0000-01-01t00:00:00z",
                    "9999-12-31 23:59:59Z",
                    "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
                    "urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8",
                    "{6ba7b8109dad11d180b400c04fd430c8}",
                    "\x1f\x8b\x08",
                    std::string("\xFE\xFF\0{", 4),
                    "application/json; charset=utf-8",
                    "GET / HTTP/1.1",
                    std::string("\x16\x03\x01\0\x05hello\x14\x03\x03\0\1x", 16),
                    "uri:spiffe://example.org/a",
                    "cn:Ann B",
                    "dns:a.example.org",
                    std::string("\x80\x2e\1\3\1", 5)},
          .words = {"W/", "\"", ", ", "bearer ", "tct_", "T00:00:00Z", "2026-02-29", ".000001", "+23:59", ":60",
                    "urn:uuid:", "+json", "PROXY ", "\x16\x03\x01", "uri:", "dns:", "cn:"}};
}

void take(std::string_view input) {
  check_tags(input);
  check_credentials(input);
  check_instant(input);
  check_uuid(input);
  check_first_bytes(input);
}

const Target target("fields", describe, take);

}  // namespace
}  // namespace tacit::fuzz
