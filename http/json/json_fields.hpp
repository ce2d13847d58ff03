// The kinds of fields of request bodies. Each takes its member's value, stores at most its limits, and reports faults
// like pydantic v2.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/ids/uuid.hpp"
#include "crypto/memory/wiped.hpp"
#include "http/json/faults.hpp"
#include "http/json/json_reader.hpp"
#include "http/json/limits.hpp"

namespace tacit::http {

enum class Given : std::uint8_t { absent, null, value, wrong };  ///< wrong: of a wrong type

/// Collects a string up to its length limit; the excess is counted but not stored.
template <class Buffer>
class BoundedText {
 public:
  explicit BoundedText(limits::Length length) : length_(length) {}
  void append(std::string_view part);
  /// Call at the end of the string. Reports a wrong length; false if it is wrong.
  bool check(Loc loc, Faults& faults) const;
  Buffer take() { return std::move(text_); }
  std::string_view view() const;  ///< only the first part of an overlong text
  std::size_t code_points() const { return code_points_; }

 private:
  limits::Length length_;
  std::size_t code_points_ = 0;
  Buffer text_;
};

/// Remembers the kind of the value, for fields that accept one kind of scalar.
class ScalarField : public JsonTarget {
 public:
  Given given() const { return given_; }
  bool has_value() const { return given_ == Given::value; }

 protected:
  Given given_ = Given::absent;
};

/// A string of a limited length.
template <class Buffer>
class TextField final : public ScalarField {
 public:
  explicit TextField(limits::Length length) : text_(length) {}
  void take(const JsonEvent& event) override;
  /// Reports a value of a wrong type or length, and a null unless it is `nullable`.
  void check(std::string_view name, bool nullable, Faults& faults) const;
  Buffer value() { return text_.take(); }                 ///< once
  std::string_view view() const { return text_.view(); }  ///< only the first part of an overlong text
  std::size_t code_points() const { return text_.code_points(); }

 private:
  BoundedText<Buffer> text_;
};

/// Reports a missing, null or invalid field.
template <class Buffer>
void require(const TextField<Buffer>& field, std::string_view name, Faults& faults) {
  if (field.given() == Given::absent) {
    faults.push_back(missing(Loc{"body", name}));
  } else {
    field.check(name, false, faults);
  }
}

/// A boolean in pydantic's lax mode: also 0, 1, 0.0, 1.0 and words such as "yes" and "OFF".
class BoolField final : public ScalarField {
 public:
  void take(const JsonEvent& event) override;
  void check(std::string_view name, Faults& faults) const;  ///< null is no fault
  bool value() const { return value_; }                     ///< false unless has_value()

 private:
  void take_number(const JsonEvent& event);
  void take_word(std::string_view part, bool last);
  void set(std::optional<bool> value);

  std::string word_;
  bool unreadable_ = false;  // of a type that can be a boolean, but with an invalid value
  bool value_ = false;
};

/// An array or object, or null for none. Tracks the nesting of its events.
class ContainerField : public JsonTarget {
 public:
  void take(const JsonEvent& event) final;

 protected:
  ContainerField(std::string_view name, std::size_t max_items, JsonEvent::Kind opening)
      : name_(name), max_items_(max_items), opening_(opening) {}
  /// Takes an event directly within the container; of a nested container only the beginning.
  virtual void take_inner(const JsonEvent& event) = 0;
  /// Reports the container's faults, except a wrong type.
  void check_items(std::string_view what, Faults& faults) const;

  std::string_view name_;
  std::size_t max_items_;
  std::size_t count_ = 0;
  Given given_ = Given::absent;
  Faults item_faults_;

 private:
  JsonEvent::Kind opening_;
  std::size_t depth_ = 0;
};

/// A list of strings.
class TextListField final : public ContainerField {
 public:
  TextListField(std::string_view name, std::size_t max_items, limits::Length length);
  void check(Faults& faults) const;
  bool has_value() const { return given_ == Given::value; }
  std::vector<std::string> value() { return std::move(items_); }  ///< once

 private:
  void take_inner(const JsonEvent& event) override;

  limits::Length length_;
  BoundedText<std::string> item_;
  std::vector<std::string> items_;
};

/// An object of strings. Faults name entries by key.
class TextMapField final : public ContainerField {
 public:
  using Entries = std::vector<std::pair<std::string, std::string>>;

  TextMapField(std::string_view name, std::size_t max_items, limits::Length key, limits::Length value);
  void check(Faults& faults) const;
  Entries value() { return std::move(entries_); }  ///< once

 private:
  void take_inner(const JsonEvent& event) override;
  void take_key(std::string_view key);
  void take_value(const JsonEvent& event);

  limits::Length key_length_;
  limits::Length value_length_;
  std::string key_;  // of the entry being read
  bool key_is_sound_ = false;
  BoundedText<std::string> value_;
  Entries entries_;
};

}  // namespace tacit::http
