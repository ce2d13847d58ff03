#include "crypto/certificates/pem.hpp"

#include <algorithm>
#include <optional>

#include "crypto/files/bounded_file.hpp"
#include "crypto/text/base64.hpp"
#include "crypto/text/size_text.hpp"

namespace tacit::crypto {
namespace {

using boost::system::result;

constexpr std::string_view dashes = "-----";
constexpr std::string_view begin_word = "-----BEGIN ";
constexpr std::string_view end_word = "-----END ";
/// The length of a block's full lines (RFC 7468 section 2: 64; RFC 2045: 76). Names and underlines between blocks
/// rarely have these lengths.
constexpr std::size_t pem_line = 64;
constexpr std::size_t mime_line = 76;

std::string_view trimmed(std::string_view line) {
  constexpr std::string_view blank = " \t";
  line.remove_prefix(std::min(line.find_first_not_of(blank), line.size()));
  return line.substr(0, line.find_last_not_of(blank) + 1);
}

/// The label of a line that begins or ends a block. std::nullopt for any other line.
std::optional<std::string_view> label_in(std::string_view line, std::string_view word) {
  if (!line.starts_with(word) || !line.ends_with(dashes) || line.size() < word.size() + dashes.size()) {
    return std::nullopt;
  }
  return line.substr(word.size(), line.size() - word.size() - dashes.size());
}

bool is_base64(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/' ||
           c == '=';
  });
}

/// Whether this is a full line of a block: `=` occurs only at its end, and not all characters are `/`, as in a drawn
/// line.
bool is_line_of_block(std::string_view line) {
  if (line.size() != pem_line && line.size() != mime_line) return false;
  const std::string_view digits = line.substr(0, line.find_last_not_of('=') + 1);
  return line.size() - digits.size() <= 2 && digits.find('=') == std::string_view::npos &&
         digits.find_first_not_of('/') != std::string_view::npos && is_base64(digits);
}

bool is_text(std::string_view text) {
  return std::ranges::none_of(text, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f') || byte == 0x7f;
  });
}

/// RFC 4648 section 4 with its padding, which must be correct.
std::optional<WipedBytes> decode(const WipedBytes& body) {
  std::string_view text = body.text();
  if (text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  WipedBytes url;
  url.reserve(text.size());
  for (const char c : text) url.push_back(c == '+' ? '-' : c == '/' ? '_' : c);
  return base64url_decode(url.text());
}

/// One pass over the lines.
class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}
  result<std::vector<PemBlock>, PemError> run();

 private:
  std::string_view next_line();
  std::optional<std::string> outside(std::string_view line);
  std::optional<std::string> inside(std::string_view line);
  std::optional<std::string> end(std::string_view label);
  std::string at(std::size_t line) const { return "line " + std::to_string(line) + ": "; }

  std::string_view rest_;
  std::size_t number_ = 0;
  bool open_ = false;
  bool fields_ = false;  ///< the block's lines are fields (RFC 1421) so far
  WipedBytes body_;
  std::vector<PemBlock> blocks_;
};

std::string_view Parser::next_line() {
  const std::string_view line = rest_.substr(0, rest_.find_first_of("\r\n"));
  rest_.remove_prefix(line.size());
  rest_.remove_prefix(rest_.starts_with("\r\n") ? 2 : std::min<std::size_t>(rest_.size(), 1));
  ++number_;
  return trimmed(line);
}

std::optional<std::string> Parser::outside(std::string_view line) {
  if (const auto label = label_in(line, begin_word)) {
    open_ = true;
    fields_ = true;
    body_.clear();
    PemBlock& block = blocks_.emplace_back();
    block.label = *label;
    block.line = number_;
    block.encrypted = *label == "ENCRYPTED PRIVATE KEY";
    return std::nullopt;
  }
  if (label_in(line, end_word)) return at(number_) + "the BEGIN line of the block that ends here is missing";
  if (line.find(begin_word) != std::string_view::npos || line.find(end_word) != std::string_view::npos) {
    return at(number_) + "BEGIN and END need a line of their own, with five dashes before and after";
  }
  if (is_line_of_block(line)) {
    return at(number_) + "base64 outside of a block; its BEGIN line is missing";
  }
  return std::nullopt;
}

