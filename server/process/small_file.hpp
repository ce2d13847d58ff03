// Small files that one process replaces as a whole and others read.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace tacit::server {

inline constexpr std::size_t most_small_file_bytes = 8192;

/// At most most_small_file_bytes of it. Follows no link; what is no regular file is `invalid_argument`. Never waits for
/// a pipe's writer.
std::string read_small_file(const std::filesystem::path& file, std::error_code& error);

/// Under another name in the same directory, synced, then renamed: a reader sees the text before or this one. A link of
/// that name is replaced, not followed; on the way to the directory links are as crypto/trusted_folder.hpp follows
/// them.
std::error_code replace_small_file(const std::filesystem::path& file, std::string_view text, mode_t mode);

}  // namespace tacit::server
