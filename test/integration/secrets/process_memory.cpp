#include "test/integration/secrets/process_memory.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace tacit::test {
namespace {

struct Mapping {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  std::string name;
};

// A sanitizer reserves terabytes of shadow memory, which holds no data of the program.
constexpr std::uint64_t largest_mapping = std::uint64_t{4} << 30;

std::vector<Mapping> writable_mappings(pid_t pid) {
  std::ifstream maps("/proc/" + std::to_string(pid) + "/maps");
  if (!maps) throw std::runtime_error("cannot read the mappings of process " + std::to_string(pid));
  std::vector<Mapping> result;
  for (std::string line; std::getline(maps, line);) {
    std::istringstream fields(line);
    std::string range, permissions, offset, device, inode, name;
    fields >> range >> permissions >> offset >> device >> inode >> name;
    if (!permissions.starts_with("rw")) continue;
    const std::size_t dash = range.find('-');
    Mapping mapping{std::stoull(range.substr(0, dash), nullptr, 16), std::stoull(range.substr(dash + 1), nullptr, 16),
                    name};
    if (mapping.end - mapping.begin <= largest_mapping) result.push_back(std::move(mapping));
  }
  return result;
}

}  // namespace

std::vector<std::string> find_in_memory(pid_t pid, const std::string& text) {
  const std::string path = "/proc/" + std::to_string(pid) + "/mem";
  const int memory = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (memory < 0) throw std::runtime_error("cannot read " + path + ": " + std::strerror(errno));
  std::vector<std::string> found;
  std::string window(1 << 20, '\0');
  for (const Mapping& mapping : writable_mappings(pid)) {
    std::uint64_t at = mapping.begin;
    while (at < mapping.end) {
      const std::size_t wanted = std::min<std::uint64_t>(window.size(), mapping.end - at);
      const ssize_t got = pread(memory, window.data(), wanted, static_cast<off_t>(at));
      if (got <= 0) {  // an unreadable page
        at += 4096;
        continue;
      }
      const std::string_view read(window.data(), static_cast<std::size_t>(got));
      for (std::size_t hit = read.find(text); hit != std::string_view::npos; hit = read.find(text, hit + 1)) {
        std::ostringstream place;
        place << (mapping.name.empty() ? "anonymous" : mapping.name) << "+" << std::hex << at + hit - mapping.begin;
        found.push_back(place.str());
      }
      // The next window starts before the end of this one, because the text may cross it.
      at += read.size() > text.size() && at + read.size() < mapping.end ? read.size() - text.size() : read.size();
    }
  }
  close(memory);
  return found;
}

}  // namespace tacit::test
