#include "test/faults/fault_plan.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <stdexcept>

namespace tacit::test {
namespace {

constexpr std::size_t control_size = faults::table_offset + faults::table_size * sizeof(std::uint64_t);

void set(std::uint64_t& shared, std::uint64_t value) { std::atomic_ref<std::uint64_t>(shared).store(value); }

}  // namespace

FaultPlan::FaultPlan(const std::filesystem::path& folder, std::string library)
    : control_file_(folder / "faults"), log_file_(folder / "faults.log"), library_(std::move(library)) {
  const int fd = ::open(control_file_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  void* at = MAP_FAILED;
  if (fd >= 0 && ::ftruncate(fd, static_cast<off_t>(control_size)) == 0) {
    at = ::mmap(nullptr, control_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  }
  if (fd >= 0) ::close(fd);
  if (at == MAP_FAILED) throw std::runtime_error(control_file_.string() + ": " + std::strerror(errno));
  control_ = static_cast<faults::Control*>(at);
  sample(1, 0);
}

FaultPlan::~FaultPlan() { ::munmap(control_, control_size); }

Environment FaultPlan::environment() const {
  return {{"LD_PRELOAD", library_}, {"FAULTS_CONTROL", control_file_.string()}, {"FAULTS_LOG", log_file_.string()}};
}

void FaultPlan::fail_each_site(faults::Kind kind, std::chrono::nanoseconds pause, std::uint64_t depth) {
  heal();
  set(control_->kind, static_cast<std::uint64_t>(kind));
  set(control_->pause, static_cast<std::uint64_t>(pause.count()));
  set(control_->depth, depth);
  set(control_->probability, 0);
  set(control_->armed, 1);
}

void FaultPlan::sample(std::uint64_t modulus, std::uint64_t remainder) {
  set(control_->modulus, modulus);
  set(control_->remainder, remainder % modulus);
}

void FaultPlan::fail_by_chance(faults::Kind kind, double probability, std::uint64_t seed) {
  heal();
  set(control_->kind, static_cast<std::uint64_t>(kind));
  set(control_->pause, 0);
  set(control_->probability, static_cast<std::uint64_t>(std::ldexp(probability, 32)));
  set(control_->seed, seed);
  set(control_->armed, 1);
}

void FaultPlan::heal() { set(control_->armed, 0); }

std::uint64_t FaultPlan::given() const { return std::atomic_ref<std::uint64_t>(control_->given).load(); }

std::string FaultPlan::log() const { return std::filesystem::exists(log_file_) ? read_file(log_file_) : ""; }

}  // namespace tacit::test
