// Extracts a plane's part of the document.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <set>
#include <string>

#include "http/api/openapi.hpp"
#include "http/api/routes.hpp"

namespace tacit::http {
namespace {

namespace json = boost::json;

/// The path in the routes table's form: no slash at the end, and its names for the document's parameters.
std::string table_path(std::string path) {
  std::size_t brace = path.find('{');
  for (const char* name : {"{id}", "{number}"}) {
    if (brace == std::string::npos) break;
    path.replace(brace, path.find('}', brace) + 1 - brace, name);
    brace = path.find('{', brace + 1);
  }
  if (path.ends_with('/')) path.pop_back();
  return path;
}

json::object served_paths(const json::object& all, std::span<const Route> routes) {
  json::object served;
  for (const auto& [path, item] : all) {
    const std::string wanted = table_path(std::string(path));
    if (std::ranges::any_of(routes, [&](const Route& route) { return route.path == wanted; })) served[path] = item;
  }
  return served;
}

/// The components that a part of the document names: references, tags and security schemes.
struct Named {
  std::set<std::string, std::less<>> references;  // JSON pointers into the document
  std::set<std::string, std::less<>> tags;
  std::set<std::string, std::less<>> schemes;

  void collect(const json::value& part, const json::value& whole) {
    if (const json::array* list = part.if_array()) {
      for (const json::value& item : *list) collect(item, whole);
    }
    const json::object* object = part.if_object();
    if (object == nullptr) return;
    for (const auto& [key, value] : *object) {
      if (key == "$ref") {
        follow(std::string(value.as_string()).substr(1), whole);
      } else if (key == "tags" || key == "security") {
        take_list(key == "tags", value.as_array());
      } else {
        collect(value, whole);
      }
    }
  }

 private:
  void follow(std::string pointer, const json::value& whole) {
    const auto [place, is_new] = references.insert(std::move(pointer));
    if (is_new) collect(whole.at_pointer(*place), whole);
  }
  void take_list(bool of_tags, const json::array& list) {
    for (const json::value& item : list) {
      if (of_tags) {
        tags.emplace(item.as_string());
      } else {
        for (const auto& scheme : item.as_object()) schemes.emplace(scheme.key());
      }
    }
  }
};

json::object used_components(const json::object& all, const Named& named) {
  json::object used;
  for (const auto& [kind, members] : all) {
    json::object kept;
    for (const auto& [name, member] : members.as_object()) {
      const std::string pointer = "/components/" + std::string(kind) + "/" + std::string(name);
      const bool needed =
          kind == "securitySchemes" ? named.schemes.contains(std::string(name)) : named.references.contains(pointer);
      if (needed) kept[name] = member;
    }
    if (!kept.empty()) used[kind] = std::move(kept);
  }
  return used;
}

std::string part_of(Plane plane) {
  const std::string_view source = openapi_source();
  const json::value whole = json::parse({source.data(), source.size()});
  json::object part = whole.as_object();
  part["paths"] = served_paths(whole.at("paths").as_object(), documented_routes(plane));
  Named named;
  named.collect(part.at("paths"), whole);
  json::array tags;
  for (const json::value& tag : whole.at("tags").as_array()) {
    if (named.tags.contains(std::string(tag.at("name").as_string()))) tags.push_back(tag);
  }
  part["tags"] = std::move(tags);
  part["components"] = used_components(whole.at("components").as_object(), named);
  return json::serialize(part);
}

}  // namespace

std::string_view openapi_document(Plane plane) {
  static const std::string api = part_of(Plane::api);
  static const std::string tools = part_of(Plane::tools);
  return plane == Plane::tools ? tools : api;
}

}  // namespace tacit::http
