#include "store/meta.hpp"

#include "store/codec.hpp"
#include "store/failures.hpp"

namespace tacit::store {

ByteView format_key() { return crypto::as_bytes("format"); }

Bytes format_value() {
  Bytes value;
  Encoder(value).u32(store_format);
  return value;
}

Task<Outcome<void>> check_format(Transaction& transaction) {
  const auto stored = co_await transaction.get(Table::meta, format_key());
  if (!stored) co_return failed(Errc::unavailable, "it does not say which format it is of");
  Decoder decoder(*stored);
  const std::uint32_t format = decoder.u32();
  if (!decoder.done() || format != store_format) {
    co_return failed(Errc::unavailable, "it is of a format that this version does not know");
  }
  co_return Outcome<void>();
}

}  // namespace tacit::store
