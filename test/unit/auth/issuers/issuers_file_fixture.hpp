// Reads texts as an issuers' file.
#pragma once

#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "auth/issuers/load_issuers.hpp"
#include "auth/model/issuer_config.hpp"

namespace tacit::auth::test {

/// A temporary file that only its owner may read.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content, std::filesystem::perms mode = std::filesystem::perms::owner_read) {
    std::string pattern = (std::filesystem::temp_directory_path() / "tacit-issuers-XXXXXX").string();
    const int descriptor = ::mkstemp(pattern.data());
    BOOST_REQUIRE(descriptor >= 0);
    ::close(descriptor);
    path_ = pattern;
    std::ofstream(path_) << content;
    std::filesystem::permissions(path_, mode);
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  std::string name() const { return path_.string(); }

 private:
  std::filesystem::path path_;
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
