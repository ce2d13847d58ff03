// Tells of changes of the audit log: one watch of the slots' heads, which each commit with entries changes. Heads, and
// not blocks, because a block has all bodies of its commit, and what counts is that there is one.
//
// It only saves time: a change may be missed before the watch has begun, and while it is interrupted. So a reader that
// is told also looks from time to time.
#pragma once

#include <functional>
#include <memory>

#include "store/engine/engine.hpp"
#include "store/etcd/engine/background.hpp"
#include "store/etcd/engine/key_map.hpp"
#include "store/etcd/rpc/etcd_client.hpp"

namespace tacit::store::etcd {

class AuditWatch final : public AuditNews {
 public:
  /// `changed` is called on one of the client's threads, or on the schedule's; it must neither wait nor throw.
  AuditWatch(std::shared_ptr<EtcdClient> client, std::shared_ptr<Schedule> schedule, const KeyMap& keys,
             std::function<void()> changed);
  AuditWatch(const AuditWatch&) = delete;
  AuditWatch& operator=(const AuditWatch&) = delete;
  /// Afterwards `changed` is not called: waits for a call that is in progress.
  ~AuditWatch() override;

 private:
  class Listener;
  class State;
  const std::shared_ptr<Listener> listener_;
  const std::shared_ptr<State> state_;
};

}  // namespace tacit::store::etcd
