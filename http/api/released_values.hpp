// The answer of a release: values of the tool plane as JSON, produced piece by piece while it is sent.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "crypto/memory/wiped.hpp"
#include "http/exchange/body_stream.hpp"
#include "store/model/release.hpp"

namespace tacit::http {

/// What one tool is answered.
struct ToolAnswer {
  std::string tool_name;
  std::string refusal{};  ///< a sentence; then nothing is released to it
  store::ReleasedTool released{};
  bool tells_missing = false;
};

/// The answer of a resolve, or of a resolve of several tools. 4 MiB of values may have 24 MiB as JSON: between two
/// slices of writing it yields to other work of the thread (store/slices/turns.hpp). Never fails.
class ReleasedValues final : public BodyStream {
 public:
  enum class Form : bool { one_tool, several };

  /// `public_url`: where the owner of the secrets finds the console; empty: not known.
  ReleasedValues(std::vector<ToolAnswer> answers, Form form, std::string public_url)
      : answers_(std::move(answers)), form_(form), public_url_(std::move(public_url)) {}

  boost::asio::awaitable<store::Outcome<bool>> next(crypto::WipedBytes& out) override;

 private:
  enum class Part : unsigned char { head, values, missing };

  bool write_step(crypto::WipedBytes& out);
  void enter(Part part);
  void end_values(crypto::WipedBytes& out, const ToolAnswer& answer);
  void end_tool(crypto::WipedBytes& out);
  void write_head(crypto::WipedBytes& out, const ToolAnswer& answer);
  void write_missing(crypto::WipedBytes& out, const ToolAnswer& answer, const store::MissingArgument& missing) const;

  std::vector<ToolAnswer> answers_;
  Form form_;
  std::string public_url_;
  bool begun_ = false;
  std::size_t tool_ = 0;  ///< the answer that is written
  Part part_ = Part::head;
  std::size_t item_ = 0;  ///< in that part
};

/// Where the owner stores what a tool lacks: the console's form, filled in. In the fragment, which browsers do not
/// send, so that proxies log no names.
std::string add_url(std::string_view public_url, std::string_view tool_name, std::string_view argument);

}  // namespace tacit::http
