#include "store/etcd/rpc/completion_thread.hpp"

#include <pthread.h>
#include <signal.h>

namespace tacit::store::etcd {

CompletionThread::CompletionThread() {
  // The process's signals are for its other threads.
  sigset_t all{};
  sigset_t before{};
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    thread_ = std::thread([this] { run(); });
  } catch (...) {
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

CompletionThread::~CompletionThread() {
  queue_.Shutdown();
  thread_.join();
}

void CompletionThread::run() {
  ::pthread_setname_np(::pthread_self(), "etcd-rpc");
  void* tag = nullptr;
  bool ok = false;
  while (queue_.Next(&tag, &ok)) static_cast<Step*>(tag)->step(ok);
}

}  // namespace tacit::store::etcd
