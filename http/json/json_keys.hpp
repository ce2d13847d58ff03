// The keys that the objects of a document have had, to find one that comes twice.
#pragma once

#include <cstdint>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/wiped.hpp"

namespace tacit::http {

/// Finds duplicates in O(log n) a key, whatever the keys: an ordered set has no bad inputs, as a hash table has.
class JsonKeys {
 public:
  /// `body` has to outlive this; keys that lie in it as they are need no copy.
  explicit JsonKeys(std::string_view body) : body_(body) {}

  void open_object() { open_.push_back(++objects_); }
  void close_object() { open_.pop_back(); }

  /// A part of a key, more of which follows.
  void add_part(std::string_view part) { copy(part); }
  /// The last part of a key. Answers the whole key, valid as long as this object.
  std::string_view finish(std::string_view last);
  /// Notes a key of the innermost open object; false if it had that key before.
  bool insert(std::string_view key) { return seen_.emplace(open_.back(), key).second; }

 private:
  void copy(std::string_view part);
  bool lies_in_body(std::string_view text) const;

  std::string_view body_;
  crypto::WipedBytes copies_;   // never grows: what is decoded is not longer than the body
  std::size_t unfinished_ = 0;  // bytes at the end of copies_ that belong to the key being read
  std::uint32_t objects_ = 0;
  std::vector<std::uint32_t> open_;
  std::set<std::pair<std::uint32_t, std::string_view>> seen_;
};

}  // namespace tacit::http
