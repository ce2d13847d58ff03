// PEM files: what was read, written again, reads the same; and the certificates in them. Files of ticket keys,
// likewise.
#include "crypto/certificates/pem.hpp"

#include <openssl/evp.h>

#include "crypto/certificates/certificates.hpp"
#include "http/client_certificates/client_identity.hpp"
#include "http/tls/ticket_keys.hpp"
#include "test/fuzz/fuzz.hpp"

namespace tacit::fuzz {
namespace {

constexpr std::string_view certificate =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBejCCASCgAwIBAgIUOB4tE3jYmZyZ0c1CkRjCVmaExSIwCgYIKoZIzj0EAwIw\n"
    "DDEKMAgGA1UEAwwBeDAeFw0yNjAxMDEwMDAwMDBaFw0zNjAxMDEwMDAwMDBaMAwx\n"
    "-----END CERTIFICATE-----\n";

std::string base64_of(crypto::ByteView bytes) {
  std::string base64(4 * (bytes.size() / 3 + 1) + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()), bytes.data(), static_cast<int>(bytes.size()));
  base64.resize(static_cast<std::size_t>(size));
  return base64;
}

std::string written(const crypto::PemBlock& block) {
  const std::string base64 = base64_of(block.der.view());
  std::string text = "-----BEGIN " + block.label + "-----\n";
  for (std::size_t at = 0; at < base64.size(); at += 64) text += base64.substr(at, 64) + "\n";
  return text + "-----END " + block.label + "-----\n";
}

/// The parts of a certificate that Tacit reads by itself.
void read_certificate(const crypto::PemBlock& block) {
  const unsigned char* der = block.der.data();
  const crypto::CertificatePtr read(d2i_X509(nullptr, &der, static_cast<long>(block.der.size())));
  if (!read) return;
  TACIT_HOLDS(crypto::subject_of(read.get()).size() <= 203);  // 200 bytes and an ellipsis
  TACIT_HOLDS(!http::identity_of(read.get()).name.empty());
  crypto::seconds_of(X509_get0_notAfter(read.get()));
}

void check_ticket_keys(std::string_view content) {
  const auto keys = http::TicketKeys::parse(crypto::as_bytes(content));
  if (!keys) {
    TACIT_HOLDS(!keys.error().empty());
    return;
  }
  std::string text;
  for (const http::TicketKeys::Key& key : (*keys)->keys()) {
    crypto::Bytes whole(key.name.begin(), key.name.end());
    whole.insert(whole.end(), key.hmac.view().begin(), key.hmac.view().end());
    whole.insert(whole.end(), key.aes.view().begin(), key.aes.view().end());
    text += base64_of(whole) + "\r\n";
  }
  const auto again = http::TicketKeys::parse(crypto::as_bytes(text));
  TACIT_HOLDS(again && (*again)->keys().size() == (*keys)->keys().size());
  for (std::size_t i = 0; i < (*keys)->keys().size(); ++i) {
    const http::TicketKeys::Key& a = (*keys)->keys()[i];
    const http::TicketKeys::Key& b = (*again)->keys()[i];
    TACIT_HOLDS(a.name == b.name && std::ranges::equal(a.hmac.view(), b.hmac.view()));
    TACIT_HOLDS(std::ranges::equal(a.aes.view(), b.aes.view()));
  }
}

Description describe() {
  return {.max_size = 4096,
          .seeds = {std::string(certificate), "text before\n" + std::string(certificate) + "\n\ntext after\n",
                    "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: x\n\nAAAA\n-----END EC PRIVATE "
                    "KEY-----\n",
                    "\xEF\xBB\xBF-----BEGIN X509 CRL-----\r\n  AAAA\r\n-----END X509 CRL-----\r\n"},
          .words = {"-----BEGIN ", "-----END ", "-----\n", "CERTIFICATE", "PRIVATE KEY", "ENCRYPTED PRIVATE KEY",
                    "X509 CRL", "Proc-Type: 4,ENCRYPTED\n", "MIIB", "\r\n"}};
}

void take(std::string_view input) {
  check_ticket_keys(input);
  const auto blocks = crypto::parse_pem(input);
  if (!blocks) {
    TACIT_HOLDS(!blocks.error().message.empty());
    return;
  }
  std::string again;
  for (const crypto::PemBlock& block : *blocks) {
    TACIT_HOLDS(!crypto::pem_kind(block).empty());
    if (block.encrypted) return;
    read_certificate(block);
    again += written(block);
  }
  const auto second = crypto::parse_pem(again);
  TACIT_HOLDS(second && second->size() == blocks->size());
  for (std::size_t i = 0; i < blocks->size(); ++i) {
    TACIT_HOLDS((*second)[i].label == (*blocks)[i].label);
    TACIT_HOLDS((*second)[i].der.text() == (*blocks)[i].der.text());
  }
}

const Target target("pem", describe, take);

}  // namespace
}  // namespace tacit::fuzz
