#include "http/json/json_fields.hpp"

#include "crypto/text/utf8.hpp"

namespace tacit::http {
namespace {

using Kind = JsonEvent::Kind;

std::string_view text_of(const std::string& buffer) { return buffer; }
std::string_view text_of(const crypto::WipedBytes& buffer) { return buffer.text(); }

bool begins(Kind kind) { return kind == Kind::array_begin || kind == Kind::object_begin; }
bool ends(Kind kind) { return kind == Kind::array_end || kind == Kind::object_end; }

}  // namespace

template <class Buffer>
void BoundedText<Buffer>::append(std::string_view part) {
  code_points_ += crypto::count_code_points(part);
  if (code_points_ <= length_.max) text_.append(part);
}

template <class Buffer>
bool BoundedText<Buffer>::check(Loc loc, Faults& faults) const {
  if (code_points_ < length_.min) {
    faults.push_back(string_too_short(std::move(loc), length_.min));
  } else if (code_points_ > length_.max) {
    faults.push_back(string_too_long(std::move(loc), length_.max, code_points_));
  } else {
    return true;
  }
  return false;
}

template <class Buffer>
std::string_view BoundedText<Buffer>::view() const {
  return text_of(text_);
}

template <class Buffer>
void TextField<Buffer>::take(const JsonEvent& event) {
  if (given_ == Given::wrong) return;
  switch (event.kind) {
    case Kind::text_part:
    case Kind::text:
      given_ = Given::value;
      text_.append(event.text);
      break;
    case Kind::null:
      given_ = Given::null;
      break;
    default:
      given_ = Given::wrong;
  }
}

template <class Buffer>
void TextField<Buffer>::check(std::string_view name, bool nullable, Faults& faults) const {
  if (given_ == Given::wrong || (given_ == Given::null && !nullable)) {
    faults.push_back(string_type(Loc{"body", name}));
  } else if (given_ == Given::value) {
    text_.check(Loc{"body", name}, faults);
  }
}

void ContainerField::take(const JsonEvent& event) {
  if (given_ == Given::wrong) return;
  if (depth_ == 0) {
    given_ = event.kind == opening_ ? Given::value : event.kind == Kind::null ? Given::null : Given::wrong;
    depth_ = given_ == Given::value ? 1 : 0;
    return;
  }
  if (ends(event.kind)) {
    --depth_;
    return;
  }
  if (depth_ == 1) take_inner(event);
  if (begins(event.kind)) ++depth_;
}

void ContainerField::check_items(std::string_view what, Faults& faults) const {
  if (count_ > max_items_) {
    faults.push_back(too_long(Loc{"body", name_}, what, max_items_, count_));
  } else {
    faults.insert(faults.end(), item_faults_.begin(), item_faults_.end());
  }
}

TextListField::TextListField(std::string_view name, std::size_t max_items, limits::Length length)
    : ContainerField(name, max_items, Kind::array_begin), length_(length), item_(length) {}

void TextListField::take_inner(const JsonEvent& event) {
  if (event.kind == Kind::text || event.kind == Kind::text_part) item_.append(event.text);
  if (event.kind == Kind::text_part) return;
  BoundedText<std::string> item = std::exchange(item_, BoundedText<std::string>(length_));
  const std::size_t index = count_++;
  if (index >= max_items_) return;
  Loc loc{"body", name_, std::uint64_t{index}};
  if (event.kind != Kind::text) {
    item_faults_.push_back(string_type(std::move(loc)));
  } else if (item.check(std::move(loc), item_faults_)) {
    items_.push_back(item.take());
  }
}

void TextListField::check(Faults& faults) const {
  if (given_ == Given::wrong) {
    faults.push_back(list_type(Loc{"body", name_}));
  } else {
    check_items("List", faults);
  }
}

TextMapField::TextMapField(std::string_view name, std::size_t max_items, limits::Length key, limits::Length value)
    : ContainerField(name, max_items, Kind::object_begin), key_length_(key), value_length_(value), value_(value) {}

void TextMapField::take_inner(const JsonEvent& event) {
  if (event.kind == Kind::key) {
    take_key(event.text);
  } else {
    take_value(event);
  }
}

void TextMapField::take_key(std::string_view key) {
  if (count_++ >= max_items_) return;
  key_ = key;
  BoundedText<std::string> bounded(key_length_);
  bounded.append(key);
  key_is_sound_ = bounded.check(Loc{"body", name_, SentName{key_}, "[key]"}, item_faults_);
}

void TextMapField::take_value(const JsonEvent& event) {
  if (event.kind == Kind::text || event.kind == Kind::text_part) value_.append(event.text);
  if (event.kind == Kind::text_part) return;
  BoundedText<std::string> value = std::exchange(value_, BoundedText<std::string>(value_length_));
  if (count_ > max_items_) return;
  Loc loc{"body", name_, SentName{key_}};
  if (event.kind != Kind::text) {
    item_faults_.push_back(string_type(std::move(loc)));
  } else if (value.check(std::move(loc), item_faults_) && key_is_sound_) {
    entries_.emplace_back(std::move(key_), value.take());
  }
}

void TextMapField::check(Faults& faults) const {
  if (given_ == Given::wrong) {
    faults.push_back(dict_type(Loc{"body", name_}));
  } else {
    check_items("Dictionary", faults);
  }
}

template class BoundedText<std::string>;
template class BoundedText<crypto::WipedBytes>;
template class TextField<std::string>;
template class TextField<crypto::WipedBytes>;

}  // namespace tacit::http
