// PEM, as RFC 7468 has it, read strictly: a file is understood as a whole, or refused in words. Nothing asks for a
// passphrase.
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/wiped.hpp"

namespace tacit::crypto {

struct PemBlock {
  std::string label;  ///< as "CERTIFICATE"
  WipedBytes der;
  std::size_t line = 0;    ///< where it begins, from 1
  bool encrypted = false;  ///< by its label, or by a Proc-Type field (RFC 1421); then `der` is of no use
};

struct PemError {
  std::string message;  ///< one sentence; of parse_pem without the file's name
};

/// All blocks of a text. Lines of text between them are passed over, as RFC 7468 section 2 allows; a block that is cut
/// off, base64 outside of a block and bytes that are no text are errors. A byte order mark, CRLF and indented lines are
/// fine.
boost::system::result<std::vector<PemBlock>, PemError> parse_pem(std::string_view text);

/// Reads a regular file of at most `most` bytes and parses it. The error names the file.
boost::system::result<std::vector<PemBlock>, PemError> read_pem_file(const std::filesystem::path& file,
                                                                     std::size_t most);

/// What a block's label stands for, for messages: "a private key", "a CRL".
std::string pem_kind(const PemBlock& block);
bool is_private_key(const PemBlock& block);
bool is_certificate(const PemBlock& block);
bool is_crl(const PemBlock& block);

}  // namespace tacit::crypto
