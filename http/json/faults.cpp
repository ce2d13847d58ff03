#include "http/json/faults.hpp"

#include <array>

#include "crypto/text/sentence.hpp"
#include "http/json/json_writer.hpp"

namespace tacit::http {
namespace {

Fault fault(std::string_view type, Loc loc, std::string msg) { return Fault{type, std::move(loc), std::move(msg)}; }

std::string characters(std::size_t count) { return crypto::counted(count, "character"); }

void write_step(crypto::WipedBytes& out, const LocStep& step) {
  if (const auto* name = std::get_if<std::string_view>(&step)) {
    write_text(out, *name);
  } else if (const auto* sent = std::get_if<SentName>(&step)) {
    write_text(out, sent->text);
  } else {
    write_number(out, std::get<std::uint64_t>(step));
  }
}

void write_fault(crypto::WipedBytes& out, const Fault& fault) {
  out.append(R"({"type":)");
  write_text(out, fault.type);
  out.append(R"(,"loc":[)");
  for (std::size_t i = 0; i < fault.loc.size(); ++i) {
    if (i != 0) out.push_back(',');
    write_step(out, fault.loc[i]);
  }
  out.append(R"(],"msg":)");
  write_text(out, fault.msg);
  if (!fault.ctx.empty()) {
    out.append(R"(,"ctx":)");
    out.append(fault.ctx);
  }
  out.push_back('}');
}

}  // namespace

Fault missing(Loc loc) { return fault("missing", std::move(loc), "Field required"); }

Fault string_type(Loc loc) { return fault("string_type", std::move(loc), "Input should be a valid string"); }

Fault string_unicode(Loc loc) {
  return fault("string_unicode", std::move(loc),
               "Input should be a valid string, unable to parse raw data as a unicode string");
}

Fault string_too_short(Loc loc, std::size_t min) {
  return fault("string_too_short", std::move(loc), "String should have at least " + characters(min));
}

Fault string_too_long(Loc loc, std::size_t max, std::size_t found) {
  Fault result = fault("string_too_long", std::move(loc), "String should have at most " + characters(max));
  result.ctx = R"({"max_length":)" + std::to_string(max) + R"(,"actual_length":)" + std::to_string(found) + "}";
  return result;
}

Fault bool_type(Loc loc) { return fault("bool_type", std::move(loc), "Input should be a valid boolean"); }

Fault bool_parsing(Loc loc) {
  return fault("bool_parsing", std::move(loc), "Input should be a valid boolean, unable to interpret input");
}

Fault int_type(Loc loc) { return fault("int_type", std::move(loc), "Input should be a valid integer"); }

Fault int_from_float(Loc loc) {
  return fault("int_from_float", std::move(loc),
               "Input should be a valid integer, got a number with a fractional part");
}

Fault int_parsing(Loc loc) {
  return fault("int_parsing", std::move(loc), "Input should be a valid integer, unable to parse string as an integer");
}

Fault greater_than_equal(Loc loc, std::size_t min) {
  return fault("greater_than_equal", std::move(loc), "Input should be greater than or equal to " + std::to_string(min));
}

Fault less_than_equal(Loc loc, std::size_t max) {
  return fault("less_than_equal", std::move(loc), "Input should be less than or equal to " + std::to_string(max));
}

Fault list_type(Loc loc) { return fault("list_type", std::move(loc), "Input should be a valid list"); }

Fault dict_type(Loc loc) { return fault("dict_type", std::move(loc), "Input should be a valid dictionary"); }

Fault model_attributes_type(Loc loc) {
  return fault("model_attributes_type", std::move(loc),
               "Input should be a valid dictionary or object to extract fields from");
}

Fault too_short(Loc loc, std::string_view what, std::size_t min, std::size_t found) {
  return fault("too_short", std::move(loc),
               std::string(what) + " should have at least " + crypto::counted(min, "item") + " after validation, not " +
                   std::to_string(found));
}

Fault too_long(Loc loc, std::string_view what, std::size_t max, std::size_t found) {
  return fault("too_long", std::move(loc),
               std::string(what) + " should have at most " + std::to_string(max) + " items after validation, not " +
                   std::to_string(found));
}

Fault literal_error(Loc loc, std::string_view expected) {
  return fault("literal_error", std::move(loc), "Input should be " + std::string(expected));
}

Fault datetime_type(Loc loc) { return fault("datetime_type", std::move(loc), "Input should be a valid datetime"); }

Fault datetime_parsing(Loc loc, std::string_view why) {
  return fault("datetime_from_date_parsing", std::move(loc),
               "Input should be a valid datetime or date, " + std::string(why));
}

Fault timezone_aware(Loc loc) { return fault("timezone_aware", std::move(loc), "Input should have timezone info"); }

Fault datetime_future(Loc loc) { return fault("datetime_future", std::move(loc), "Input should be in the future"); }

Fault less_than(Loc loc, std::string_view limit) {
  return fault("less_than", std::move(loc), "Input should be less than " + std::string(limit));
}

Fault extra_forbidden(Loc loc) { return fault("extra_forbidden", std::move(loc), "Extra inputs are not permitted"); }

Fault uuid_type(Loc loc) {
  return fault("uuid_type", std::move(loc), "UUID input should be a string, bytes or UUID object");
}

Fault uuid_parsing(Loc loc, std::string_view why) {
  return fault("uuid_parsing", std::move(loc), "Input should be a valid UUID, " + std::string(why));
}

Fault json_invalid(std::size_t offset, std::string_view why) {
  Fault result = fault("json_invalid", Loc{"body", std::uint64_t{offset}}, "JSON decode error");
  crypto::WipedBytes ctx;
  ctx.append(R"({"error":)");
  write_text(ctx, why);
  result.ctx.append(ctx.text()).append("}");
  return result;
}

Fault value_error(Loc loc, std::string_view rule) {
  return fault("value_error", std::move(loc), "Value error, " + std::string(rule));
}

Fault default_unbound() {
  return value_error(Loc{"body", "is_default_for_tool"}, "is_default_for_tool needs tool_name and tool_arg");
}

Fault value_needed() {
  return value_error(Loc{"body", "secret_value"},
                     "tool_name and tool_arg are sealed with the value: changing them needs secret_value");
}

Fault idempotency_key_reused() {
  return value_error(Loc{"header", "idempotency-key"}, "Idempotency-Key came with another body before");
}

Fault too_many_arguments(Loc loc) {
  return value_error(std::move(loc), "one answer would have more than " + std::to_string(store::most_arguments) +
                                         " arguments; ask for fewer tools, name fewer secrets or provide some");
}

Fault too_many_value_bytes(Loc loc) {
  return value_error(std::move(loc), "the values of one answer would have more than " +
                                         std::to_string(store::most_value_bytes) + " bytes; ask for fewer at once");
}

Faults faults_of_item(std::string_view list, std::size_t index, Faults faults) {
  for (Fault& fault : faults) {
    const std::array<LocStep, 2> item{list, std::uint64_t{index}};
    fault.loc.insert(fault.loc.begin() + 1, item.begin(), item.end());
  }
  return faults;
}

void write_faults(crypto::WipedBytes& out, const Faults& faults) {
  out.append(R"({"detail":[)");
  for (std::size_t i = 0; i < faults.size(); ++i) {
    if (i != 0) out.push_back(',');
    write_fault(out, faults[i]);
  }
  out.append("]}");
}

}  // namespace tacit::http
