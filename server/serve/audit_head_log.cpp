#include "server/serve/audit_head_log.hpp"

#include <pthread.h>

#include "crypto/keyring.hpp"
#include "http/log/log.hpp"
#include "store/audit/audit_trail.hpp"

namespace tacit::server {

AuditHeadLog::AuditHeadLog(const store::Store& store, std::chrono::seconds interval) : store_(store) {
  write();
  if (interval <= interval.zero()) return;
  thread_ = std::thread([this, interval] { run(interval); });
  ::pthread_setname_np(thread_.native_handle(), "audit-head-log");
}

AuditHeadLog::~AuditHeadLog() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  ended_.notify_all();
  if (thread_.joinable()) thread_.join();
  write();
}

void AuditHeadLog::run(std::chrono::seconds interval) {
  std::unique_lock lock(mutex_);
  while (!ended_.wait_for(lock, interval, [this] { return ending_; })) write();
}

void AuditHeadLog::write() const {
  const auto head = store_.audit().head();
  if (!head) {
    http::LogLine line(http::LogLevel::error, "audit_head_failed");
    return http::log(line.field("reason", head.error().subject));
  }
  http::LogLine line(http::LogLevel::info, "audit_head");
  http::log_always(line.field("sequence", head->sequence).field("hash", crypto::to_hex(head->hash)));
}

}  // namespace tacit::server
