// One watch on a stream of its own. It does not go to another endpoint by itself: what was missed meanwhile is for its
// owner to know.
#pragma once

#include <grpcpp/alarm.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/async_stream.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "store/etcd/rpc/call.hpp"

namespace tacit::store::etcd {

/// Lives until gRPC has let go of it, also after its handle is gone.
class WatchStream final : public Work, public std::enable_shared_from_this<WatchStream> {
 public:
  WatchStream(const CallSite& site, const Range& range, std::int64_t revision, WatchHandlers handlers);

  void start();
  /// Any thread.
  void request_progress();
  /// Afterwards no handler runs: waits for one that does, except on the completion thread.
  void detach();

 private:
  enum class Operation : std::uint8_t { start, write, read, finish, create_timeout };

  struct Tag final : Step {
    Tag(WatchStream& owner, Operation what) : stream(owner), operation(what) {}
    void step(bool ok) override { stream.ended(operation, ok); }
    WatchStream& stream;
    Operation operation;
  };

  void cancel() override;
  void ended(Operation operation, bool ok);
  void started();
  void received();
  void handle();
  void handle_events();
  void refuse(RpcFailure why);
  void close();
  void close_locked();
  void write_next();
  void read_next();
  void finish_if_idle();
  void report_end();
  template <class Function>
  void with_handlers(Function function);

  const CallSite site_;
  etcdserverpb::WatchRequest create_;
  etcdserverpb::WatchRequest progress_;
  const WatchHandlers handlers_;
  std::mutex handling_;    ///< held while a handler runs
  bool detached_ = false;  ///< by `handling_`

  std::size_t endpoint_ = 0;
  std::shared_ptr<Connection> connection_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<etcdserverpb::WatchRequest, etcdserverpb::WatchResponse>> stream_;
  etcdserverpb::WatchResponse response_;
  bool created_ = false;
  std::optional<RpcFailure> why_;  ///< what etcd said; else the stream's status says it
  grpc::Status status_;
  grpc::Alarm alarm_;

  std::mutex state_;  ///< of what follows; never held while a handler runs
  int pending_ = 0;   ///< operations that gRPC has
  bool open_ = false;
  bool writing_ = false;
  bool progress_wanted_ = false;
  bool closing_ = false;
  bool finishing_ = false;

  Tag start_tag_{*this, Operation::start};
  Tag write_tag_{*this, Operation::write};
  Tag read_tag_{*this, Operation::read};
  Tag finish_tag_{*this, Operation::finish};
  Tag timeout_tag_{*this, Operation::create_timeout};
};

/// The owner's handle.
class WatchHandle final : public Watch {
 public:
  explicit WatchHandle(std::shared_ptr<WatchStream> stream) : stream_(std::move(stream)) {}
  ~WatchHandle() override { stream_->detach(); }
  void request_progress() override { stream_->request_progress(); }

 private:
  const std::shared_ptr<WatchStream> stream_;
};

}  // namespace tacit::store::etcd
