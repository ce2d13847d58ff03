// The thread on which all calls of a client proceed and their callbacks run.
#pragma once

#include <grpcpp/completion_queue.h>

#include <thread>

namespace tacit::store::etcd {

/// What a completion queue's tag points to.
class Step {
 public:
  virtual ~Step() = default;
  /// The operation that had this tag has ended. Runs on the completion thread; does not throw.
  virtual void step(bool ok) = 0;
};

/// gRPC gives tags back as untyped pointers, so all have to be made of this type.
inline void* tag_of(Step& step) { return &step; }

class CompletionThread {
 public:
  CompletionThread();
  /// No operation may be pending, and none be started any more. Not on the thread itself.
  ~CompletionThread();
  CompletionThread(const CompletionThread&) = delete;
  CompletionThread& operator=(const CompletionThread&) = delete;

  grpc::CompletionQueue& queue() { return queue_; }
  bool is_this_thread() const { return std::this_thread::get_id() == thread_.get_id(); }

 private:
  void run();

  grpc::CompletionQueue queue_;
  std::thread thread_;
};

}  // namespace tacit::store::etcd
