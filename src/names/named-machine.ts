/** What is known of other machines, so that a hardware address has a name. */

/** An interface of a machine. */
export interface NamedInterface {
  /** Null where only the machine has a name. */
  readonly name: string | null;
  /** Network namespace, or null for the machine's own. */
  readonly netns: string | null;
  /** In lower case with colons. */
  readonly mac: string | null;
  readonly permanentMac: string | null;
  /** IFF_ flags of netdevice(7), without the prefix. */
  readonly flags: readonly string[];
  /** Name of the bridge, bond or VRF that it belongs to, or null. */
  readonly master: string | null;
  /** Null where its addresses are not known. */
  readonly addresses: readonly { readonly ip: string; readonly prefixLength: number }[] | null;
}

/** A machine and its interfaces: what `arpsweep interfaces -f json` prints, or part of it. */
export interface NamedMachine {
  readonly name: string;
  readonly interfaces: readonly NamedInterface[];
}
