#include "http/console/console_pages.hpp"

#include "crypto/memory/wiped.hpp"
#include "crypto/primitives/digest.hpp"
#include "crypto/text/hex.hpp"
#include "http/console/console_files.hpp"
#include "http/json/json_writer.hpp"

namespace tacit::http {
namespace {

std::string hash_of(std::string_view text) {
  std::string digits;
  for (const std::uint8_t byte : crypto::sha256(crypto::as_bytes(text))) {
    digits.push_back(crypto::hex_digits[byte >> 4]);
    digits.push_back(crypto::hex_digits[byte & 15]);
  }
  return digits;
}

void replace_all(std::string& text, std::string_view mark, std::string_view with) {
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + with.size())) {
    text.replace(at, mark.size(), with);
  }
}

/// For an attribute's value in double quotes.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out.push_back(c);
    }
  }
  return out;
}

std::string config_of(const ConsoleSettings& settings) {
  crypto::WipedBytes out;
  const auto member = [&out](std::string_view name, std::string_view value) {
    out.append(",");
    write_text(out, name);
    out.append(":");
    write_text(out, value);
  };
  out.append(settings.on ? R"({"console":true)" : R"({"console":false)");
  member("version", TACIT_VERSION);
  if (settings.on) {
    member("issuer", settings.issuer);
    member("client_id", settings.client_id);
    member("scope", settings.scope);
    member("resource", settings.resource);
    member("header", settings.token_header ? "token" : "authorization");
  }
  out.append("}");
  return std::string(out.text());
}

/// Everything is forbidden except this server's files, requests to it, and to the issuer's endpoints.
std::string headers_of(const ConsoleSettings& settings) {
  std::string connect = "connect-src 'self'";
  if (settings.on && !settings.issuer.empty()) connect.append(" ").append(origin_of(settings.issuer));
  std::string headers =
      "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; ";
  headers.append(connect);
  headers.append(
      "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
      "trusted-types 'none'\r\n"
      "X-Frame-Options: DENY\r\n"
      "Referrer-Policy: no-referrer\r\n"
      "Cross-Origin-Opener-Policy: same-origin\r\n"
      "Cross-Origin-Resource-Policy: same-origin\r\n"
      "Permissions-Policy: camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), "
      "clipboard-read=(), clipboard-write=(self)\r\n");
  return headers;
}

ConsoleSettings without_console() {
  ConsoleSettings settings;
  settings.on = false;
  return settings;
}

std::string page_of(std::string_view base, std::string_view title, std::string_view config) {
  std::string page(console_page());
  replace_all(page, "{{base}}", base);
  replace_all(page, "{{title}}", title);
  replace_all(page, "{{config}}", escaped(config));
  return page;
}

}  // namespace

std::string_view origin_of(std::string_view url) {
  constexpr std::string_view scheme = "https://";
  if (!url.starts_with(scheme)) return {};
  return url.substr(0, url.find_first_of("/?#", scheme.size()));
}

ConsolePages::ConsolePages() : ConsolePages(without_console()) {}

ConsolePages::ConsolePages(const ConsoleSettings& settings)
    : settings_(settings),
      config_(config_of(settings)),
      console_(page_of("/console/", "Tacit", config_)),
      console_hash_(hash_of(console_)),
      docs_(page_of("/docs/", "Tacit: the API", config_)),
      docs_hash_(hash_of(docs_)),
      start_(console_start()),
      start_hash_(hash_of(start_)),
      headers_(headers_of(settings)) {}

ConsoleAsset ConsolePages::asset_of(const std::string& page, const std::string& hash) {
  return {.content_type = "text/html; charset=utf-8", .bytes = page, .gzip = {}, .hash = hash};
}

}  // namespace tacit::http
