#include "test/faults/library/disk.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace faults {
namespace {

struct Fault {
  std::string what;
  long long number = 0;
};

Fault fault() {
  const char* const name = std::getenv("FAULTY_DISK");
  std::FILE* const file = name == nullptr ? nullptr : std::fopen(name, "re");
  if (file == nullptr) return {};
  std::array<char, 16> what{};
  Fault result;
  if (std::fscanf(file, "%15s %lld", what.data(), &result.number) == 2) result.what = what.data();
  std::fclose(file);
  return result;
}

bool is_store(int fd) {
  if (std::getenv("FAULTY_DISK") == nullptr) return false;
  std::array<char, 4096> path{};
  const ssize_t size = ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path.data(), path.size());
  return size > 0 && std::string_view(path.data(), static_cast<std::size_t>(size)).ends_with("/data.mdb");
}

}  // namespace

int disk_write_error(int fd, long long end, bool ahead) {
  if (!is_store(fd)) return 0;
  const Fault now = fault();
  if (now.what == "quota" && end > now.number) return EDQUOT;
  return now.what == "writes" && !ahead ? static_cast<int>(now.number) : 0;
}

void wait_for_disk(int fd, long long end) {
  if (!is_store(fd)) return;
  const Fault now = fault();
  while (now.what == "reads" && end > now.number) ::pause();
}

int disk_sync_error(int fd) {
  if (!is_store(fd)) return 0;
  const Fault now = fault();
  if (now.what == "one-sync") std::remove(std::getenv("FAULTY_DISK"));
  return now.what == "syncs" || now.what == "one-sync" ? static_cast<int>(now.number) : 0;
}

}  // namespace faults
