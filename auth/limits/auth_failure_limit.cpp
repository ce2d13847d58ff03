#include "auth/limits/auth_failure_limit.hpp"

#include <algorithm>

namespace tacit::auth {
namespace {

constexpr std::size_t longest = 32;
constexpr std::array<std::uint8_t, 1> all_tokens{};  // its length differs from that of every API key id and digest

/// The client's network, and what it presents.
class BucketName {
 public:
  BucketName(const boost::asio::ip::address& client, crypto::ByteView what) {
    const auto network = client_network(client);
    what = what.first(std::min(what.size(), longest));
    std::copy(what.begin(), what.end(), std::copy(network.begin(), network.end(), bytes_.begin()));
    size_ = network.size() + what.size();
  }
  crypto::ByteView view() const { return crypto::ByteView(bytes_).first(size_); }

 private:
  std::array<std::uint8_t, 16 + longest> bytes_;
  std::size_t size_;
};

}  // namespace

std::array<std::uint8_t, 16> client_network(const boost::asio::ip::address& address) {
  constexpr std::size_t prefix = 8;
  if (address.is_v4()) return make_address_v6(boost::asio::ip::v4_mapped, address.to_v4()).to_bytes();
  std::array<std::uint8_t, 16> bytes = address.to_v6().to_bytes();
  if (!address.to_v6().is_v4_mapped()) std::fill(bytes.begin() + prefix, bytes.end(), std::uint8_t{0});
  return bytes;
}

std::chrono::nanoseconds AuthFailureLimit::wait(const boost::asio::ip::address& client, Clock::time_point now) const {
  if (!limited()) return {};
  return buckets_.wait(client_network(client), rate(), now);
}

void AuthFailureLimit::failed(const boost::asio::ip::address& client, Clock::time_point now) {
  if (limited()) buckets_.charge(client_network(client), rate(), now);
}

std::chrono::nanoseconds AuthFailureLimit::wait(const boost::asio::ip::address& client, std::string_view api_key_id,
                                                Clock::time_point now) const {
  if (!limited()) return {};
  return buckets_.wait(BucketName(client, crypto::as_bytes(api_key_id)).view(), rate(), now);
}

void AuthFailureLimit::failed(const boost::asio::ip::address& client, std::string_view api_key_id,
                              Clock::time_point now) {
  if (limited()) buckets_.charge(BucketName(client, crypto::as_bytes(api_key_id)).view(), rate(), now);
}

Rate AuthFailureLimit::rate_of_tokens() const {
  const auto more = [](std::uint32_t number) { return std::min(number, Rate::most / more_tokens) * more_tokens; };
  return {more(rate().per_second), more(rate().burst)};
}

std::chrono::nanoseconds AuthFailureLimit::wait(const boost::asio::ip::address& client, const crypto::Digest& token,
                                                Clock::time_point now) const {
  if (!limited()) return {};
  return std::max(buckets_.wait(BucketName(client, token).view(), rate(), now),
                  buckets_.wait(BucketName(client, all_tokens).view(), rate_of_tokens(), now));
}

void AuthFailureLimit::failed(const boost::asio::ip::address& client, const crypto::Digest& token,
                              Clock::time_point now) {
  if (!limited()) return;
  buckets_.charge(BucketName(client, token).view(), rate(), now);
  buckets_.charge(BucketName(client, all_tokens).view(), rate_of_tokens(), now);
}

}  // namespace tacit::auth
