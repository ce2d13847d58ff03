#include "store/etcd/rpc/tls_identity.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "crypto/certificates/certificates.hpp"
#include "crypto/files/bounded_file.hpp"
#include "crypto/memory/wiped.hpp"

namespace tacit::store::etcd {
namespace {

constexpr std::chrono::seconds look_interval{1};
constexpr std::size_t largest_file = std::size_t{1024} * 1024;

RpcFailure unusable(std::string text) {
  RpcFailure failure;
  failure.code = RpcErrc::refused;
  failure.text = std::move(text);
  return failure;
}

/// A sentence if the files are not what they are named as. gRPC itself would only fail to connect later.
std::optional<std::string> find_fault(const std::array<std::filesystem::path, 3>& files) {
  const auto authorities = crypto::load_certificates(files[0], crypto::Beside::nothing);
  if (!authorities) return authorities.error().message;
  const auto chain = crypto::load_certificates(files[1], crypto::Beside::keys);
  if (!chain) return chain.error().message;
  const auto key = crypto::load_private_key(files[2]);
  if (!key) return key.error().message;
  if (::X509_check_private_key(chain->front().get(), key->get()) != 1) {
    ::ERR_clear_error();
    return files[2].string() + ": is not the key of the certificate in " + files[1].string();
  }
  return std::nullopt;
}

RpcOutcome<std::string> read_file(const std::filesystem::path& file) {
  const auto content = crypto::read_bounded_file(file, {largest_file, "1024 KiB"}, crypto::SpecialFiles::none);
  if (!content) return unusable(content.error().message);
  return std::string(content->text());
}

}  // namespace

TlsIdentity::Marks TlsIdentity::marks() const {
  Marks marks{};
  for (std::size_t i = 0; i < files_.size(); ++i) {
    struct stat file {};
    if (::stat(files_[i].c_str(), &file) != 0) continue;
    marks[i] = {static_cast<std::int64_t>(file.st_dev), static_cast<std::int64_t>(file.st_ino), file.st_size,
                file.st_mtim.tv_sec, file.st_mtim.tv_nsec};
  }
  return marks;
}

RpcOutcome<std::shared_ptr<grpc::ChannelCredentials>> TlsIdentity::read() const {
  if (const auto fault = find_fault(files_)) return unusable(*fault);
  grpc::SslCredentialsOptions options;
  std::string* const contents[] = {&options.pem_root_certs, &options.pem_cert_chain, &options.pem_private_key};
  for (std::size_t i = 0; i < files_.size(); ++i) {
    auto content = read_file(files_[i]);
    if (!content) return content.error();
    *contents[i] = std::move(*content);
  }
  std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::SslCredentials(options);
  crypto::wipe(options.pem_private_key.data(), options.pem_private_key.size());
  if (!credentials) return unusable(files_[1].string() + ": gRPC does not accept the certificate or its key");
  return credentials;
}

RpcOutcome<std::unique_ptr<TlsIdentity>> TlsIdentity::load(const EtcdConnection& connection) {
  std::unique_ptr<TlsIdentity> identity(new TlsIdentity(connection));
  if (identity->without_tls()) {
    identity->current_.credentials = grpc::InsecureChannelCredentials();
    return identity;
  }
  for (const std::filesystem::path& file : identity->files_) {
    if (file.empty()) {
      return unusable("etcd needs all three files for TLS: the authorities, the certificate and its key");
    }
  }
  identity->read_marks_ = identity->marks();
  auto credentials = identity->read();
  if (!credentials) return credentials.error();
  identity->current_.credentials = std::move(*credentials);
  identity->looked_ = Clock::now();
  return identity;
}

TlsIdentity::Current TlsIdentity::current() {
  const std::lock_guard lock(mutex_);
  const Clock::time_point now = Clock::now();
  if (without_tls() || now - looked_ < look_interval) return current_;
  looked_ = now;
  const Marks marks = this->marks();
  if (marks == read_marks_) return current_;
  if (auto credentials = read()) {
    current_.credentials = std::move(*credentials);
    ++current_.generation;
    read_marks_ = marks;  // else they are read again a second later
  }
  return current_;
}

}  // namespace tacit::store::etcd
