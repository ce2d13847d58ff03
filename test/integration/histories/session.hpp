// One tenant's client: it sends requests to both planes of both servers, and keeps the model in step with the answers.
#pragma once

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "test/integration/histories/installation.hpp"
#include "test/integration/histories/random.hpp"
#include "test/integration/model/tenant_model.hpp"

namespace tacit::test::model {

/// The server and the model differ.
struct Mismatch : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// There was no answer, or 503: the change may have been made.
struct Lost : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Request {
  std::string method;
  std::string target;
  std::string body{};
  Headers headers{};
  std::string scope = "secrets:write";
  std::string idempotency_key{};
  bool by_owner = false;  ///< with every right: a token, or the operator's API key
};

class Session {
 public:
  /// A new tenant, with an API key of the operator's making.
  explicit Session(const Installation& installation);

  /// A request on the API plane with a valid credential; now and then, one without the right to it comes before.
  Answer api(const Request& request);
  /// A request on the tool plane.
  Answer tools(std::size_t runtime, const std::string& target, const std::string& body);

  /// Sends a change that `of_model` makes to the model, and compares a refusal. True if the change was made now:
  /// `answer` is then what the server says, and the model has the change.
  template <class Change>
  bool change(const Request& request, Change of_model, Answer& answer) {
    TenantModel after = model;
    const Refusals refusals = of_model(after);
    return follow(request, std::move(after), refusals, answer);
  }

  /// After `Lost`: finds out which of the two possible states there is.
  void settle();
  bool is_uncertain() const { return after_ != nullptr; }
  /// To be called after events of the installation.
  void follow_installation();

  const std::string& tenant() const { return tenant_; }
  std::string transcript() const;
  void remark(const std::string& text) { transcript_.push_back(text); }
  /// Leaves out of the transcript what `comparing` did, if it found no difference.
  template <class Comparing>
  void brief(const std::string& summary, Comparing comparing) {
    const std::size_t length = transcript_.size();
    comparing();
    transcript_.resize(length);
    remark(summary);
  }
  [[noreturn]] void fail(const std::string& what) const;
  void require(bool good, const std::string& what) const {
    if (!good) fail(what);
  }

  const Installation& installation;
  Random random{0};
  TenantModel model;

 private:
  struct Credential {
    Headers headers;
    int status = 200;   ///< what a request with it gets
    std::string key{};  ///< the API key's text
  };
  bool follow(const Request& request, TenantModel after, const Refusals& refusals, Answer& answer);
  bool follow_repetition(const Request& request, Repeatable& first);
  Credential good_credential(const Request& request);
  Credential bad_credential(const std::string& scope);
  Answer send(bool tool_plane, std::size_t runtime, const Request& request, const Headers& headers);
  HttpsClient& connection(bool tool_plane, std::size_t runtime, std::size_t server);

  std::string tenant_;
  std::string token_;
  std::vector<std::string> transcript_;
  std::unique_ptr<TenantModel> after_;  ///< the model if the lost change was made
  std::map<std::tuple<bool, std::size_t, std::size_t>, std::unique_ptr<HttpsClient>> connections_;
  unsigned starts_ = 0;
  unsigned losses_ = 0;
  unsigned metadata_keys_ = 0;
  bool settles_ = false;  ///< the first API key alone is certain to be valid
};

}  // namespace tacit::test::model
