#include "store/lmdb/environment/map_faults.hpp"

#include <lmdb.h>
#include <poll.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstring>
#include <mutex>
#include <string_view>

#include "store/lmdb/environment/address_range.hpp"

namespace tacit::store {
namespace {

/// Data for the signal handler: written once before `used` is set, and never freed.
struct Slot {
  std::atomic<bool> used{false};
  AddressRange map;
  std::size_t page_size = 1;
  std::array<char, 256> name{};
};

constexpr std::size_t most_maps = 16;
std::array<Slot, most_maps> slots;
std::mutex slots_mutex;
AddressRange lmdb_code;
struct sigaction before_bus;
struct sigaction before_segv;
struct sigaction before_abort;
thread_local int trusting = 0;

/// Reading a row with too large a size continues to the map's end, and a little beyond.
constexpr std::uintptr_t beyond = std::uintptr_t{1} << 20;

std::atomic<const char*> prefix{""};

/// The thread that writes the last line; 0: none yet.
std::atomic<pid_t> ending_thread{0};

void on_fault_at_end(int /*number*/) {
  if (ending_thread.load() == ::gettid()) ::_exit(1);
  for (;;) ::pause();
}

/// A running handler blocks its own signal, and the kernel ends a process that causes that fault then.
void expect_more_faults() {
  struct sigaction action {};
  action.sa_handler = on_fault_at_end;
  action.sa_flags = SA_NODEFER;
  ::sigemptyset(&action.sa_mask);
  sigset_t faults;
  ::sigemptyset(&faults);
  for (const int number : {SIGBUS, SIGSEGV, SIGABRT}) {
    ::sigaction(number, &action, nullptr);
    ::sigaddset(&faults, number);
  }
  ::pthread_sigmask(SIG_UNBLOCK, &faults, nullptr);
}

/// Builds a line with async-signal-safe functions only.
class Line {
 public:
  Line() { *this << std::string_view(prefix.load(std::memory_order_relaxed)); }
  Line& operator<<(std::string_view text) {
    const std::size_t size = std::min(text.size(), bytes_.size() - size_);
    std::memcpy(bytes_.data() + size_, text.data(), size);
    size_ += size;
    return *this;
  }
  Line& operator<<(std::uintptr_t number) {
    std::array<char, 20> digits{};
    std::size_t at = digits.size();
    do {
      digits[--at] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number != 0);
    return *this << std::string_view(digits.data() + at, digits.size() - at);
  }
  /// Writes the line, unless it is not read within a second, and ends the process with 1, even if this or another
  /// thread causes another fault meanwhile. Only the first line is written.
  [[noreturn]] void end_process() {
    const pid_t self = ::gettid();
    pid_t none = 0;
    if (!ending_thread.compare_exchange_strong(none, self)) {
      if (none == self) ::_exit(1);
      for (;;) ::pause();
    }
    expect_more_faults();
    *this << "\n";
    pollfd error{STDERR_FILENO, POLLOUT, 0};
    constexpr int patience = 1000;  // ms
    if (::poll(&error, 1, patience) == 1) static_cast<void>(!::write(STDERR_FILENO, bytes_.data(), size_));
    ::_exit(1);
  }

