// Text files that people edit: editors may add a UTF-8 byte order mark or end lines with CR LF, and some save UTF-16,
// which is not supported.
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/memory/wiped.hpp"

namespace tacit::crypto {

/// The default size limit of a text file, in bytes.
inline constexpr std::size_t text_file_limit = 1024 * 1024;

/// The text without a UTF-8 byte order mark at its start.
std::string_view without_byte_order_mark(std::string_view text);

/// The text's encoding and a remedy, as the rest of a sentence, if it is UTF-16 or UTF-32; std::nullopt for all other
/// text.
std::optional<std::string> find_encoding_fault(std::string_view text);

/// Makes the text plain, in place: removes a byte order mark at the start of any line (concatenated files may have
/// several) and the carriage return before a line feed or the end. Returns the result of find_encoding_fault; if there
/// is a fault, the text stays as it is.
std::optional<std::string> make_plain_text(std::string& text);
std::optional<std::string> make_plain_text(WipedBytes& text);

/// Removes a byte order mark from a secret that is text. A secret with control characters is binary and stays as it is.
/// Returns the result of find_encoding_fault for a secret that is ASCII saved as UTF-16.
std::optional<std::string> make_plain_secret(WipedBytes& secret);

struct TextFileError {
  std::string message;  ///< one sentence that names the file
};

/// Reads a text file and makes it plain. Reads a shell's pipe (/dev/fd/…, /dev/stdin) to its end. Refuses a directory,
/// a named pipe and other special files, an unreadable file, a file larger than `most`, and a file that is not UTF-8.
boost::system::result<std::string, TextFileError> read_text_file(const std::filesystem::path& file,
                                                                 std::size_t most = text_file_limit);

}  // namespace tacit::crypto
