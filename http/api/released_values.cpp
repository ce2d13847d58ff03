#include "http/api/released_values.hpp"

#include <utility>

#include "crypto/text/ascii.hpp"
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
  if (released.expires_at) {
    out.append(R"(,"expires_at":)");
    write_time(out, *released.expires_at);
  }
  out.push_back('}');
}

/// RFC 3986 section 2: everything but unreserved characters.
void append_escaped(std::string& url, std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : text) {
    if (crypto::is_letter_or_digit(c) || std::string_view("-._~").find(c) != std::string_view::npos) {
      url.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    url.append({'%', digits[byte >> 4U], digits[byte & 15U]});
  }
}

}  // namespace

std::string add_url(std::string_view public_url, std::string_view tool_name, std::string_view argument) {
  std::string url(public_url);
  url.append("/console/#/add?tool_name=");
  append_escaped(url, tool_name);
  url.append("&tool_arg=");
  append_escaped(url, argument);
  return url;
}

void ReleasedValues::write_head(crypto::WipedBytes& out, const ToolAnswer& answer) {
  const bool several = form_ == Form::several;
  if (tool_ > 0) out.push_back(',');
  out.push_back('{');
  if (several) {
    out.append(R"("tool_name":)");
    write_text(out, answer.tool_name);
    out.push_back(',');
  }
  if (answer.refusal.empty()) {
    out.append(R"("arguments":{)");
    return;
  }
  out.append(R"("detail":)");
  write_text(out, answer.refusal);
}

void ReleasedValues::write_missing(crypto::WipedBytes& out, const ToolAnswer& answer,
                                   const store::MissingArgument& missing) const {
  out.append(R"({"argument":)");
  write_text(out, missing.argument);
  out.append(missing.reason == store::MissingReason::expired ? R"(,"reason":"expired","add_url":)"
                                                             : R"(,"reason":"none","add_url":)");
  if (public_url_.empty()) {
    out.append("null");
  } else {
    write_text(out, add_url(public_url_, answer.tool_name, missing.argument));
  }
  out.push_back('}');
}

void ReleasedValues::enter(Part part) {
  part_ = part;
  item_ = 0;
}

void ReleasedValues::end_tool(crypto::WipedBytes& out) {
  out.push_back('}');
  ++tool_;
  enter(Part::head);
}

void ReleasedValues::end_values(crypto::WipedBytes& out, const ToolAnswer& answer) {
  out.push_back('}');
  if (!answer.tells_missing) return end_tool(out);
  out.append(R"(,"missing":[)");
  enter(Part::missing);
}

/// Writes the next entry, or what stands between entries. False: there is no more.
bool ReleasedValues::write_step(crypto::WipedBytes& out) {
  if (tool_ == answers_.size()) return false;
  const ToolAnswer& answer = answers_[tool_];
  const std::vector<store::ReleasedValue>& values = answer.released.values;
  const std::vector<store::MissingArgument>& missing = answer.released.missing;
  if (part_ == Part::head) {
    write_head(out, answer);
    if (answer.refusal.empty()) {
      enter(Part::values);
    } else {
      end_tool(out);
    }
  } else if (part_ == Part::values && item_ < values.size()) {
    if (item_ > 0) out.push_back(',');
    write_released(out, values[item_++]);
  } else if (part_ == Part::values) {
    end_values(out, answer);
  } else if (item_ < missing.size()) {
    if (item_ > 0) out.push_back(',');
    write_missing(out, answer, missing[item_++]);
  } else {
    out.push_back(']');
    end_tool(out);
  }
  return true;
}

boost::asio::awaitable<store::Outcome<bool>> ReleasedValues::next(crypto::WipedBytes& out) {
  const bool several = form_ == Form::several;
  store::Slice slice(store::slice_time, store::Slice::Begins::after_some_steps);
  if (!std::exchange(begun_, true) && several) out.append(R"({"results":[)");
  for (;;) {
    const std::size_t before = out.size();
    if (!write_step(out)) break;
    if (out.size() >= body_piece_size) {
      // A client that takes the pieces fast must not monopolize the thread.
      co_await store::next_turn(store::TurnKind::release);
      co_return false;
    }
    if (!slice.over(out.size() - before)) continue;
    co_await store::next_turn(store::TurnKind::release);
    slice = store::Slice(store::slice_time, store::Slice::Begins::now);
  }
  if (several) out.append("]}");
  co_return true;
}

}  // namespace tacit::http
