#include "store/secrets/value_sealing.hpp"

#include "store/model/failures.hpp"
#include "store/rows/store_meta.hpp"
#include "store/rows/tenant_key_check.hpp"
#include "store/rows/value_binding.hpp"

namespace tacit::store {

Task<SealingRules> sealing_rules(Transaction& transaction, const StoreContext& store, const TenantRecord& record) {
  SealingRules rules;
  rules.binding = record.limits.strict_binding.value_or(store.strict_binding);
  const std::uint32_t rows = co_await rows_format(transaction, *store.rows_seen);
  rules.padded = rows >= third_rows_format || record.format >= third_rows_format;
  rules.versions = rows >= fifth_rows_format;
  co_return rules;
}

std::uint8_t SealingRules::secret_format() const {
  if (versions) return third_secret_format;
  return padded ? second_secret_format : first_secret_format;
}

Failure format_is_being_raised() { return failed(Errc::unavailable, "the store's format is being raised"); }

Bytes binding_for(const SealingRules& rules, const Metadata& metadata) {
  if (!rules.strict()) return {};
  return binding_of(metadata.tool_name, metadata.tool_arg);
}

Outcome<Bytes> seal_new_value(const StoreKeys& keys, const TenantRecord& record, const crypto::ValueAddress& address,
                              ByteView value, const SealingRules& rules, ByteView binding) {
  if (!record.key) return altered(address.secret, "the tenant has no key pair");
  const auto accepted = check_tenant_key(keys, *record.key);
  if (!accepted) return accepted.error();
  const auto format = rules.padded ? crypto::ValueFormat::padded : crypto::ValueFormat::first;
  auto box = crypto::seal_value(*record.key, address, value, format, binding);
  crypto::burn_stack();
  if (!box) return altered({}, "the tenant's public key is not a valid key");
  return std::move(*box);
}

void describe_value(SecretHeader& header, Metadata& metadata, const SealingRules& rules, std::size_t length) {
  header.strict = rules.strict();
  header.sealed_version = header.value_version;
  header.value_since = header.updated_at;
  if (rules.padded) {
    header.format = rules.secret_format();
    header.accounted = 0;
    metadata.value_length = static_cast<std::uint32_t>(length);
  } else {
    header.format = first_secret_format;
    header.accounted = static_cast<std::uint32_t>(metadata.accounted(length));
    metadata.value_length.reset();
  }
}

}  // namespace tacit::store