std::optional<std::string> Parser::end(std::string_view label) {
  PemBlock& block = blocks_.back();
  if (label != block.label)
    return at(number_) + "this END line is of another kind than the BEGIN line at line " + std::to_string(block.line);
  open_ = false;
  if (block.encrypted) return std::nullopt;
  auto der = decode(body_);
  if (!der || der->empty()) return at(block.line) + "the block is not base64, or was cut off";
  block.der = std::move(*der);
  return std::nullopt;
}

std::optional<std::string> Parser::inside(std::string_view line) {
  if (const auto label = label_in(line, end_word)) return end(*label);
  PemBlock& block = blocks_.back();
  if (line.starts_with(dashes)) {
    return at(block.line) + "the block has no END line; the file was cut off or damaged";
  }
  if (line.empty()) return std::nullopt;
  if (fields_ && line.find(':') != std::string_view::npos) {
    if (line.starts_with("Proc-Type:") && line.find("ENCRYPTED") != std::string_view::npos) block.encrypted = true;
    return std::nullopt;
  }
  fields_ = false;
  if (!is_base64(line)) return at(number_) + "this text is not base64";
  body_.append(line);
  return std::nullopt;
}

result<std::vector<PemBlock>, PemError> Parser::run() {
  constexpr std::string_view mark = "\xef\xbb\xbf";
  if (rest_.starts_with(mark)) rest_.remove_prefix(mark.size());
  if (!is_text(rest_)) {
    const bool der = rest_.starts_with('\x30');
    return PemError{der ? "it is binary (DER or PKCS #12), not PEM"
                        : "it has bytes that are not text, so it is not PEM"};
  }
  while (!rest_.empty()) {
    const std::string_view line = next_line();
    if (auto fault = open_ ? inside(line) : outside(line)) return PemError{std::move(*fault)};
  }
  if (open_) {
    return PemError{at(blocks_.back().line) + "the block has no END line; the file was cut off or damaged"};
  }
  return std::move(blocks_);
}

PemError unreadable(const std::filesystem::path& file, const std::string& why) { return {file.string() + ": " + why}; }

}  // namespace

result<std::vector<PemBlock>, PemError> parse_pem(std::string_view text) { return Parser(text).run(); }

result<std::vector<PemBlock>, PemError> read_pem_file(const std::filesystem::path& file, std::size_t most) {
  const FileBound bound{most, mebibytes(most)};
  const auto content = read_bounded_file(file, bound, SpecialFiles::none);
  if (content.has_error()) return PemError{content.error().message};
  if (content->text().find_first_not_of(" \t\r\n") == std::string_view::npos) return unreadable(file, "is empty");
  auto blocks = parse_pem(content->text());
  if (blocks.has_error()) return unreadable(file, blocks.error().message);
  if (blocks->empty()) return unreadable(file, "holds no PEM block (-----BEGIN …-----)");
  return blocks;
}

bool is_private_key(const PemBlock& block) {
  return block.label == "PRIVATE KEY" || block.label.ends_with(" PRIVATE KEY");
}

bool is_certificate(const PemBlock& block) {
  return block.label == "CERTIFICATE" || block.label == "X509 CERTIFICATE" || block.label == "TRUSTED CERTIFICATE";
}

bool is_crl(const PemBlock& block) { return block.label == "X509 CRL" || block.label == "CRL"; }

std::string pem_kind(const PemBlock& block) {
  if (block.encrypted) return "an encrypted private key";
  if (is_private_key(block)) return "a private key";
  if (is_certificate(block)) return "a certificate";
  if (is_crl(block)) return "a CRL";
  if (block.label.ends_with("CERTIFICATE REQUEST")) return "a certificate request";
  if (block.label == "PUBLIC KEY") return "a public key";
  if (block.label == "PKCS7") return "a PKCS #7 bundle";
  if (block.label.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ") == std::string::npos &&
      block.label.size() <= 64) {
    return "a block of the kind \"" + block.label + "\"";
  }
  return "a block of an unknown kind";
}

}  // namespace tacit::crypto
