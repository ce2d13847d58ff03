// Parses a response. Only JSON is accepted, and of an issuer only 200.
#pragma once

#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/parser.hpp>

#include <optional>
#include <string>

#include "crypto/memory/wiped.hpp"

namespace tacit::auth {

/// Keeps a message's body in wiped memory.
struct WipedBody {
  using value_type = crypto::WipedBytes;

  class reader {
   public:
    template <bool is_request, class Fields>
    reader(boost::beast::http::header<is_request, Fields>&, value_type& body) : body_(body) {}
    void init(const boost::optional<std::uint64_t>& size, boost::system::error_code& error) {
      // At most the parser's body limit, which the parser checks first.
      if (size) body_.reserve(static_cast<std::size_t>(*size));
      error = {};
    }
    template <class Buffers>
    std::size_t put(const Buffers& buffers, boost::system::error_code& error) {
      std::size_t size = 0;
      for (const auto buffer : boost::beast::buffers_range_ref(buffers)) {
        body_.append(crypto::ByteView(static_cast<const std::uint8_t*>(buffer.data()), buffer.size()));
        size += buffer.size();
      }
      error = {};
      return size;
    }
    void finish(boost::system::error_code& error) { error = {}; }

   private:
    value_type& body_;
  };
};

using HttpsParser = boost::beast::http::response_parser<WipedBody>;
using HttpsResponse = HttpsParser::value_type;

/// Why the response is not accepted, judged by its header; std::nullopt if it is. Repeats nothing that the server sent.
std::optional<std::string> fault_of_header(const HttpsResponse& header);
/// The same whatever the status is, except a redirect.
std::optional<std::string> fault_of_form(const HttpsResponse& header);

/// The values of all fields of that name, joined by commas.
std::string joined(const HttpsResponse& header, boost::beast::http::field name);
/// The same for a name that has no enumerator.
std::string joined(const HttpsResponse& header, std::string_view name);

}  // namespace tacit::auth
