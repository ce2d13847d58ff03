// PEM (RFC 7468), read strictly: a file is either fully understood, or refused with a sentence. Never asks for a
// passphrase.
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/memory/wiped.hpp"

namespace tacit::crypto {

struct PemBlock {
  std::string label;  ///< such as "CERTIFICATE"
  WipedBytes der;
  std::size_t line = 0;    ///< where it begins, from 1
  bool encrypted = false;  ///< by its label, or by a Proc-Type field (RFC 1421); then `der` is unusable
};

struct PemError {
  std::string message;  ///< one sentence; parse_pem's is without the file's name
};

/// All blocks of a text. Lines of text between them are ignored (RFC 7468 section 2); a truncated block, base64 outside
/// of a block and bytes that are not text are errors. A byte order mark, CRLF and indented lines are accepted.
boost::system::result<std::vector<PemBlock>, PemError> parse_pem(std::string_view text);

/// Reads a regular file of at most `most` bytes and parses it. The error names the file.
boost::system::result<std::vector<PemBlock>, PemError> read_pem_file(const std::filesystem::path& file,
                                                                     std::size_t most);

/// What a block's label means, for messages: "a private key", "a CRL".
std::string pem_kind(const PemBlock& block);
bool is_private_key(const PemBlock& block);
bool is_certificate(const PemBlock& block);
bool is_crl(const PemBlock& block);

}  // namespace tacit::crypto
