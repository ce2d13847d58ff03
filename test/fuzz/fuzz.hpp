// What fuzz targets share. A target is one source, which makes one Target; test/fuzz/main.cpp calls the one that the
// program's name chooses.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/memory/bytes.hpp"

/// Ends the process unless the rule holds, so that libFuzzer keeps the input.
#define TACIT_HOLDS(...)                                                                    \
  do {                                                                                      \
    if (!(__VA_ARGS__)) {                                                                   \
      std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #__VA_ARGS__); \
      std::abort();                                                                         \
    }                                                                                       \
  } while (false)

namespace tacit::fuzz {

struct Description {
  std::size_t max_size = 4096;       ///< bytes of an input
  std::vector<std::string> seeds{};  ///< the first inputs
  std::vector<std::string> words{};  ///< of the dictionary
};

/// A target of this program. Static.
struct Target {
  Target(std::string_view target_name, Description (*description)(), void (*process)(std::string_view))
      : name(target_name), describe(description), take(process), next(first) {
    first = this;
  }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  const std::string_view name;
  Description (*const describe)();
  void (*const take)(std::string_view input);  ///< processes one input
  const Target* const next;
  static inline const Target* first = nullptr;
};

/// Reads the parts of a structured input from its front. After its end, numbers are 0 and texts empty.
class Input {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes) {}

  std::uint8_t byte() { return number<std::uint8_t>(); }
  bool flag() { return (byte() & 1U) != 0; }
  /// Below `end`, which is not 0.
  std::size_t below(std::size_t end) { return number<std::uint16_t>() % end; }
  template <class Unsigned>
  Unsigned number() {
    std::uint64_t value = 0;
    for (const char c : bytes(sizeof(Unsigned))) value = value << 8U | static_cast<unsigned char>(c);
    return static_cast<Unsigned>(value);
  }
  /// A 2-byte length and that many bytes, or what is left.
  std::string_view text() {
    const std::size_t size = number<std::uint16_t>();
    return bytes(size);
  }
  std::string_view bytes(std::size_t size) {
    const std::string_view part = rest_.substr(0, size);
    rest_.remove_prefix(part.size());
    return part;
  }
  /// Fills `out`, an array of bytes, as far as there are any.
  template <class Array>
  Array array() {
    Array out{};
    std::ranges::copy(crypto::as_bytes(bytes(out.size())), out.begin());
    return out;
  }
  std::string_view rest() { return bytes(rest_.size()); }
  bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

/// Writes what Input reads, for seeds.
class Seed {
 public:
  template <class Unsigned>
  Seed& number(Unsigned value) {
    for (std::size_t i = sizeof(Unsigned); i-- > 0;)
      bytes_.push_back(static_cast<char>(std::uint64_t{value} >> (8 * i)));
    return *this;
  }
  Seed& byte(std::uint8_t value) { return number(value); }
  Seed& text(std::string_view text) { return number(static_cast<std::uint16_t>(text.size())).rest(text); }
  Seed& rest(std::string_view bytes) {
    bytes_.append(bytes);
    return *this;
  }
  Seed& rest(crypto::ByteView bytes) { return rest(crypto::as_text(bytes)); }
  operator std::string() const { return bytes_; }

 private:
  std::string bytes_;
};

inline crypto::Bytes bytes_of(std::string_view text) {
  const crypto::ByteView view = crypto::as_bytes(text);
  return {view.begin(), view.end()};
}

}  // namespace tacit::fuzz
