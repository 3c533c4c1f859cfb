#include "binding/interfaces_binding.h"

#include <linux/if_ether.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "binding/errors.h"
#include "core/netlink/bridges.h"
#include "core/netlink/interfaces.h"
#include "core/netlink/namespace_id.h"
#include "core/netlink/routes.h"
#include "core/system/network_namespace.h"

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

Napi::Value ToObject(Napi::Env env, const LinkedDevice& linked) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("index", linked.index);
  object.Set("namespaceId", linked.namespace_id ? Napi::Number::New(env, *linked.namespace_id) : env.Null());
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
  object.Set("linked", link.linked ? ToObject(env, *link.linked) : env.Null());
  object.Set("vlan", link.vlan ? ToObject(env, *link.vlan) : env.Null());
  object.Set("vlanFiltering", Napi::Boolean::New(env, link.vlan_filtering));
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

Napi::Value ToObject(Napi::Env env, const BridgeEntryInfo& entry) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("mac", Text(env, entry.mac.ToString()));
  object.Set("interfaceIndex", entry.interface_index);
  object.Set("bridgeIndex", entry.bridge_index);
  object.Set("vlan", entry.vlan ? Napi::Number::New(env, *entry.vlan) : env.Null());
  object.Set("state", Text(env, NeighbourStateName(entry.state)));
  object.Set("flags", ToArray(env, NeighbourFlagNames(entry.flags), Text));
  return object;
}

Napi::Value ToObject(Napi::Env env, const PortVlan& vlan) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("id", vlan.id);
  object.Set("pvid", Napi::Boolean::New(env, vlan.pvid));
  object.Set("untagged", Napi::Boolean::New(env, vlan.untagged));
  return object;
}

Napi::Value ToObject(Napi::Env env, const BridgePortInfo& port) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("interfaceIndex", port.interface_index);
  object.Set("bridgeIndex", port.bridge_index);
  object.Set("state", Text(env, PortStateName(port.state)));
  object.Set("hairpin", Napi::Boolean::New(env, port.hairpin));
  object.Set("learning", Napi::Boolean::New(env, port.learning));
  object.Set("unicastFlood", Napi::Boolean::New(env, port.unicast_flood));
  object.Set("broadcastFlood", Napi::Boolean::New(env, port.broadcast_flood));
  object.Set("isolated", Napi::Boolean::New(env, port.isolated));
  object.Set("neighbourSuppression", Napi::Boolean::New(env, port.neighbour_suppression));
  object.Set("vlans", ToArray(env, port.vlans,
                              [](Napi::Env scope, const PortVlan& vlan) { return ToObject(scope, vlan); }));
  return object;
}

// The path of a namespace that a call was given, or nothing for the present one.
std::string NamespacePath(const Napi::Value& value) {
  return value.IsString() ? value.As<Napi::String>().Utf8Value() : std::string();
}

// The binding of a function that lists something.
template <auto List>
Napi::Value ListBinding(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return WithJsErrors(env, [&]() -> Napi::Value {
    decltype(List()) items;
    RunInNetworkNamespace(NamespacePath(info[0]), [&] { items = List(); });
    return ToArray(env, items, [](Napi::Env scope, const auto& item) { return ToObject(scope, item); });
  });
}

Napi::Value NamespaceIdBinding(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return WithJsErrors(env, [&]() -> Napi::Value {
    const FileDescriptor target = OpenNetworkNamespace(NamespacePath(info[0]));
    std::optional<int> id;
    RunInNetworkNamespace(NamespacePath(info[1]), [&] { id = NamespaceId(target.get()); });
    return id ? Napi::Number::New(env, *id) : env.Null();
  });
}

}  // namespace

void InitInterfaces(Napi::Env env, Napi::Object exports) {
  exports.Set("listLinks", Napi::Function::New<ListBinding<ListLinks>>(env, "listLinks"));
  exports.Set("listRoutes", Napi::Function::New<ListBinding<ListRoutes>>(env, "listRoutes"));
  exports.Set("listNeighbours", Napi::Function::New<ListBinding<ListNeighbours>>(env, "listNeighbours"));
  exports.Set("listBridgeEntries",
              Napi::Function::New<ListBinding<ListBridgeEntries>>(env, "listBridgeEntries"));
  exports.Set("listBridgePorts", Napi::Function::New<ListBinding<ListBridgePorts>>(env, "listBridgePorts"));
  exports.Set("namespaceId", Napi::Function::New<NamespaceIdBinding>(env, "namespaceId"));
}

}  // namespace arpsweep
