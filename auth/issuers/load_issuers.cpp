#include "auth/issuers/load_issuers.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "auth/issuers/issuer_files.hpp"
#include "auth/issuers/issuer_section.hpp"
#include "auth/issuers/issuer_settings.hpp"
#include "auth/issuers/issuer_values.hpp"
#include "auth/model/scope_names.hpp"
#include "crypto/files/text_file.hpp"
#include "crypto/text/ascii.hpp"
#include "crypto/text/sentence.hpp"

namespace tacit::auth {
namespace {

using Keys = IssuerConfig::Keys;

constexpr std::size_t most_issuers = 64;
constexpr std::size_t most_faults = 100;  // a file with more is probably not an issuers' file

std::string_view trim(std::string_view text) { return crypto::trimmed(text, blank); }

/// A # at the beginning of a word starts a comment; within a word it is part of the word.
std::string_view without_comment(std::string_view line) {
  for (std::size_t at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1)) {
    if (at == 0 || blank.find(line[at - 1]) != std::string_view::npos) return line.substr(0, at);
  }
  return line;
}

enum class Files : bool { unread, judged };

/// Reads the file line by line, to its end or until most_faults.
class Reader {
 public:
  Reader(std::string_view file_name, Files files, Suggest suggest = nullptr,
         ToolAudience tool_audience = ToolAudience::optional)
      : file_name_(file_name), files_(files), suggest_(suggest), tool_audience_(tool_audience) {}

  void read(std::string_view text) {
    while (!text.empty()) {
      ++number_;
      if (faults_.size() >= most_faults) return fail("is the last line read: the file has too many faults");
      const auto line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(line.size() + 1, text.size()));
      take(trim(without_comment(line)));
    }
    finish_section();
    check_uuid_users();
    if (names_.empty() && faults_.empty()) faults_.push_back({0, "lists no issuers"});
  }
  bool failed() const { return !faults_.empty(); }
  std::vector<IssuerConfig> issuers() { return std::move(issuers_); }

  std::vector<std::string> sentences() {
    std::ranges::stable_sort(faults_, {}, &IssuerFault::line);
    std::vector<std::string> all;
    for (const IssuerFault& fault : faults_) {
      const std::string place = fault.line == 0 ? file_name_ : file_name_ + ":" + std::to_string(fault.line);
      all.push_back(place + ": " + fault.what);
    }
    return all;
  }

 private:
  void take(std::string_view line) {
    if (line.empty()) return;
    if (line.front() == '[') return begin_section(line);
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return fail("is neither [issuer] nor name = value");
    set(trim(line.substr(0, equals)), trim(line.substr(equals + 1)));
  }

  /// A section with a faulty head is still read, to report the faults of its lines.
  void begin_section(std::string_view line) {
    finish_section();
    section_.emplace();
    section_->line = number_;
    section_->config = default_issuer_config();
    const std::string_view issuer = line.ends_with(']') ? trim(line.substr(1, line.size() - 2)) : std::string_view();
    if (issuer.empty() || issuer.find_first_of(blank) != std::string_view::npos) {
      return fail("is not [issuer], with the tokens' iss between the brackets");
    }
    if (!names_.emplace(issuer).second) return fail("has an issuer that already has a section");
    if (names_.size() > most_issuers) return fail("exceeds the limit of " + std::to_string(most_issuers) + " issuers");
    section_->config.issuer = issuer;
  }

  void set(std::string_view name, std::string_view value) {
    if (!section_) return fail("comes before the first [issuer]");
    const auto known = issuer_settings();
    const auto setting = std::ranges::find_if(known, [&](const IssuerSetting& each) { return each.name == name; });
    if (setting == known.end()) return fail("\"" + std::string(name) + "\" is not an issuer setting" + meant(name));
    if (!section_->given.emplace(name, number_).second) return fail(std::string(name) + " is set twice");
    if (value.empty()) return fail_setting(name, " has no value");
    if (auto wrong = setting->set(section_->config, value); !wrong.empty()) fail_setting(name, ": " + wrong);
  }

