// Reads texts as an issuers' file.
#pragma once

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include "auth/issuers/load_issuers.hpp"
#include "auth/model/issuer_config.hpp"
#include "test/temporary_folder.hpp"

namespace tacit::auth::test {

/// A temporary file that only its owner may read.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content, std::filesystem::perms mode = std::filesystem::perms::owner_read) {
    std::filesystem::permissions(folder_.write("issuers", content), mode);
  }
  std::string name() const { return (folder_ / "issuers").string(); }

 private:
  const tacit::test::TemporaryFolder folder_;
};

/// The issuers of a valid text.
inline std::vector<IssuerConfig> good(const std::string& text) {
  auto issuers = parse_issuers(text, "issuers");
  BOOST_REQUIRE_MESSAGE(issuers.has_value(), issuers.error().message);
  return *issuers;
}

/// All faults of an invalid text, in one line.
inline std::string fault(const std::string& text) {
  const auto issuers = parse_issuers(text, "issuers");
  BOOST_REQUIRE(issuers.has_error());
  return issuers.error().message;
}

/// The least that a section needs.
inline const std::string minimal = "[https://id.example.org]\naudience = https://tacit.example.org\n";

/// The fault of a section, if the file has several.
inline const std::string no_choice =
    "lacks uuid-users, which must be set for each of several issuers: with on, a user whose name is a UUID is the "
    "tenant with that id, whichever issuer names it";

}  // namespace tacit::auth::test
