// Members of a server's answer (server/control/control_answers.hpp). Another version of Tacit may have written it, so a
// member that is missing or of another type counts as absent. Texts are made printable (http/log/printable.hpp).
#pragma once

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <vector>

namespace tacit::server {

/// Empty if absent.
std::string text_in(const boost::json::object& answer, const char* name);
/// The same as it was sent, for comparisons.
std::string raw_text_in(const boost::json::object& answer, const char* name);

std::optional<bool> truth_in(const boost::json::object& answer, const char* name);

/// Absent also if the number is not one of the type.
template <class Number>
std::optional<Number> number_in(const boost::json::object& answer, const char* name) {
  const boost::json::value* const found = answer.if_contains(name);
  if (found == nullptr || !found->is_number()) return std::nullopt;
  boost::system::error_code error;
  const auto number = found->to_number<Number>(error);
  return error ? std::nullopt : std::optional(number);
}

/// nullptr if absent.
const boost::json::object* object_in(const boost::json::object& answer, const char* name);

/// The texts of a list; other elements are left out.
std::vector<std::string> texts_in(const boost::json::object& answer, const char* name);

/// The objects of a list, likewise. Valid as long as the answer.
std::vector<const boost::json::object*> objects_in(const boost::json::object& answer, const char* name);

}  // namespace tacit::server
