// Logs the audit head at intervals. With a copy of the log on another host, an operator can detect a truncated or
// rewritten audit chain (`tacit audit verify --anchor`).
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "store/store.hpp"

namespace tacit::server {

/// Has its own thread, which sleeps between the lines.
class AuditHeadLog {
 public:
  /// Writes a line at once. `interval` 0: no further line until the destructor. The store must outlive this object.
  AuditHeadLog(const store::Store& store, std::chrono::seconds interval);
  ~AuditHeadLog();  ///< writes a line: the final head, if the store accepts no more writes
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
