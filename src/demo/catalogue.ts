/** The scenarios that `arpsweep demo` can replay. */
import { brokenHop } from './scenarios/broken-hop.js';
import { emptyZone } from './scenarios/empty-zone.js';
import { fabric } from './scenarios/fabric.js';
import { failover } from './scenarios/failover.js';
import { loop } from './scenarios/loop.js';
import { loss } from './scenarios/loss.js';
import { namespaces } from './scenarios/namespaces.js';
import { pod, proxy } from './scenarios/proxy.js';
import type { Scenario } from './scenarios/scenario.js';
import { stolenAddress } from './scenarios/stolen-address.js';
import { unreachableNeighbours } from './scenarios/unreachable-neighbours.js';
import { wanderingServices } from './scenarios/wandering-services.js';
import { wrongParent } from './scenarios/wrong-parent.js';
import { wrongPort } from './scenarios/wrong-port.js';

export const scenarios: readonly Scenario[] = [
  wanderingServices,
  unreachableNeighbours,
  stolenAddress,
  wrongParent,
  loop,
  wrongPort,
  brokenHop,
  namespaces,
  emptyZone,
  proxy,
  pod,
  fabric,
  failover,
  loss,
];

/** The demo without a name: no incident to look for, but a network to look around in. */
export const tour = {
  name: 'conflict',
  symptom: 'A server room to look around in; one address is contested.',
};
