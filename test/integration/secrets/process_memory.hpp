// Reads another process's memory.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace tacit::test {

/// The writable mappings of the process that contain the text, as `heap+1a2b`, for the message of a failed test.
/// Needs the right to trace the process: root, if the process is not dumpable.
std::vector<std::string> find_in_memory(pid_t pid, const std::string& text);

}  // namespace tacit::test
