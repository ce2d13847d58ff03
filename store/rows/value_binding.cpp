#include "store/rows/value_binding.hpp"

#include "store/rows/codec.hpp"
#include "store/rows/secret_row.hpp"

namespace tacit::store {

crypto::Bytes binding_of(const std::optional<std::string>& tool_name, const std::optional<std::string>& tool_arg) {
  crypto::Bytes binding;
  Encoder encoder(binding);
  encoder.u8(static_cast<std::uint8_t>((tool_name ? 1U : 0U) | (tool_arg ? 2U : 0U)));
  encoder.text(tool_name ? std::string_view(*tool_name) : std::string_view());
  encoder.text(tool_arg ? std::string_view(*tool_arg) : std::string_view());
  return binding;
}

crypto::Bytes binding_of(const StoredSecret& secret) {
  if (!secret.header.strict) return {};
  return binding_of(secret.metadata.tool_name, secret.metadata.tool_arg);
}

}  // namespace tacit::store
