/** The machine that made a recording, as far as the recording tells. */

import type { RecordedName } from '../capture/recorded.js';
import { applicationName, readInterfaceOfMachine } from '../capture/self-description.js';
import type { NamedInterface, NamedMachine } from '../names/named-machine.js';

export interface MachineReader {
  section(application: string | null): void;
  name(name: RecordedName): void;
  /** Null where the recording does not tell. */
  known(): NamedMachine | null;
}

/** Listens to what a reader finds. In recordings of other programs, names are those of anybody. */
export function machineReader(): MachineReader {
  let isOurs = false;
  let machineName: string | null = null;
  const interfaces: NamedInterface[] = [];
  return {
    section(application) {
      isOurs = application?.startsWith(`${applicationName} `) ?? false;
    },
    name({ mac, names }) {
      if (!isOurs) return;
      for (const text of names) {
        const { machine, name = null } = readInterfaceOfMachine(text) ?? {};
        if (machine === undefined) continue;
        machineName ??= machine;
        if (machine !== machineName) continue;
        const unknown = { netns: null, permanentMac: null, flags: [], master: null, addresses: null };
        interfaces.push({ name, mac, ...unknown });
      }
    },
    known: () => (machineName === null ? null : { name: machineName, interfaces }),
  };
}
