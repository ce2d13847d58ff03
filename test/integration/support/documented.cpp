#include "test/integration/support/documented.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>

#include "test/integration/support/process.hpp"

namespace json = boost::json;

namespace tacit::test {
namespace {

const json::object& paths() {
  static const json::value document = json::parse(read_file(TACIT_SOURCE_DIR "/http/api/openapi.json"));
  return document.at("paths").as_object();
}

/// The path in the document's form, but without a slash at its end.
std::string plain_path(std::string_view target) {
  std::string path(target.substr(0, target.find('?')));
  if (path.starts_with("/v1/")) path.insert(0, "/api");
  if (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

/// Removes the first segment with the slash before it.
std::string_view take_segment(std::string_view& path) {
  const std::size_t end = std::min(path.find('/', 1), path.size());
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(end);
  return segment;
}

bool is_of(std::string_view documented, std::string_view path) {
  if (documented.ends_with('/')) documented.remove_suffix(1);
  while (!documented.empty() && !path.empty()) {
    const std::string_view pattern = take_segment(documented);
    const std::string_view segment = take_segment(path);
    if (!pattern.starts_with("/{") && pattern != segment) return false;
  }
  return documented.empty() && path.empty();
}

}  // namespace

void check_documented(std::string_view method, std::string_view target, int status) {
  const std::string path = plain_path(target);
  std::string name(method);
  std::ranges::transform(name, name.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  for (const auto& [documented, item] : paths()) {
    if (!is_of(documented, path)) continue;
    const json::value* operation = item.as_object().if_contains(name);
    if (operation == nullptr || operation->at("responses").as_object().contains(std::to_string(status))) return;
    throw std::runtime_error("http/api/openapi.json has no " + std::to_string(status) + " for " + name + " " +
                             std::string(documented));
  }
}

}  // namespace tacit::test
