// A list of objects in a body, each with fields of its own.
#pragma once

#include <cstddef>
#include <span>

#include "http/json/json_fields.hpp"

namespace tacit::http {

/// Reads the objects one after the other, so that only one is in memory as fields.
class ObjectListField : public JsonTarget {
 public:
  void take(const JsonEvent& event) final;

 protected:
  ObjectListField(std::string_view name, std::size_t max_items) : name_(name), max_items_(max_items) {}

  /// The members of the next object, whose targets have no values yet.
  virtual std::span<const JsonMember> begin_item() = 0;
  /// The object was read. Returns its faults as those of a body.
  virtual Faults end_item(const UnknownMembers& unknown) = 0;

  /// Reports a missing or wrong list, a wrong number of objects, and what is wrong with them.
  void check(Faults& faults) const;

 private:
  void take_in_list(const JsonEvent& event);
  void take_in_item(const JsonEvent& event);
  void note(Faults faults);

  std::string_view name_;
  std::size_t max_items_;
  std::size_t count_ = 0;  ///< objects, and what should be one
  std::size_t depth_ = 0;  ///< 1: in the list; 2: in an object
  Given given_ = Given::absent;
  bool in_object_ = false;  ///< the item being read is an object of those that count
  std::span<const JsonMember> members_;
  JsonTarget* target_ = nullptr;
  UnknownMembers unknown_;
  Faults item_faults_;
};

}  // namespace tacit::http
