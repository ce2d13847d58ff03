#include "store/backup/backup_hash.hpp"

#include <algorithm>
#include <string_view>

#include "store/rows/codec.hpp"

namespace tacit::store {
namespace {

constexpr std::string_view magic = "TACITBAK";

/// The trailer without the hash.
Bytes beginning_of_trailer(std::uint64_t length) {
  Bytes trailer;
  Encoder encoder(trailer);
  encoder.raw(crypto::as_bytes(magic));
  encoder.u64(length);
  return trailer;
}

}  // namespace

void BackupHash::update(ByteView bytes) {
  hash_.update(bytes);
  length_ += bytes.size();
}

Bytes BackupHash::trailer() {
  Bytes trailer = beginning_of_trailer(length_);
  Encoder(trailer).raw(hash_.finish());
  return trailer;
}

bool is_trailer_magic(ByteView bytes) { return crypto::as_text(bytes).starts_with(magic); }

bool is_backup_trailer(ByteView trailer, std::uint64_t file_bytes) {
  if (trailer.size() != backup_trailer_size || file_bytes < backup_trailer_size) return false;
  const Bytes beginning = beginning_of_trailer(file_bytes - backup_trailer_size);
  return std::ranges::equal(beginning, trailer.first(beginning.size()));
}

}  // namespace tacit::store
