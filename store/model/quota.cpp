#include "store/model/quota.hpp"

namespace tacit::store {

std::uint64_t accounted_bytes(std::size_t name, std::size_t value, std::size_t tool_name, std::size_t tool_arg) {
  return std::uint64_t{name} + value + tool_name + tool_arg;
}

std::uint64_t used_after(std::uint64_t used, std::uint64_t before, std::uint64_t after) {
  return (used > before ? used - before : 0) + after;
}

std::optional<QuotaDetail> quota_refusal(std::uint64_t limit, std::uint64_t used, std::uint64_t before,
                                         std::uint64_t after) {
  const std::uint64_t requested = used_after(used, before, after);
  if (after <= before || requested <= limit) return std::nullopt;
  return QuotaDetail{limit, used, requested};
}

std::optional<QuotaDetail> count_refusal(std::uint64_t limit, std::uint64_t count) {
  if (count < limit) return std::nullopt;
  return QuotaDetail{limit, count, count + 1};
}

}  // namespace tacit::store
