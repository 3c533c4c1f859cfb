#include "binding/interfaces_binding.h"

#include <linux/if_ether.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "binding/errors.h"
#include "core/netlink/interfaces.h"
#include "core/netlink/routes.h"

namespace arpsweep {
namespace {

Napi::Value Text(Napi::Env env, std::string_view text) {
  return Napi::String::New(env, text.data(), text.size());
}

Napi::Value TextOrNull(Napi::Env env, std::string_view text) {
  return text.empty() ? env.Null() : Text(env, text);
}

Napi::Value MacOrNull(Napi::Env env, const std::optional<MacAddress>& mac) {
  return mac ? Text(env, mac->ToString()) : env.Null();
}

// An array of what `convert` makes of each item.
template <typename Item, typename Convert>
Napi::Array ToArray(Napi::Env env, const std::vector<Item>& items, Convert convert) {
  Napi::Array array = Napi::Array::New(env, items.size());
  for (uint32_t i = 0; i < items.size(); ++i) {
    // A router holds a million routes: without a scope of its own each handle would live until the list is
    // done.
    const Napi::HandleScope scope(env);
    array.Set(i, convert(env, items[i]));
  }
  return array;
}

Napi::Value ToObject(Napi::Env env, const AddressInfo& address) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("ip", address.ip);
  object.Set("prefixLength", address.prefix_length);
  object.Set("secondary", Napi::Boolean::New(env, address.secondary));
  object.Set("scope", Text(env, ScopeName(address.scope)));
  return object;
}

Napi::Value ToObject(Napi::Env env, const VlanInfo& vlan) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("id", vlan.id);
  object.Set("protocol", vlan.protocol == ETH_P_8021AD ? "802.1ad" : "802.1Q");
  return object;
}

Napi::Value ToObject(Napi::Env env, const LinkInfo& link) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("index", link.index);
  object.Set("name", link.name);
  object.Set("mac", MacOrNull(env, link.mac));
  object.Set("permanentMac", MacOrNull(env, link.permanent_mac));
  object.Set("arpType", link.arp_type);
  object.Set("kind", TextOrNull(env, link.kind));
  object.Set("driver", TextOrNull(env, link.driver));
  object.Set("flags", ToArray(env, FlagNames(link.flags), Text));
  object.Set("operState", Text(env, OperStateName(link.oper_state)));
  object.Set("carrier", Napi::Boolean::New(env, link.carrier));
  object.Set("wireless", Napi::Boolean::New(env, link.wireless));
  object.Set("mtu", link.mtu);
  object.Set("parentIndex", link.parent_index);
  object.Set("masterIndex", link.master_index);
  object.Set("vlan", link.vlan ? ToObject(env, *link.vlan) : env.Null());
  object.Set("addresses", ToArray(env, link.addresses, [](Napi::Env scope, const AddressInfo& address) {
               return ToObject(scope, address);
             }));
  return object;
}

Napi::Value ToObject(Napi::Env env, const RouteInfo& route) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("destination", route.destination);
  object.Set("prefixLength", route.prefix_length);
  object.Set("gateway", route.gateway);
  object.Set("interfaceIndex", route.interface_index);
  object.Set("metric", route.metric);
  return object;
}

Napi::Value ToObject(Napi::Env env, const NeighbourInfo& neighbour) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("ip", neighbour.ip);
  object.Set("mac", MacOrNull(env, neighbour.mac));
  object.Set("interfaceIndex", neighbour.interface_index);
  object.Set("state", Text(env, NeighbourStateName(neighbour.state)));
  return object;
}

// The binding of a function that lists something.
template <auto List>
Napi::Value ListBinding(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return WithJsErrors(env, [env]() -> Napi::Value {
    return ToArray(env, List(), [](Napi::Env scope, const auto& item) { return ToObject(scope, item); });
  });
}

}  // namespace

void InitInterfaces(Napi::Env env, Napi::Object exports) {
  exports.Set("listLinks", Napi::Function::New<ListBinding<ListLinks>>(env, "listLinks"));
  exports.Set("listRoutes", Napi::Function::New<ListBinding<ListRoutes>>(env, "listRoutes"));
  exports.Set("listNeighbours", Napi::Function::New<ListBinding<ListNeighbours>>(env, "listNeighbours"));
}

}  // namespace arpsweep
