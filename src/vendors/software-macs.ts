/**
 * MAC addresses that software makes. Of those in a registered block only such are here whose registered owner does not
 * say so: VMware, Parallels and Proxmox do.
 */
export const softwarePrefixes = [
  // QEMU, docs/system/devices/net.rst: 52:54:00:12:34:56 by default; libvirt draws the last three bytes.
  ['52:54:00', 'QEMU/KVM'],
  // Xen wiki, "Xen Networking"; also lxc.container.conf(5), lxc.net.0.hwaddr.
  ['00:16:3e', 'Xen or LXC'],
  // Microsoft Learn, "Configure MAC address pools for Hyper-V": 00-15-5D, then the host's last two IPv4 octets.
  ['00:15:5d', 'Microsoft Hyper-V'],
  // Oracle VM VirtualBox, src/VBox/Main/src-server/HostImpl.cpp: its guests, and its host-only interfaces.
  ['08:00:27', 'VirtualBox'],
  ['0a:00:27', 'VirtualBox host'],
  // Moby, libnetwork/netutils: 02:42, then the IPv4 address of the container.
  ['02:42', 'Docker'],
  // OpenStack Neutron, options base_mac and dvr_base_mac.
  ['fa:16:3e', 'OpenStack Neutron'],
  ['fa:16:3f', 'OpenStack Neutron router'],
  // Calico, "Why do all cali* interfaces have the MAC address ee:ee:ee:ee:ee:ee?": the node, as proxy for all others.
  ['ee:ee:ee:ee:ee:ee', 'Calico node'],
] as const;
