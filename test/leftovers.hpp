// Finds remains of deleted rows in a store's file.
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tacit::test {

/// All rows that a store has had. A value is gone if no present row has it, except for the parts of it that a present
/// row also contains (because a change kept them).
class GoneRows {
 public:
  using Rows = std::map<std::string, std::string>;

  /// Records the present rows.
  void seen(const Rows& rows) {
    for (const auto& [key, value] : rows) all_.insert(value);
    there_ = rows;
  }
  /// The number of values that are gone.
  std::size_t count() const { return pieces().second; }
  /// The number of pieces of these values in the bytes of the file.
  std::size_t found_in(std::string_view file) const {
    const auto [wanted, gone] = pieces();
    std::size_t found = 0;
    for (std::size_t at = 0; at + piece <= file.size(); ++at) {
      const auto one = wanted.find(head_of(file.substr(at)));
      if (one != wanted.end() && file.substr(at, piece) == one->second) ++found;
    }
    return found;
  }

 private:
  static constexpr std::size_t piece = 20;
  using Pieces = std::unordered_map<std::uint64_t, std::string>;

  static std::uint64_t head_of(std::string_view text) {
    std::uint64_t head = 0;
    std::memcpy(&head, text.data(), sizeof head);
    return head;
  }
  /// Whether the bytes look random, like boxes, MACs and ids, unlike counters and zeros.
  static bool is_telling(std::string_view text) { return std::set<char>(text.begin(), text.end()).size() >= piece - 6; }

  std::pair<Pieces, std::size_t> pieces() const {
    std::string there;
    std::set<std::string_view> values;
    for (const auto& [key, value] : there_) {
      there += value + std::string(piece, '\0');
      values.insert(value);
    }
    std::set<std::uint64_t> kept;
    for (std::size_t at = 0; at + piece <= there.size(); ++at) kept.insert(head_of(std::string_view(there).substr(at)));
    Pieces wanted;
    std::size_t gone = 0;
    for (const std::string& value : all_) {
      if (values.contains(value)) continue;
      ++gone;
      for (std::size_t at = 0; at + piece <= value.size(); at += piece) {
        const std::string_view part = std::string_view(value).substr(at, piece);
        if (is_telling(part) && !kept.contains(head_of(part))) wanted.emplace(head_of(part), part);
      }
    }
    return {std::move(wanted), gone};
  }

  std::set<std::string> all_;
  Rows there_;
};

}  // namespace tacit::test
