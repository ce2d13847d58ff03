#include "crypto/ids/uuid.hpp"

#include <algorithm>

#include "crypto/primitives/openssl.hpp"
#include "crypto/primitives/random.hpp"
#include "crypto/text/hex.hpp"

namespace tacit::crypto {
namespace {

constexpr std::array<bool, 16> dash_before = [] {
  std::array<bool, 16> dashes{};
  dashes[4] = dashes[6] = dashes[8] = dashes[10] = true;
  return dashes;
}();

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// RFC 9562 section 4.1: the variant is the two bits 10; section 4.2: the version is the upper half of octet 6.
void set_version(Uuid& id, std::uint8_t version) {
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | (version << 4));
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);
}

// The 60 bits (48 of milliseconds, 12 of counter) that keep one thread's ids ascending. An overflow of the counter
// carries into the milliseconds, as RFC 9562 section 6.2 permits: the id's time is then slightly ahead.
std::uint64_t next_tick(std::uint64_t milliseconds, std::uint16_t random) {
  thread_local std::uint64_t last = 0;
  // The counter starts in its lower half, which leaves room for 2048 ids before the carry.
  const std::uint64_t fresh = (milliseconds << 12) | (random & 0x7ffu);
  last = (milliseconds > (last >> 12)) ? fresh : last + 1;
  return last;
}

// Fetched once and never freed: threads may still hash while the process's statics are destroyed.
const EVP_MD* sha1() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  require(fetched != nullptr, "OpenSSL offers no SHA-1");
  return fetched;
}

}  // namespace

// A list writes 40 ids.
void Uuid::write(char* out) const {
  const auto group = [&](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) {
      *out++ = hex_digits[bytes[i] >> 4];
      *out++ = hex_digits[bytes[i] & 0x0f];
    }
  };
  group(0, 4);
  *out++ = '-';
  group(4, 6);
  *out++ = '-';
  group(6, 8);
  *out++ = '-';
  group(8, 10);
  *out++ = '-';
  group(10, 16);
}

std::string Uuid::str() const {
  std::string text(36, '\0');
  write(text.data());
  return text;
}

std::optional<Uuid> parse_uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Uuid id;
  const char* next = text.data();
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    if (dash_before[i] && *next++ != '-') return std::nullopt;
    const int high = hex_value(*next++);
    const int low = hex_value(*next++);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return id;
}

Uuid make_uuid_v7(std::chrono::system_clock::time_point now) {
  const auto since = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  const std::uint64_t milliseconds = since > 0 ? static_cast<std::uint64_t>(since) & 0xffff'ffff'ffffu : 0;
  Uuid id;
  random_bytes(std::span(id.bytes).subspan(6));
  const auto start = static_cast<std::uint16_t>((id.bytes[6] << 8) | id.bytes[7]);
  const std::uint64_t tick = next_tick(milliseconds, start);
  for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(tick >> (52 - 8 * i));
  id.bytes[6] = static_cast<std::uint8_t>((tick >> 8) & 0x0f);
  id.bytes[7] = static_cast<std::uint8_t>(tick);
  set_version(id, 7);
  return id;
}

Uuid make_uuid_v4() {
  Uuid id;
  random_bytes(id.bytes);
  set_version(id, 4);
  return id;
}

Uuid make_uuid_v5(const Uuid& name_space, std::string_view name) {
  thread_local const DigestContext context(EVP_MD_CTX_new());
  std::array<std::uint8_t, 20> digest;
  require(context != nullptr && EVP_DigestInit_ex(context.get(), sha1(), nullptr) == 1 &&
              EVP_DigestUpdate(context.get(), name_space.bytes.data(), name_space.bytes.size()) == 1 &&
              EVP_DigestUpdate(context.get(), name.data(), name.size()) == 1 &&
              EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1,
          "cannot hash a name");
  Uuid id;
  std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
  set_version(id, 5);
  return id;
}

}  // namespace tacit::crypto
