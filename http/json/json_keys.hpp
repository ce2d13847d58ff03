// Finds duplicate keys in the objects of a document.
#pragma once

#include <cstdint>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/memory/wiped.hpp"

namespace tacit::http {

/// Finds duplicates in O(log n) per key. An ordered set, unlike a hash table, has no worst-case inputs.
class JsonKeys {
 public:
  /// `body` must outlive this object; keys without escapes point into it and are not copied.
  explicit JsonKeys(std::string_view body) : body_(body) {}

  void open_object() { open_.push_back(++objects_); }
  void close_object() { open_.pop_back(); }

  /// Adds a part of a key; more parts follow.
  void add_part(std::string_view part) { copy(part); }
  /// Adds the last part of a key. Returns the whole key, valid as long as this object.
  std::string_view finish(std::string_view last);
  /// Adds a key of the innermost open object; false if the object already has it.
  bool insert(std::string_view key) { return seen_.emplace(open_.back(), key).second; }

 private:
  void copy(std::string_view part);
  bool lies_in_body(std::string_view text) const;

  std::string_view body_;
  crypto::WipedBytes copies_;   // never reallocated: decoded text is not longer than the body
  std::size_t unfinished_ = 0;  // bytes at the end of copies_ that belong to the key being read
  std::uint32_t objects_ = 0;
  std::vector<std::uint32_t> open_;
  std::set<std::pair<std::uint32_t, std::string_view>> seen_;
};

}  // namespace tacit::http