  /// Checks that need the whole section.
  void finish_section() {
    if (!section_) return;
    IssuerSection section = std::move(*section_);
    section_.reset();
    IssuerConfig& config = section.config;
    if (config.issuer.empty()) return;
    if (config.keys == Keys::shared_secret && !section.given.contains("algorithms")) {
      config.algorithms = {crypto::SignatureAlgorithm::hs256};
    }
    if (config.scope_names.empty()) default_scope_names(config);
    add(find_section_faults(section));
    check_tool_audience(section);
    if (!section.given.contains("uuid-users")) without_uuid_users_.push_back(section.line);
    if (files_ == Files::judged) add(find_section_file_faults(section));
    if (config.introspection != IssuerConfig::Introspection::none && std::exchange(introspects_, true)) {
      constexpr auto why = "more than one issuer has introspection, but an opaque token does not name its issuer";
      faults_.push_back({section.line_of("introspection"), why});
    }
    issuers_.push_back(std::move(config));
  }

  void check_tool_audience(const IssuerSection& section) {
    const bool lacks = section.sound({"tool-audience"}) && section.config.tool_audiences.empty();
    if (tool_audience_ == ToolAudience::optional || !lacks) return;
    faults_.push_back({section.line,
                       "lacks tool-audience, which tool-user-token requires: without one, a tool runtime could use its "
                       "users' tokens on the API plane"});
  }

  /// A default would let an issuer that is added to the file name the tenants of another.
  void check_uuid_users() {
    if (names_.size() < 2) return;
    for (const std::size_t line : without_uuid_users_) {
      faults_.push_back({line,
                         "lacks uuid-users, which must be set for each of several issuers: with on, a user whose "
                         "name is a UUID is the tenant with that id, whichever issuer names it"});
    }
  }

  static void default_scope_names(IssuerConfig& config) {
    for (const std::string_view name : scope_names(store::api_scopes)) {
      config.scope_names.emplace(name, *scope_of(name));
    }
  }

  std::string meant(std::string_view name) const {
    if (suggest_ == nullptr) return {};
    std::vector<std::string> names;
    for (const IssuerSetting& setting : issuer_settings()) names.emplace_back(setting.name);
    return suggest_(name, names);
  }

  void fail(std::string why) { faults_.push_back({number_, std::move(why)}); }
  void fail_setting(std::string_view name, const std::string& why) {
    section_->faulty.emplace(name);
    fail(std::string(name) + why);
  }
  void add(std::vector<IssuerFault> faults) { std::ranges::move(faults, std::back_inserter(faults_)); }

  std::string file_name_;
  Files files_;
  Suggest suggest_;
  ToolAudience tool_audience_;
  std::size_t number_ = 0;
  std::optional<IssuerSection> section_;         ///< the section being read
  std::set<std::string, std::less<>> names_;     ///< the issuers read so far
  bool introspects_ = false;                     ///< whether one of them has introspection
  std::vector<std::size_t> without_uuid_users_;  ///< the lines of such sections
  std::vector<IssuerConfig> issuers_;
  std::vector<IssuerFault> faults_;
};

boost::system::result<std::vector<IssuerConfig>, IssuerConfigError> read_issuers(std::string_view text, Reader reader) {
  reader.read(text);
  if (reader.failed()) return IssuerConfigError(reader.sentences());
  return reader.issuers();
}

}  // namespace

IssuerConfigError::IssuerConfigError(std::vector<std::string> all)
    : message(crypto::joined(all, "; ")), faults(std::move(all)) {}

boost::system::result<std::vector<IssuerConfig>, IssuerConfigError> load_issuers(const std::filesystem::path& file,
                                                                                 Suggest suggest,
                                                                                 ToolAudience tool_audience) {
  const auto text = crypto::read_text_file(file);
  if (!text) return IssuerConfigError(text.error().message);
  return read_issuers(*text, Reader(file.string(), Files::unread, suggest, tool_audience));
}

boost::system::result<std::vector<IssuerConfig>, IssuerConfigError> parse_issuers(std::string_view text,
                                                                                  std::string_view file_name) {
  return read_issuers(text, Reader(file_name, Files::unread));
}

std::vector<std::string> find_issuer_notes(const std::filesystem::path& file) {
  std::vector<std::string> notes;
  const auto issuers = load_issuers(file);
  if (!issuers) return notes;
  for (const IssuerConfig& issuer : *issuers) {
    std::ranges::move(find_skipped_keys(issuer), std::back_inserter(notes));
  }
  return notes;
}

std::vector<std::string> find_issuer_faults(const std::filesystem::path& file, Suggest suggest,
                                            ToolAudience tool_audience) {
  const auto text = crypto::read_text_file(file);
  if (!text) return {text.error().message};
  Reader reader(file.string(), Files::judged, suggest, tool_audience);
  reader.read(*text);
  return reader.sentences();
}

}  // namespace tacit::auth
