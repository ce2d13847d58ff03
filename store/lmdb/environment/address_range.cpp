#include "store/lmdb/environment/address_range.hpp"

#include <dlfcn.h>
#include <link.h>
#include <sys/stat.h>

#include <array>
#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

namespace tacit::store {
namespace {

/// No machine has larger pages.
constexpr std::uintptr_t whole_page = 65536;

/// A line of /proc/self/maps (proc(5)).
struct Mapping {
  AddressRange range;
  std::array<char, 5> rights{};
  std::uint64_t inode = 0;
};

std::optional<Mapping> read_mapping(const std::string& line) {
  Mapping mapping;
  // NOLINTNEXTLINE(cert-err34-c): the kernel's own text; lines of another form are skipped
  const int read = std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " %4s %*s %*s %" SCNu64, &mapping.range.begin,
                               &mapping.range.end, mapping.rights.data(), &mapping.inode);
  return read == 4 ? std::optional(mapping) : std::nullopt;
}

}  // namespace

AddressRange range_of_map(int file, std::uint64_t bytes) {
  struct stat status {};
  if (::fstat(file, &status) != 0) return {};
  AddressRange found;
  bool certain = false;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    const auto mapping = read_mapping(line);
    if (!mapping || std::string_view(mapping->rights.data()) != "r--s") continue;
    const std::uintptr_t size = mapping->range.end - mapping->range.begin;
    const bool same = mapping->inode == status.st_ino;
    if (size < bytes || size - bytes >= whole_page || (certain && !same)) continue;
    found = mapping->range;
    certain = certain || same;
  }
  return found;
}

AddressRange range_of_lmdb_code() {
  struct Search {
    std::uintptr_t inside = 0;
    AddressRange found;
  } search;
  search.inside = reinterpret_cast<std::uintptr_t>(::dlsym(RTLD_DEFAULT, "mdb_env_open"));
  if (search.inside == 0) return {};
  const auto look = [](dl_phdr_info* object, std::size_t /*size*/, void* context) {
    auto& seen = *static_cast<Search*>(context);
    for (int i = 0; i < object->dlpi_phnum; ++i) {
      const auto& part = object->dlpi_phdr[i];
      const AddressRange range{object->dlpi_addr + part.p_vaddr, object->dlpi_addr + part.p_vaddr + part.p_memsz};
      if (part.p_type == PT_LOAD && (part.p_flags & PF_X) != 0 && range.has(seen.inside)) seen.found = range;
    }
    return seen.found.begin != 0 ? 1 : 0;
  };
  ::dl_iterate_phdr(look, &search);
  return search.found.has(reinterpret_cast<std::uintptr_t>(&range_of_lmdb_code)) ? AddressRange{} : search.found;
}

}  // namespace tacit::store
