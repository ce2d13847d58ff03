// Checks the server's responses against http/api/openapi.json.
#pragma once

#include <string_view>

namespace tacit::test {

/// Throws unless the document lists the status for that operation. Any status is good for a path and method that are no
/// operation. Any thread.
void check_documented(std::string_view method, std::string_view target, int status);

}  // namespace tacit::test
