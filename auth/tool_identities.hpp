// The tools that each tool runtime may use, from a file with one identity per line:
//   uri:spiffe://example.org/runtime  agno__linear__*  agno__github__create_issue
//   dns:runtime-7.tools.example.org   *
//   cn:legacy-runtime                 legacy__*
//   cn:"My Runtime"                   label=my-runtime  my__*
// The kind is part of the identity, so a common name never matches a URI. # starts a comment; blank lines are skipped.
// Words are separated by blanks. A word that contains a blank, a comma or a semicolon is quoted; \" and \\ stand for a
// quote and a backslash. A label, directly after the identity, is what the owners of secrets see of the runtime: they
// do not see identities.
#pragma once

#include <boost/system/result.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tacit::auth {

/// Immutable after loading; any thread may read it.
class ToolIdentities {
 public:
  struct Error {
    std::string message;  ///< one sentence with the file and line
  };
  /// Reads the file. Refuses an unknown kind, a name that no certificate can have, an identity without patterns or
  /// listed twice, words that may belong to an unquoted name with blanks, commas between tools, a label that is not 1
  /// to 64 letters, digits, `-`, `_` and `.` or has another place, and an empty file.
  static boost::system::result<ToolIdentities, Error> load(const std::filesystem::path& file);
  static boost::system::result<ToolIdentities, Error> parse(std::string_view text, std::string_view file_name);

  /// Whether a pattern of the identity covers the tool. False for an unknown identity.
  bool may_use(std::string_view identity, std::string_view tool_name) const;
  bool knows(std::string_view identity) const;
  /// The identity's label; "runtime" if it has none. Valid as long as this object.
  std::string_view label_of(std::string_view identity) const;
  bool operator==(const ToolIdentities&) const = default;
  std::size_t size() const { return grants_.size(); }

 private:
  struct Grant {
    std::string label;  ///< empty: none
    std::vector<std::string> patterns;
    bool operator==(const Grant&) const = default;
  };
  std::map<std::string, Grant, std::less<>> grants_;
};

}  // namespace tacit::auth
