// Text for a setting's default that is a constant of another folder, and for a help text that contains it.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tacit::server {
namespace detail {

/// The digits of a number and a unit, null-terminated.
template <std::uint64_t Number, char Unit>
constexpr auto number_text = [] {
  std::array<char, 22> text{};
  std::size_t size = 0;
  for (std::uint64_t rest = Number; rest != 0 || size == 0; rest /= 10) ++size;
  std::size_t at = size;
  for (std::uint64_t rest = Number; at != 0; rest /= 10) text.at(--at) = static_cast<char>('0' + rest % 10);
  if (Unit != '\0') text.at(size) = Unit;
  return text;
}();

constexpr bool is_whole(std::uint64_t bytes, unsigned power_of_two) {
  return bytes != 0 && bytes % (std::uint64_t{1} << power_of_two) == 0;
}

}  // namespace detail

template <std::uint64_t Number>
constexpr const char* number_text = detail::number_text<Number, '\0'>.data();

template <std::chrono::seconds::rep Seconds>
constexpr const char* seconds_text = number_text<static_cast<std::uint64_t>(Seconds)>;

/// In the largest unit that divides it.
template <std::uint64_t Bytes>
constexpr const char* size_text = detail::is_whole(Bytes, 30)   ? detail::number_text<(Bytes >> 30U), 'G'>.data()
                                  : detail::is_whole(Bytes, 20) ? detail::number_text<(Bytes >> 20U), 'M'>.data()
                                  : detail::is_whole(Bytes, 10) ? detail::number_text<(Bytes >> 10U), 'K'>.data()
                                                                : number_text<Bytes>;

/// A text composed at compile time, shorter than `Capacity` bytes.
template <std::size_t Capacity>
class ComposedText {
 public:
  constexpr ComposedText& add(std::string_view part) {
    for (const char c : part) text_.at(size_++) = c;
    return *this;
  }
  constexpr ComposedText& add(std::uint64_t number) {
    std::uint64_t unit = 1;
    while (number / unit >= 10) unit *= 10;
    for (; unit != 0; unit /= 10) text_.at(size_++) = static_cast<char>('0' + number / unit % 10);
    return *this;
  }
  constexpr const char* c_str() const { return text_.data(); }

 private:
  std::array<char, Capacity> text_{};
  std::size_t size_ = 0;
};

}  // namespace tacit::server
