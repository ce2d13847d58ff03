// Reads another process's memory.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace tacit::test {

/// In which of the process's writable mappings each text was found, as `heap+1a2b`: for the reader of a failed test.
/// Needs the right to trace the process: root, for one that is not dumpable.
std::vector<std::string> find_in_memory(pid_t pid, const std::string& text);

}  // namespace tacit::test
