// The audit slot of this process: which chain of the audit log it continues (store/model/audit_slot.hpp). Of its
// owner's numbers it takes the lowest that no process holds, by a key in etcd with a lease, so that few numbers are
// ever used.
//
// The lease only keeps processes from disturbing each other. What makes two writers of one slot impossible is that each
// commit compares and replaces the slot's head (store/etcd/audit/slot_head.hpp): a process that was stopped beyond its
// lease, wakes up and commits at once fails there.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "store/etcd/engine/background.hpp"
#include "store/etcd/engine/key_map.hpp"
#include "store/etcd/rpc/etcd_client.hpp"
#include "store/model/audit_slot.hpp"
#include "store/model/defaults.hpp"

namespace tacit::store::etcd {

struct HeldSlot {
  AuditSlot slot;
  Clock::time_point valid_until;
  /// Rises when a slot is taken, also if it is the same number again. While it stays the same, no other process that
  /// respects leases has had the slot.
  std::uint64_t generation = 0;
};

struct SlotLeaseOptions {
  SlotOwner owner = SlotOwner::operators;
  std::chrono::seconds ttl{15};
  std::chrono::seconds keep_alive{5};
  /// Without a slot for so long, the process is unwilling to write.
  std::chrono::milliseconds patience = defaults::write_deadline;
};

/// Thread-safe.
class SlotLease {
 public:
  /// Begins to take a slot.
  SlotLease(std::shared_ptr<EtcdClient> client, std::shared_ptr<Schedule> schedule, KeyMap keys,
            SlotLeaseOptions options);
  SlotLease(const SlotLease&) = delete;
  SlotLease& operator=(const SlotLease&) = delete;
  /// Gives the slot back, for at most a second: then it is free for the next process at once, not only when the lease
  /// expires.
  ~SlotLease();

  /// std::nullopt while this process has no slot, or its lease may have expired. Ask before each commit.
  std::optional<HeldSlot> held() const;
  /// The same, waiting for a slot until then.
  std::optional<HeldSlot> wait_held(Clock::time_point deadline) const;
  /// Another process has written to that slot's head: this one takes a slot again, if possible another one.
  void lost(AuditSlot slot);
  /// In words, when this process has had no slot for longer than it has patience.
  std::optional<std::string> unwilling() const;

 private:
  class State;
  const std::shared_ptr<State> state_;
};

}  // namespace tacit::store::etcd
