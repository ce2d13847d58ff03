#include "auth/issuer_config.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <utility>

#include "auth/issuer_settings.hpp"
#include "auth/scope_names.hpp"

namespace tacit::auth {
namespace {

using Keys = IssuerConfig::Keys;

constexpr std::string_view blank = " \t\r";
constexpr std::size_t most_issuers = 64;

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

/// A # that begins a word begins a comment; one within a word is part of it.
std::string_view without_comment(std::string_view line) {
  for (std::size_t at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1)) {
    if (at == 0 || blank.find(line[at - 1]) != std::string_view::npos) return line.substr(0, at);
  }
  return line;
}

/// Reads the file line by line; the first fault ends it.
class Reader {
 public:
  explicit Reader(std::string_view file_name) : file_name_(file_name) {}

  void read(std::string_view text) {
    while (!text.empty() && error_.empty()) {
      ++number_;
      const auto line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(line.size() + 1, text.size()));
      take(trim(without_comment(line)));
    }
    if (error_.empty()) finish_section();
    if (error_.empty()) finish();
  }
  bool failed() const { return !error_.empty(); }
  std::string error() { return std::move(error_); }
  std::vector<IssuerConfig> issuers() { return std::move(issuers_); }

 private:
  void take(std::string_view line) {
    if (line.empty()) return;
    if (line.front() == '[') return begin_section(line);
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) return fail("is neither [issuer] nor name = value");
    set(trim(line.substr(0, equals)), trim(line.substr(equals + 1)));
  }

  void begin_section(std::string_view line) {
    finish_section();
    if (failed()) return;
    const std::string_view issuer = line.ends_with(']') ? trim(line.substr(1, line.size() - 2)) : std::string_view();
    if (issuer.empty() || issuer.find_first_of(blank) != std::string_view::npos) {
      return fail("is not [issuer], with the tokens' iss between the brackets");
    }
    const auto same = [&](const IssuerConfig& other) { return other.issuer == issuer; };
    if (std::ranges::any_of(issuers_, same)) return fail("has an issuer that has a section already");
    if (issuers_.size() == most_issuers) return fail("is the 65th issuer; 64 are the most");
    section_ = number_;
    given_.clear();
    issuers_.emplace_back().issuer = issuer;
  }

  void set(std::string_view name, std::string_view value) {
    if (issuers_.empty()) return fail("comes before the first [issuer]");
    const auto known = issuer_settings();
    const auto setting = std::ranges::find_if(known, [&](const IssuerSetting& each) { return each.name == name; });
    if (setting == known.end()) return fail("\"" + std::string(name) + "\" is no setting of an issuer");
    if (!given_.emplace(name).second) return fail(std::string(name) + " is there twice");
    if (value.empty()) return fail(std::string(name) + " has no value");
    if (auto wrong = setting->set(issuers_.back(), value); !wrong.empty()) fail(std::string(name) + ": " + wrong);
  }

  /// What can be told only once the whole section was read.
  void finish_section() {
    if (issuers_.empty()) return;
    IssuerConfig& config = issuers_.back();
    number_ = std::exchange(section_, number_);
    default_algorithms(config);
    if (config.scope_names.empty()) default_scope_names(config);
    for (const auto check : {&Reader::check_keys, &Reader::check_algorithms, &Reader::check_introspection}) {
      if (!failed()) (this->*check)(config);
    }
    if (failed()) return;
    if (config.audiences.empty()) return fail("lacks audience: without one, tokens for other services would be taken");
    if (!config.in_authorization && !config.in_token) return fail("allows its tokens in no header");
    if (config.refresh_least > config.refresh_most) return fail("has refresh-least above refresh-most");
    number_ = std::exchange(section_, number_);
  }

  void check_keys(const IssuerConfig& config) {
    std::size_t sources = 0;
    for (const char* name : {"keys", "jwks-url", "jwks-file", "shared-secret-file"}) sources += given_.count(name);
    if (sources > 1) return fail("has more than one of keys, jwks-url, jwks-file and shared-secret-file");
    if (config.keys == Keys::discovery && !is_https_url(config.issuer)) {
      fail("is no https URL, so its keys cannot be discovered: give jwks-url or jwks-file");
    }
    if (config.keys == Keys::none && config.introspection == IssuerConfig::Introspection::none) {
      fail("has neither keys nor introspection, so none of its tokens could be checked");
    }
  }

  void check_algorithms(const IssuerConfig& config) {
    const bool shared = config.keys == Keys::shared_secret;
    const bool only_hs256 = std::ranges::all_of(
        config.algorithms, [](crypto::SignatureAlgorithm each) { return each == crypto::SignatureAlgorithm::hs256; });
    if (shared && !only_hs256) return fail("has a shared secret, which verifies HS256 alone");
    if (!shared && config.allows(crypto::SignatureAlgorithm::hs256)) {
      fail("allows HS256, which takes a shared secret: whoever can verify such a token can make one");
    }
  }

  void check_introspection(const IssuerConfig& config) {
    const bool used = config.introspection != IssuerConfig::Introspection::none;
    const bool credentials = !config.client_id.empty() && config.client_secret != nullptr;
    if (used && !credentials) return fail("has introspection, which needs client-id and client-secret-file");
    if (!used && (!config.client_id.empty() || config.client_secret != nullptr)) {
      return fail("has credentials of a client but no introspection");
    }
    if (config.introspection == IssuerConfig::Introspection::discovery && !is_https_url(config.issuer)) {
      fail("is no https URL, so its introspection endpoint cannot be discovered");
    }
  }

  void finish() {
    if (issuers_.empty()) {
      error_ = file_name_ + ": lists no issuers";
      return;
    }
    const auto introspects = [](const IssuerConfig& each) {
      return each.introspection != IssuerConfig::Introspection::none;
    };
    if (std::ranges::count_if(issuers_, introspects) > 1) {
      error_ = file_name_ + ": more than one issuer has introspection, but an opaque token does not say whose it is";
    }
  }

  static void default_algorithms(IssuerConfig& config) {
    using enum crypto::SignatureAlgorithm;
    if (!config.algorithms.empty()) return;
    if (config.keys == Keys::shared_secret) {
      config.algorithms = {hs256};
    } else {
      config.algorithms = {es256, es384, eddsa, ps256, rs256};
    }
  }

  static void default_scope_names(IssuerConfig& config) {
    using enum store::Scope;
    for (const std::string_view name : scope_names(secrets_read | secrets_write | keys_manage)) {
      config.scope_names.emplace(name, *scope_of(name));
    }
  }

  void fail(std::string_view why) {
    if (failed()) return;
    error_ = file_name_ + ":" + std::to_string(number_) + ": " + std::string(why);
  }

  std::string file_name_;
  std::size_t number_ = 0;
  std::size_t section_ = 0;  ///< the line that the current section begins in
  std::set<std::string, std::less<>> given_;
  std::vector<IssuerConfig> issuers_;
  std::string error_;
};

}  // namespace

boost::system::result<std::vector<IssuerConfig>, IssuerConfigError> load_issuers(const std::filesystem::path& file) {
  std::error_code ignored;
  // A directory opens like a file, and then throws when read.
  if (std::filesystem::is_directory(file, ignored)) return IssuerConfigError{file.string() + ": is a directory"};
  std::ifstream in(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in.is_open() || in.bad()) return IssuerConfigError{file.string() + ": cannot be read"};
  return parse_issuers(text, file.string());
}

boost::system::result<std::vector<IssuerConfig>, IssuerConfigError> parse_issuers(std::string_view text,
                                                                                  std::string_view file_name) {
  Reader reader(file_name);
  reader.read(text);
  if (reader.failed()) return IssuerConfigError{reader.error()};
  return reader.issuers();
}

}  // namespace tacit::auth
