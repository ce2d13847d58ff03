#include "store/etcd/room/revision_samples.hpp"

namespace tacit::store::etcd {
namespace {

constexpr int most_samples = 1024;

}  // namespace

void RevisionSamples::add(BootClock::time_point time, std::int64_t revision) {
  if (!samples_.empty() && revision < samples_.back().revision) samples_.clear();
  if (!samples_.empty() && time - samples_.back().time < keep_ / most_samples) return;
  samples_.push_back(Sample{time, revision});
}

std::optional<std::int64_t> RevisionSamples::before(BootClock::time_point now) {
  while (samples_.size() > 1 && now - samples_[1].time >= keep_) samples_.pop_front();
  if (samples_.empty() || now - samples_.front().time < keep_) return std::nullopt;
  return samples_.front().revision;
}

}  // namespace tacit::store::etcd
