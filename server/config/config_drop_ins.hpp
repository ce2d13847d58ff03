// Drop-ins of a configuration file: FILE.d/*.conf, read after FILE. A package's FILE can stay as shipped, and operators
// and tools put their settings into separate files.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tacit::server {

struct DropIns {
  std::vector<std::filesystem::path> files;  ///< in the order of reading: by the bytes of their names
  std::vector<std::string> problems;         ///< one sentence for each entry that cannot be used
};

/// Lists the files in `file`.d whose names end in .conf and do not begin with a dot. A missing directory is no
/// problem. Other names (README, editors' and dpkg's copies) are skipped. A directory, pipe or device named *.conf is
/// a problem; a link to /dev/null is an empty file, as in systemd.
DropIns find_drop_ins(const std::filesystem::path& file);

}  // namespace tacit::server
