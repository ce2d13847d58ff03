// Drop-ins of a configuration file: FILE.d/*.conf, read after FILE. So a package's FILE can stay as it was shipped, and
// what an operator or a tool adds is a file of its own.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tacit::server {

struct DropIns {
  std::vector<std::filesystem::path> files;  ///< in the order of their names' bytes, in which they are read
  std::vector<std::string> problems;         ///< a sentence each: what is there and cannot be used
};

/// Looks into `file`.d. Takes the files whose names end in .conf and begin with no dot. None is there: nothing is
/// wrong. Other names (README, editors' and dpkg's copies) are passed over; a directory, pipe or device named *.conf is
/// a problem, and a link to /dev/null is an empty file, as with systemd.
DropIns find_drop_ins(const std::filesystem::path& file);

}  // namespace tacit::server
