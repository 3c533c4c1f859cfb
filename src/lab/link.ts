import { awaitForwarding, awaitNoCarrier, type InterfaceRef, ipBatch } from './iproute.js';

/** An interface in the namespace that this process is in: the side from which the lab is swept. */
export interface Link {
  readonly name: string;
  readonly mac: string;
  /** Brings the interface itself up or down; up waits until frames pass. */
  setUp(up: boolean): Promise<void>;
  /** Pulls or plugs the cable: the far end goes down or up, and the kernel has noticed when this resolves. */
  setCarrier(carrier: boolean): Promise<void>;
  /** Deletes the interface, as a driver does whose device is unplugged. */
  delete(): Promise<void>;
}

/** The handle of a link that is up; `far` is the other end of its cable. */
export function linkHandle(near: InterfaceRef, far: InterfaceRef, mac: string): Link {
  const set = (end: InterfaceRef, state: boolean) =>
    ipBatch(end.namespace, [`link set dev ${end.name} ${state ? 'up' : 'down'}`]);
  const awaitBoth = () => Promise.all([awaitForwarding(near), awaitForwarding(far)]);
  return {
    name: near.name,
    mac,
    async setUp(up) {
      await set(near, up);
      if (up) await awaitBoth();
    },
    async setCarrier(carrier) {
      await set(far, carrier);
      await (carrier ? awaitBoth() : awaitNoCarrier(near));
    },
    async delete() {
      await ipBatch(near.namespace, [`link delete dev ${near.name}`]);
    },
  };
}
