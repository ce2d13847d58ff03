#include "http/io/connection_stage.hpp"

#include <array>
#include <initializer_list>

namespace tacit::http {
namespace {

using StageSet = std::uint16_t;

constexpr StageSet only(Stage stage) { return static_cast<StageSet>(1U << static_cast<unsigned>(stage)); }

constexpr StageSet any_of(std::initializer_list<Stage> stages) {
  StageSet set = only(Stage::over);
  for (const Stage stage : stages) set = static_cast<StageSet>(set | only(stage));
  return set;
}

StageSet followers(Stage stage) {
  switch (stage) {
    case Stage::proxy_header:
      return any_of({Stage::proxy_header, Stage::handshake});
    case Stage::handshake:
      return any_of({Stage::idle, Stage::writing});  // writing: the answer to plain HTTP on a TLS port
    case Stage::idle:
      return any_of({Stage::idle, Stage::head, Stage::closing});
    case Stage::head:
      return any_of({Stage::idle, Stage::serving, Stage::closing});  // idle again: it was an empty line
    case Stage::serving:
      return any_of({Stage::serving, Stage::body, Stage::writing, Stage::idle, Stage::closing});
    case Stage::body:
      return any_of({Stage::serving, Stage::writing, Stage::closing});  // writing: 100 Continue
    case Stage::writing:
      return any_of({Stage::writing, Stage::serving, Stage::body, Stage::closing});
    case Stage::closing:
    case Stage::over:
      break;
  }
  return any_of({});
}

}  // namespace

bool may_follow(Stage from, Stage to) { return (followers(from) & only(to)) != 0; }

}  // namespace tacit::http
