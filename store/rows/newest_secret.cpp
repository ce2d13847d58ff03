#include "store/rows/newest_secret.hpp"

#include <algorithm>
#include <cstddef>

#include "store/model/failures.hpp"

namespace tacit::store {
namespace {

/// The bits of each byte that count in the order of version 7 ids: all but those of version and variant (RFC 9562
/// section 5.7).
constexpr std::uint8_t counting_bits(std::size_t byte) { return byte == 6 ? 0x0f : byte == 8 ? 0x3f : 0xff; }

bool is_version_7(const Uuid& id) { return (id.bytes[6] & 0xf0) == 0x70 && (id.bytes[8] & 0xc0) == 0x80; }

/// Adds one in the bytes before `end`, without the bits of version and variant. False: they were all ones.
bool increment(Uuid& id, std::size_t end) {
  for (std::size_t i = end; i-- > 0;) {
    const std::uint8_t bits = counting_bits(i);
    const auto next = static_cast<std::uint8_t>((id.bytes[i] + 1) & bits);
    id.bytes[i] = static_cast<std::uint8_t>((id.bytes[i] & ~bits) | next);
    if (next != 0) return true;
  }
  return false;
}

/// The smallest version 7 id that is larger.
std::optional<Uuid> successor(Uuid id) {
  if (is_version_7(id)) return increment(id, id.bytes.size()) ? std::optional(id) : std::nullopt;
  // What precedes the first bits that differ is kept if they are smaller than those of version 7, else incremented;
  // all that follows is as small as can be.
  const bool has_version = (id.bytes[6] & 0xf0) == 0x70;
  const std::size_t first = has_version ? 8 : 6;
  const bool is_smaller = has_version ? (id.bytes[8] & 0xc0) < 0x80 : (id.bytes[6] & 0xf0) < 0x70;
  if (!is_smaller && !increment(id, first)) return std::nullopt;
  std::fill(id.bytes.begin() + static_cast<std::ptrdiff_t>(first), id.bytes.end(), std::uint8_t{0});
  if (!has_version) id.bytes[6] = 0x70;
  id.bytes[8] = 0x80;
  return id;
}

}  // namespace

RowKey newest_secret_row_key(const Uuid& tenant) { return {tenant, RowKind::newest_secret}; }

Task<Outcome<std::optional<Uuid>>> newest_secret(Transaction& transaction, Uuid tenant) {
  const RowKey key = newest_secret_row_key(tenant);
  const auto row = co_await transaction.get(Table::tenants, key.view());
  if (!row) co_return std::optional<Uuid>();
  Uuid id;
  if (!parse_id(*row, id)) co_return altered({}, "the row of the tenant's newest secret is incomplete");
  co_return std::optional<Uuid>(id);
}

void put_newest_secret(Transaction& transaction, const Uuid& tenant, const Uuid& id) {
  transaction.put(Table::tenants, newest_secret_row_key(tenant).view(), id.view());
}

std::optional<Uuid> id_above(const std::optional<Uuid>& newest, std::chrono::system_clock::time_point now) {
  const Uuid id = crypto::make_uuid_v7(now);
  if (!newest || *newest < id) return id;  // NOLINT(modernize-use-nullptr): clang-tidy 14 takes `<=>`'s zero for one
  return successor(*newest);
}

std::optional<Uuid> GivenSecretIds::next(const Uuid& tenant, std::optional<Uuid> newest,
                                         std::chrono::system_clock::time_point now) {
  const std::lock_guard lock(mutex_);
  // The last byte of an id is random.
  Given& given = places_.at(tenant.bytes.back());
  const bool counts = given.tenant == tenant && given.id != Uuid();
  if (counts && (!newest || *newest < given.id)) newest = given.id;  // NOLINT(modernize-use-nullptr): as above
  const auto id = id_above(newest, now);
  if (id) {
    given.tenant = tenant;
    given.id = *id;
  }
  return id;
}

}  // namespace tacit::store
