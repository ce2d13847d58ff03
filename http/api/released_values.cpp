#include "http/api/released_values.hpp"

#include <utility>

#include "http/json/json_writer.hpp"
#include "store/slices/slice.hpp"
#include "store/slices/turns.hpp"

namespace tacit::http {
namespace {

void write_released(crypto::WipedBytes& out, const store::ReleasedValue& released) {
  write_text(out, released.argument);
  out.append(R"(:{"value":)");
  write_text(out, released.value.text());
  out.append(R"(,"secret_id":)");
  write_uuid(out, released.secret);
  out.append(R"(,"secret_name":)");
  write_text(out, released.secret_name);
  out.append(R"(,"updated_at":)");
  write_time(out, released.updated_at);
  out.push_back('}');
}

}  // namespace

boost::asio::awaitable<void> write_arguments(crypto::WipedBytes& out,
                                             const std::vector<store::ReleasedValue>& arguments) {
  out.append(R"({"arguments":{)");
  store::Slice slice(store::slice_time, store::Slice::Begins::after_some_steps);
  bool first = true;
  for (const store::ReleasedValue& released : arguments) {
    if (!std::exchange(first, false)) out.push_back(',');
    const std::size_t before = out.size();
    write_released(out, released);
    if (!slice.over(out.size() - before)) continue;
    co_await store::next_turn(store::TurnKind::release);
    slice = store::Slice(store::slice_time, store::Slice::Begins::now);
  }
  out.append("}}");
}

}  // namespace tacit::http
