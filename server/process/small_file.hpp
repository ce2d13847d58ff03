// Small files that one process replaces atomically and others read.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace tacit::server {

inline constexpr std::size_t most_small_file_bytes = 8192;

/// The file's first most_small_file_bytes. Does not follow a link. The error is `invalid_argument` for a file that is
/// not regular. Never waits for a pipe's writer.
std::string read_small_file(const std::filesystem::path& file, std::error_code& error);

/// Writes a temporary file in the same directory, syncs and renames it: a reader sees either the old or the new text. A
/// link with that name is replaced, not followed; links in the path to the directory are treated as in
/// crypto/files/trusted_folder.hpp.
std::error_code replace_small_file(const std::filesystem::path& file, std::string_view text, mode_t mode);

}  // namespace tacit::server
