#include "http/json/object_list_field.hpp"

#include <algorithm>
#include <utility>

namespace tacit::http {
namespace {

using Kind = JsonEvent::Kind;

/// A body of a million empty items must not become an answer of a hundred megabytes.
constexpr std::size_t most_faults = 1024;

bool begins(Kind kind) { return kind == Kind::array_begin || kind == Kind::object_begin; }
bool ends(Kind kind) { return kind == Kind::array_end || kind == Kind::object_end; }

}  // namespace

void ObjectListField::note(Faults faults) {
  Faults placed = faults_of_item(name_, count_, std::move(faults));
  const std::size_t room = most_faults - std::min(most_faults, item_faults_.size());
  const auto end = placed.begin() + static_cast<std::ptrdiff_t>(std::min(room, placed.size()));
  item_faults_.insert(item_faults_.end(), std::make_move_iterator(placed.begin()), std::make_move_iterator(end));
}

void ObjectListField::take(const JsonEvent& event) {
  if (given_ == Given::wrong) return;
  if (depth_ == 0) {
    given_ = event.kind == Kind::array_begin ? Given::value : event.kind == Kind::null ? Given::null : Given::wrong;
    depth_ = given_ == Given::value ? 1 : 0;
  } else if (depth_ == 1) {
    take_in_list(event);
  } else {
    take_in_item(event);
  }
}

void ObjectListField::take_in_list(const JsonEvent& event) {
  if (ends(event.kind)) {
    depth_ = 0;
    return;
  }
  if (begins(event.kind)) depth_ = 2;
  if (event.kind == Kind::text_part) return;
  in_object_ = event.kind == Kind::object_begin && count_ < max_items_;
  target_ = nullptr;
  if (in_object_) {
    members_ = begin_item();
    unknown_.clear();
    return;
  }
  if (event.kind != Kind::object_begin && count_ < max_items_) note({model_attributes_type(Loc{"body"})});
  if (depth_ == 1) ++count_;
}

void ObjectListField::take_in_item(const JsonEvent& event) {
  if (depth_ == 2 && ends(event.kind)) {
    if (in_object_) note(end_item(unknown_));
    ++count_;
    depth_ = 1;
    return;
  }
  if (depth_ == 2 && event.kind == Kind::key) {
    const auto member = std::ranges::find(members_, event.text, &JsonMember::name);
    target_ = !in_object_ || member == members_.end() ? nullptr : member->target;
    if (in_object_ && target_ == nullptr && unknown_.size() < unknown_members) unknown_.emplace_back(event.text);
    return;
  }
  if (ends(event.kind)) --depth_;
  if (target_ != nullptr) target_->take(event);
  if (begins(event.kind)) ++depth_;
}

void ObjectListField::check(Faults& faults) const {
  Loc loc{"body", name_};
  if (given_ == Given::absent) {
    faults.push_back(missing(std::move(loc)));
  } else if (given_ != Given::value) {
    faults.push_back(list_type(std::move(loc)));
  } else if (count_ == 0) {
    faults.push_back(too_short(std::move(loc), "List", 1, 0));
  } else if (count_ > max_items_) {
    faults.push_back(too_long(std::move(loc), "List", max_items_, count_));
  } else {
    faults.insert(faults.end(), item_faults_.begin(), item_faults_.end());
  }
}

}  // namespace tacit::http
