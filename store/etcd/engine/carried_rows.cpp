#include "store/etcd/engine/carried_rows.hpp"

#include <algorithm>

#include "store/etcd/engine/bytes_order.hpp"

namespace tacit::store::etcd {
namespace {

/// Of the values.
constexpr std::size_t most_bytes = std::size_t{256} << 10;

class Carrying {
 public:
  Carrying(const BatchRun& batch, std::int64_t revision) : batch_(batch) { carried_.revision = revision; }

  /// A key that the commit compared.
  void add_compared(ByteView key) {
    if (const auto* changed = batch_.changes().find(key)) return add(key, *changed, carried_.revision);
    const auto found = batch_.snapshot().find(key);
    if (found.known == ReadSnapshot::Known::absent) add(key, std::nullopt, 0);
    if (found.known != ReadSnapshot::Known::row) return;
    const ReadSnapshot::Stored& stored = found.row->second;
    add(key, stored.value, stored.mod_revision, stored.create_revision);
  }
  /// `create_revision` of rows that the batch changed is not known, and not asked for.
  void add(ByteView key, const std::optional<Bytes>& value, std::int64_t mod_revision,
           std::int64_t create_revision = 0) {
    bytes_ += key.size() + (value ? value->size() : 0);
    if (bytes_ > most_bytes) return;
    auto& row = carried_.rows.emplace_back(copy_of(key), std::nullopt);
    if (!value) return;
    ReadSnapshot::Stored& stored = row.second.emplace();
    stored.value = *value;
    stored.mod_revision = mod_revision;
    stored.create_revision = create_revision;
  }
  CarriedRows take() { return std::move(carried_); }

 private:
  const BatchRun& batch_;
  CarriedRows carried_;
  std::size_t bytes_ = 0;
};

}  // namespace

CarriedRows carry_rows(const EngineContext& context, const BatchRun& batch, const Commit& commit,
                       std::int64_t revision) {
  Carrying carrying(batch, revision);
  carrying.add(commit.head_key, commit.head_value, revision);
  const std::vector<Bytes> base = base_rows(context.keys);
  for (const Bytes& key : base) carrying.add_compared(key);
  for (const auto& [key, mod_revision] : batch.reads().keys()) {
    static_cast<void>(mod_revision);
    if (key != commit.head_key && std::ranges::find(base, key) == base.end()) carrying.add_compared(key);
  }
  return carrying.take();
}

}  // namespace tacit::store::etcd
