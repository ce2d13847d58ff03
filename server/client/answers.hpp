// The API's answers: as JSON values, which hold no secret, and as tables.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace tacit::server {

/// Throws CommandFailed unless the text is a JSON object.
boost::json::object object_in(std::string_view body);

/// The objects of the answer's `data`. Throws CommandFailed if it is no list of objects.
std::vector<boost::json::object> objects_in_list(const boost::json::object& answer);

/// The member as text; empty if it is missing or of another type.
std::string text_at(const boost::json::object& object, std::string_view name);

using TableRows = std::vector<std::vector<std::string>>;
TableRows secret_rows(const std::vector<boost::json::object>& secrets);
TableRows version_rows(const std::vector<boost::json::object>& versions);
TableRows use_rows(const std::vector<boost::json::object>& uses);
TableRows api_key_rows(const std::vector<boost::json::object>& keys);

/// Prints the objects as one JSON array, or as a table.
void print_list(const std::vector<boost::json::object>& list,
                TableRows (*rows)(const std::vector<boost::json::object>&), bool as_json);
/// The same for one object; JSON is the object itself.
void print_one(const boost::json::object& one, TableRows (*rows)(const std::vector<boost::json::object>&),
               bool as_json);

}  // namespace tacit::server
