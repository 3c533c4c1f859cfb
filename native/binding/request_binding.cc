#include "binding/request_binding.h"

#include <string>

#include "binding/errors.h"

namespace arpsweep {
namespace {

MacAddress MacFrom(const Napi::Value& value) {
  const auto mac = MacAddress::Parse(value.As<Napi::String>().Utf8Value());
  if (!mac) throw Napi::TypeError::New(value.Env(), "not a MAC address");
  return *mac;
}

uint32_t NumberFrom(const Napi::Value& value) {
  return value.As<Napi::Number>().Uint32Value();
}

std::vector<VlanTag> TagsFrom(const Napi::Value& value) {
  const auto array = value.As<Napi::Array>();
  std::vector<VlanTag> tags;
  for (uint32_t i = 0; i < array.Length(); ++i) {
    const auto tag = array.Get(i).As<Napi::Object>();
    const bool provider = tag.Get("protocol").As<Napi::String>().Utf8Value() == "802.1ad";
    const uint32_t control = NumberFrom(tag.Get("priority")) << 13 | NumberFrom(tag.Get("id"));
    tags.push_back({.protocol = static_cast<uint16_t>(provider ? ETH_P_8021AD : ETH_P_8021Q),
                    .control = static_cast<uint16_t>(control)});
  }
  return tags;
}

// What is left out stays as it is.
template <typename Number>
void SetNumber(const Napi::Object& frame, const char* name, Number* field) {
  const Napi::Value value = frame.Get(name);
  if (value.IsNumber()) *field = static_cast<Number>(NumberFrom(value));
}

void SetMac(const Napi::Object& frame, const char* name, MacAddress* field) {
  const Napi::Value value = frame.Get(name);
  if (value.IsString()) *field = MacFrom(value);
}

Napi::Value RequestFrameBinding(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return WithJsErrors(env, [&]() -> Napi::Value {
    const RequestFields fields = RequestFieldsFrom(info[0].As<Napi::Object>());
    const uint32_t target = NumberFrom(info[1]);
    const RequestTemplate request(fields);
    auto frame = Napi::Uint8Array::New(env, request.length());
    request.Fill(frame.Data());
    request.SetSender(frame.Data(), fields.SenderFor(target));
    request.SetTarget(frame.Data(), target);
    return frame;
  });
}

}  // namespace

RequestFields RequestFieldsFrom(const Napi::Object& frame) {
  RequestFields fields{.source = MacFrom(frame.Get("source")), .tags = TagsFrom(frame.Get("tags"))};
  fields.sender_ip = NumberFrom(frame.Get("senderIp"));
  fields.sender_is_target = frame.Get("senderIsTarget").ToBoolean();
  fields.llc_snap = frame.Get("llc").ToBoolean();
  SetMac(frame, "destination", &fields.destination);
  SetMac(frame, "senderHardware", &fields.sender_hardware);
  SetMac(frame, "targetHardware", &fields.target_hardware);
  SetNumber(frame, "etherType", &fields.ether_type);
  SetNumber(frame, "hardwareType", &fields.hardware_type);
  SetNumber(frame, "protocolType", &fields.protocol_type);
  SetNumber(frame, "hardwareLength", &fields.hardware_length);
  SetNumber(frame, "protocolLength", &fields.protocol_length);
  SetNumber(frame, "operation", &fields.operation);
  if (const Napi::Value padding = frame.Get("padding"); padding.IsTypedArray()) {
    const auto bytes = padding.As<Napi::Uint8Array>();
    fields.padding.assign(bytes.Data(), bytes.Data() + bytes.ByteLength());
  }
  return fields;
}

void InitRequest(Napi::Env env, Napi::Object exports) {
  exports.Set("requestFrame", Napi::Function::New<RequestFrameBinding>(env, "requestFrame"));
}

}  // namespace arpsweep
