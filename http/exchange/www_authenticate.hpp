// The field `WWW-Authenticate`: tells a client how to authenticate (RFC 6750 section 3, RFC 9728 section 5.1).
#pragma once

#include <string>
#include <string_view>

namespace tacit::http {

/// Immutable. The header lines are complete, with CRLF.
class WwwAuthenticate {
 public:
  /// `metadata_url`: of the resource's metadata document; empty: the field has no link to one.
  explicit WwwAuthenticate(std::string_view metadata_url);

  /// For a request without a credential.
  const std::string& missing() const { return missing_; }
  /// For one with an invalid credential.
  const std::string& invalid() const { return invalid_; }
  /// For one whose credential lacks `scope`, one or several names separated by spaces.
  std::string scope_lacking(std::string_view scope) const;

  friend bool operator==(const WwwAuthenticate&, const WwwAuthenticate&) = default;

 private:
  std::string with_error(std::string_view error) const;

  std::string link_;  ///< `, resource_metadata="…"`, or empty
  std::string missing_;
  std::string invalid_;
};

}  // namespace tacit::http