 private:
  std::array<char, 640> bytes_{};
  std::size_t size_ = 0;
};

/// The cause is unknown here; `verify` determines it, because it reads without LMDB.
constexpr std::string_view either =
    ": either this file is damaged, or this is a fault of Tacit; run `tacit verify` to check it";

const Slot* slot_at(std::uintptr_t address) {
  for (const Slot& slot : slots) {
    if (!slot.used.load(std::memory_order_acquire)) continue;
    const AddressRange around{slot.map.begin - beyond, slot.map.end + beyond};
    if (slot.map.begin != 0 && around.has(address)) return &slot;
  }
  return nullptr;
}

/// If the address gives no hint: usually there is one store.
const Slot* first_slot() {
  const auto used = [](const Slot& slot) { return slot.used.load(std::memory_order_acquire); };
  const auto first = std::ranges::find_if(slots, used);
  return first == slots.end() ? nullptr : &*first;
}

std::uintptr_t instruction(const void* context) {
#if defined(__x86_64__)
  return static_cast<std::uintptr_t>(static_cast<const ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return static_cast<std::uintptr_t>(static_cast<const ucontext_t*>(context)->uc_mcontext.pc);
#else
  static_cast<void>(context);
  return 0;
#endif
}

/// Passes the signal to the previous handler. A fault recurs as soon as this returns; a sent signal is sent again.
void pass_on(int number, const siginfo_t& info, const struct sigaction& before) {
  ::sigaction(number, &before, nullptr);
  if (info.si_code <= 0) static_cast<void>(::raise(number));
}

void on_bus(int number, siginfo_t* info, void* /*context*/) {
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  // Only a file mapping can have missing pages; another kind of SIGBUS has another cause.
  if (info->si_code != BUS_ADRERR && info->si_code != BUS_OBJERR) {
    return pass_on(number, *info, before_bus);
  }
  Line line;
  line << "tacit: ";
  if (const Slot* const slot = slot_at(address)) {
    line << slot->name.data() << ": page " << (address - slot->map.begin) / slot->page_size
         << " is missing, or the disk cannot read it: the file was cut off or is damaged; run `tacit "
            "verify`, which reports what is damaged";
  } else if (const Slot* const other = first_slot()) {
    line << other->name.data() << ": a page of a file beside it (lock.mdb) is missing, or the disk is full";
  } else {
    line << "a page of a mapped file is missing, or the disk cannot read it";
  }
  line.end_process();
}

void on_segv(int number, siginfo_t* info, void* context) {
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  const bool is_fault = info->si_code > 0;
  const Slot* slot = is_fault ? slot_at(address) : nullptr;
  if (is_fault && slot == nullptr && (trusting > 0 || lmdb_code.has(instruction(context)))) slot = first_slot();
  if (slot == nullptr) return pass_on(number, *info, before_segv);
  Line line;
  line << "tacit: " << slot->name.data() << ": LMDB accessed memory outside the mapped file" << either;
  line.end_process();
}

/// The C library found a damaged heap.
void on_abort(int number, siginfo_t* info, void* /*context*/) {
  // Ignores a signal from another process, such as a watchdog's.
  const bool is_own = info->si_code == SI_TKILL && info->si_pid == ::getpid();
  const Slot* const slot = is_own && trusting > 0 ? first_slot() : nullptr;
  if (slot == nullptr) return pass_on(number, *info, before_abort);
  Line line;
  line << "tacit: " << slot->name.data() << ": a change to it failed in memory" << either;
  line.end_process();
}

void on_assertion(MDB_env* env, const char* message) {
  static_cast<void>(env);  // the path by which it was opened is not the store's
  const Slot* const slot = first_slot();
  Line line;
  line << "tacit: " << (slot != nullptr ? slot->name.data() : "the store") << ": LMDB stopped at " << message << either;
  line.end_process();
}

void install() {
  static std::once_flag once;
  std::call_once(once, [] {
    lmdb_code = range_of_lmdb_code();
    struct sigaction action {};
    action.sa_flags = SA_SIGINFO;
    ::sigemptyset(&action.sa_mask);
    action.sa_sigaction = on_bus;
    ::sigaction(SIGBUS, &action, &before_bus);
    action.sa_sigaction = on_segv;
    ::sigaction(SIGSEGV, &action, &before_segv);
    action.sa_sigaction = on_abort;
    ::sigaction(SIGABRT, &action, &before_abort);
  });
}

}  // namespace

void begin_fault_lines_with(const char* text) { prefix.store(text, std::memory_order_relaxed); }

WatchedMaps::WatchedMaps(MDB_env* environment, const std::string& name) {
  install();
  mdb_env_set_assert(environment, on_assertion);
  int file = -1;
  MDB_stat stat{};
  MDB_envinfo info{};
  if (mdb_env_get_fd(environment, &file) != MDB_SUCCESS || mdb_env_stat(environment, &stat) != MDB_SUCCESS ||
      mdb_env_info(environment, &info) != MDB_SUCCESS) {
    return;
  }
  const AddressRange map = range_of_map(file, info.me_mapsize);
  const std::lock_guard lock(slots_mutex);
  const auto free = std::ranges::find_if(slots, [](const Slot& slot) { return !slot.used; });
  if (free == slots.end()) return;
  free->map = map;
  free->page_size = std::max(stat.ms_psize, 1U);
  free->name.fill(0);
  std::copy_n(name.begin(), std::min(name.size(), free->name.size() - 1), free->name.begin());
  free->used.store(true, std::memory_order_release);
  slot_ = static_cast<int>(free - slots.begin());
}

TrustedPages::TrustedPages() { ++trusting; }
TrustedPages::~TrustedPages() { --trusting; }

WatchedMaps::~WatchedMaps() {
  if (slot_ < 0) return;
  const std::lock_guard lock(slots_mutex);
  slots[static_cast<std::size_t>(slot_)].used.store(false, std::memory_order_release);
}

}  // namespace tacit::store
