// The audit head in the log, now and then: whoever keeps the log elsewhere can tell from it that entries were cut off
// or the chain was written anew (`tacit audit verify --anchor`).
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "store/store.hpp"

namespace tacit::server {

/// Has a thread of its own, which sleeps between the lines.
class AuditHeadLog {
 public:
  /// Writes a line now. `interval` 0: no more until the end. The store must outlive this.
  AuditHeadLog(const store::Store& store, std::chrono::seconds interval);
  ~AuditHeadLog();  ///< writes a line: after the last change, if the store takes no more
  AuditHeadLog(const AuditHeadLog&) = delete;
  AuditHeadLog& operator=(const AuditHeadLog&) = delete;

 private:
  void run(std::chrono::seconds interval);
  void write() const;

  const store::Store& store_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace tacit::server
