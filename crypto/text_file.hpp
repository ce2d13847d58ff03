// Text that people edit, as it is meant: editors may add a UTF-8 byte order mark or end lines with a carriage return
// and a line feed, and some save UTF-16, which nothing here reads.
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "crypto/wiped.hpp"

namespace tacit::crypto {

/// Bytes of a text file, unless its reader says otherwise.
inline constexpr std::size_t text_file_limit = 1024 * 1024;

/// The text without a UTF-8 byte order mark at its start.
std::string_view without_byte_order_mark(std::string_view text);

/// The text's encoding and what to do, as the rest of a sentence, if it is UTF-16 or UTF-32; nothing for all other
/// text.
std::optional<std::string> find_encoding_fault(std::string_view text);

/// Makes the text, in place, what an editor that adds nothing would have saved: takes away a byte order mark at the
/// start of any line (of joined files each may have one) and the carriage return before a line feed or the end. Answers
/// what find_encoding_fault does; then the text stays as it is.
std::optional<std::string> make_plain_text(std::string& text);
std::optional<std::string> make_plain_text(WipedBytes& text);

/// Takes a byte order mark off a secret that is text. A secret with control characters is one of any bytes and stays as
/// it is. Answers what find_encoding_fault does of a secret that is ASCII saved as UTF-16.
std::optional<std::string> make_plain_secret(WipedBytes& secret);

struct TextFileError {
  std::string message;  ///< one sentence that names the file
};

/// Reads a text file and makes it plain. A pipe that a shell makes (/dev/fd/…, /dev/stdin) is read to its end. Refuses
/// a directory, a named pipe and other special files, what cannot be read or is larger than `most`, and what is not
/// UTF-8.
boost::system::result<std::string, TextFileError> read_text_file(const std::filesystem::path& file,
                                                                 std::size_t most = text_file_limit);

}  // namespace tacit::crypto
