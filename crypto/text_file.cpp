#include "crypto/text_file.hpp"

#include <algorithm>
#include <cerrno>
#include <span>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace tacit::crypto {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

constexpr std::string_view utf16_text = "is UTF-16 text; save it as UTF-8";
constexpr std::string_view utf32_text = "is UTF-32 text; save it as UTF-8";

std::string_view mark_of_encoding(std::string_view text) {
  using std::string_view_literals::operator""sv;
  if (text.starts_with("\xff\xfe\0\0"sv) || text.starts_with("\0\0\xfe\xff"sv)) return utf32_text;
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) return utf16_text;
  return {};
}

// ASCII in UTF-16 has a zero next to each character.
bool alternates_with_zeros(std::string_view text) {
  if (text.size() < 4 || text.size() % 2 != 0) return false;
  const std::size_t zero = text.front() == '\0' ? 0 : 1;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    if (text[i + zero] != '\0' || text[i + 1 - zero] == '\0') return false;
  }
  return true;
}

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r' && c != '\n'; });
}

// Moves the kept characters to the front; returns their number.
std::size_t make_plain(std::span<char> text) {
  const std::string_view all(text.data(), text.size());
  std::size_t kept = 0;
  for (std::size_t at = 0; at < all.size(); ++at) {
    const bool line_starts = at == 0 || all[at - 1] == '\n';
    while (line_starts && all.substr(at).starts_with(byte_order_mark)) at += byte_order_mark.size();
    if (at == all.size()) break;
    const bool line_ends = all[at] == '\r' && (at + 1 == all.size() || all[at + 1] == '\n');
    if (!line_ends) text[kept++] = all[at];
  }
  return kept;
}

template <class Text>
std::optional<std::string> make_plain_of(Text& text, std::span<char> characters) {
  if (auto fault = find_encoding_fault({characters.data(), characters.size()})) return fault;
  text.resize(make_plain(characters));
  return std::nullopt;
}

class Opened {
 public:
  explicit Opened(const std::filesystem::path& file)
      : number_(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)) {}
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  ~Opened() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const { return number_; }

 private:
  int number_;
};

// For `--config <(…)` or `--config /dev/stdin`: the caller of the command chooses it, and can end it.
bool is_given_by_a_shell(const std::filesystem::path& file) {
  return file.native().starts_with("/dev/") || file.native().starts_with("/proc/self/");
}

// Reads to the end, or one byte more than `most`; returns errno.
int read_to_end(int descriptor, std::size_t most, std::string& text) {
  constexpr std::size_t step = 64 * 1024;
  for (std::size_t size = 0; size <= most;) {
    text.resize(std::min(size + step, most + 1));
    const ssize_t got = ::read(descriptor, text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    size += static_cast<std::size_t>(got);
    text.resize(size);
    if (got == 0) return 0;
  }
  return 0;
}

}  // namespace

std::string_view without_byte_order_mark(std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  return text;
}

std::optional<std::string> find_encoding_fault(std::string_view text) {
  std::string_view fault = mark_of_encoding(text);
  if (fault.empty() && alternates_with_zeros(text.substr(0, 4))) fault = utf16_text;
  return fault.empty() ? std::nullopt : std::optional<std::string>(fault);
}

std::optional<std::string> make_plain_text(std::string& text) { return make_plain_of(text, text); }

std::optional<std::string> make_plain_text(WipedBytes& text) {
  return make_plain_of(text, {reinterpret_cast<char*>(text.data()), text.size()});
}

std::optional<std::string> make_plain_secret(WipedBytes& secret) {
  const std::string_view text = secret.text();
  const std::size_t mark = mark_of_encoding(text) == utf16_text ? 2 : 0;
  if (alternates_with_zeros(text.substr(mark))) return std::string(utf16_text);
  const std::string_view rest = without_byte_order_mark(text);
  if (rest.size() < text.size() && !has_control_characters(rest)) {
    WipedBytes plain(as_bytes(rest));
    secret = std::move(plain);
  }
  return std::nullopt;
}

boost::system::result<std::string, TextFileError> read_text_file(const std::filesystem::path& file, std::size_t most) {
  const auto refuse = [&](const std::string& why) { return TextFileError{file.string() + ": " + why}; };
  const auto unreadable = [&](int error) {
    return refuse("cannot be read: " + std::generic_category().message(error));
  };
  const Opened opened(file);
  if (opened.get() < 0) return unreadable(errno);
  struct stat status {};
  if (::fstat(opened.get(), &status) != 0) return unreadable(errno);
  if (S_ISDIR(status.st_mode)) return refuse("is a directory");
  if (!S_ISREG(status.st_mode)) {
    // A named pipe may never be written to, and a server that waits for it would hang.
    if (!is_given_by_a_shell(file)) return refuse("is not a regular file");
    ::fcntl(opened.get(), F_SETFL, 0);
  }
  std::string text;
  if (const int error = read_to_end(opened.get(), most, text); error != 0) return unreadable(error);
  if (text.size() > most) return refuse("is larger than " + std::to_string(most / 1024) + " KiB");
  if (const auto fault = make_plain_text(text)) return refuse(*fault);
  return {boost::system::in_place_value, std::move(text)};
}

}  // namespace tacit::crypto
