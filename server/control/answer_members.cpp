#include "server/control/answer_members.hpp"

#include <boost/json/array.hpp>

#include "http/log/printable.hpp"

namespace tacit::server {
namespace {

namespace json = boost::json;

const json::array* list_in(const json::object& answer, const char* name) {
  const json::value* const found = answer.if_contains(name);
  return found != nullptr ? found->if_array() : nullptr;
}

}  // namespace

std::string raw_text_in(const json::object& answer, const char* name) {
  const json::value* const found = answer.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::string text_in(const json::object& answer, const char* name) { return http::printable(raw_text_in(answer, name)); }

std::optional<bool> truth_in(const json::object& answer, const char* name) {
  const json::value* const found = answer.if_contains(name);
  return found != nullptr && found->is_bool() ? std::optional(found->get_bool()) : std::nullopt;
}

const json::object* object_in(const json::object& answer, const char* name) {
  const json::value* const found = answer.if_contains(name);
  return found != nullptr ? found->if_object() : nullptr;
}

std::vector<std::string> texts_in(const json::object& answer, const char* name) {
  std::vector<std::string> texts;
  const json::array* const list = list_in(answer, name);
  if (list == nullptr) return texts;
  for (const json::value& each : *list) {
    if (each.is_string()) texts.push_back(http::printable(each.get_string()));
  }
  return texts;
}

std::vector<const json::object*> objects_in(const json::object& answer, const char* name) {
  std::vector<const json::object*> objects;
  const json::array* const list = list_in(answer, name);
  if (list == nullptr) return objects;
  for (const json::value& each : *list) {
    if (each.is_object()) objects.push_back(&each.get_object());
  }
  return objects;
}

}  // namespace tacit::server
