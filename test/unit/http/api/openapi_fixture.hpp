// The OpenAPI document, for tests that compare it with the code.
#pragma once

#include <boost/json/parse.hpp>

#include <set>
#include <string>
#include <string_view>

#include "http/api/openapi.hpp"

namespace tacit::http::test {

namespace json = boost::json;

inline const json::value& document() {
  static const json::value parsed = json::parse({openapi_source().data(), openapi_source().size()});
  return parsed;
}

inline const json::value& at(std::string_view pointer) {
  return document().at_pointer({pointer.data(), pointer.size()});
}

inline const json::value& schema(const std::string& name) { return at("/components/schemas/" + name); }

inline std::string text(const json::value& value) { return std::string(value.as_string()); }

inline std::set<std::string> keys(const json::value& object) {
  std::set<std::string> result;
  for (const auto& [key, value] : object.as_object()) result.emplace(key);
  return result;
}

inline std::set<std::string> strings(const json::value& array) {
  std::set<std::string> result;
  for (const json::value& value : array.as_array()) result.insert(text(value));
  return result;
}

/// The JSON pointers of all references in a part of the document.
inline void collect_references(const json::value& value, std::set<std::string>& references) {
  if (value.is_object()) {
    for (const auto& [key, inner] : value.as_object()) {
      if (key == "$ref") references.insert(text(inner).substr(1));
      collect_references(inner, references);
    }
  } else if (value.is_array()) {
    for (const json::value& inner : value.as_array()) collect_references(inner, references);
  }
}

}  // namespace tacit::http::test
