// A call of one request and one answer.
#pragma once

#include <grpcpp/support/async_unary_call.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "store/etcd/rpc/call.hpp"

namespace tacit::store::etcd {

template <class Request, class Response>
class UnaryCall final : public Call {
 public:
  using Reader = std::unique_ptr<grpc::ClientAsyncResponseReader<Response>>;
  /// Begins the call of one method.
  using Method = Reader (*)(Connection&, grpc::ClientContext*, const Request&, grpc::CompletionQueue*);
  /// The answer, and the endpoint that gave it.
  using Answer = std::function<void(RpcOutcome<Response>, const std::string& endpoint)>;
  using ChangeRequest = void (*)(Request&);

  UnaryCall(const CallSite& site, const CallRules& rules, Method method, Request request, Answer answer,
            ChangeRequest if_behind = nullptr)
      : Call(site, rules),
        method_(method),
        request_(std::move(request)),
        answer_(std::move(answer)),
        if_behind_(if_behind) {}

 private:
  void send(Connection& connection, grpc::ClientContext& context) override {
    response_ = Response();
    reader_ = method_(connection, &context, request_, &site().completions.queue());
    reader_->StartCall();
    reader_->Finish(&response_, &status_, tag_of(*this));
  }
  bool advance(bool /*ok*/) override { return true; }
  const grpc::Status& status() const override { return status_; }
  void succeed() override { answer_(std::move(response_), endpoint_name()); }
  void fail(RpcFailure why) override { answer_(std::move(why), endpoint_name()); }
  void on_behind() override {
    if (if_behind_ != nullptr) if_behind_(request_);
  }

  const Method method_;
  Request request_;
  Answer answer_;
  const ChangeRequest if_behind_;
  Response response_;
  grpc::Status status_;
  Reader reader_;
};

}  // namespace tacit::store::etcd
