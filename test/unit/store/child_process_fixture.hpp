// A separate process, started before the test's process opens the store.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

namespace tacit::store::testing {

/// Runs `work(ready)` in a child and waits until it calls `ready()`. The child is killed with its owner.
class Child {
 public:
  template <class Work>
  explicit Child(Work work) {
    int ends[2] = {-1, -1};
    BOOST_REQUIRE(::pipe(ends) == 0);
    pid_ = ::fork();
    BOOST_REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      work([&ends] { static_cast<void>(!::write(ends[1], "r", 1)); });
      ::_exit(0);
    }
    ::close(ends[1]);
    char told = 0;
    const bool ready = ::read(ends[0], &told, 1) == 1;
    ::close(ends[0]);
    BOOST_REQUIRE(ready);
  }
  ~Child() { kill(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
  }

 private:
  pid_t pid_ = -1;
};

}  // namespace tacit::store::testing
