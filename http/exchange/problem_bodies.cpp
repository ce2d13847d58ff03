#include "http/exchange/problem_bodies.hpp"

#include <algorithm>
#include <array>

#include "http/json/json_writer.hpp"

namespace tacit::http {
namespace {

struct CertificateReason {
  std::string_view fault;
  std::string_view sentence;
};

constexpr std::array<CertificateReason, 4> certificate_reasons{{
    {"certificate_revoked", "it, or its issuer's, is revoked."},
    {"certificate_expired", "it, or its issuer's, has expired."},
    {"certificate_not_yet_valid", "it, or its issuer's, is not valid yet."},
    {"identity_ambiguous", "it has more than one name; exactly one URI name is allowed."},
}};

std::string_view reason_of_certificate(std::string_view fault) {
  const auto found = std::ranges::find(certificate_reasons, fault, &CertificateReason::fault);
  if (found != certificate_reasons.end()) return found->sentence;
  return "its issuer is no longer trusted, or no revocation list covers it.";
}

/// `limit`, `used`: these members, with the comma and the name.
void write_quota(crypto::WipedBytes& body, Problem problem, std::string_view limit, std::string_view used,
                 const store::QuotaDetail& quota, std::string_view place) {
  body.append(R"({"detail":{"msg":)");
  write_text(body, std::string(place).append(row_of(problem).sentence));
  body.append(limit);
  write_number(body, quota.limit);
  body.append(used);
  write_number(body, quota.used);
  body.append(R"(,"requested":)");
  write_number(body, quota.requested);
  body.append("}}");
}

}  // namespace

void write_detail(crypto::WipedBytes& body, std::string_view sentence) {
  body.append(R"({"detail":)");
  write_text(body, sentence);
  body.append("}");
}

std::string sentence_of(const Exchange& exchange, const ProblemRow& row) {
  if (row.problem == Problem::malformed_request && !exchange.note.empty()) return exchange.note;
  if (row.problem == Problem::body_too_large && exchange.route != nullptr) {
    const std::uint32_t limit = body_limit_of(exchange);
    if (limit == 0) {
      return "The path takes no body, and ignores one only up to " + std::to_string(limits::ignored_body) + " bytes.";
    }
    return "The body is larger than the " + std::to_string(limit) + " bytes that this path accepts.";
  }
  std::string sentence(row.sentence);
  if (row.limit > 0) sentence.replace(sentence.find("{}"), 2, std::to_string(row.limit));
  if (row.problem == Problem::certificate_refused) sentence.append(reason_of_certificate(exchange.certificate_fault));
  if (row.status == 500) sentence.append(exchange.request_id).append(".");
  return sentence;
}

void write_quota_body(crypto::WipedBytes& body, const store::QuotaDetail& quota, std::string_view place) {
  write_quota(body, Problem::quota_exceeded, R"(,"limit":)", R"(,"used":)", quota, place);
}

void write_secrets_limit_body(crypto::WipedBytes& body, const store::QuotaDetail& secrets, std::string_view place) {
  write_quota(body, Problem::too_many_secrets, R"(,"count_limit":)", R"(,"count":)", secrets, place);
}

}  // namespace tacit::http
