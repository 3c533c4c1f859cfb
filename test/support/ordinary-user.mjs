/**
 * What a user without privileges can do in a namespace of their own: builds a lab, sweeps it and prints the report
 * as JSON. Run it with the built package through scripts/in-lab.sh.
 */
import { readFileSync } from 'node:fs';
import { sweep } from '../../dist/index.js';
import { createLab } from '../../dist/lab/lab.js';

const lab = await createLab();
try {
  const lan = await lab.switch('sw0');
  await Promise.all([
    lab.link('eth0', { on: lan, address: '10.0.0.2/24' }),
    lab.host('h1', { on: lan, mac: '02:00:00:00:00:01', addresses: ['10.0.0.5/24', '10.0.0.9/24'] }),
    lab.host('h2', { on: lan, mac: '02:00:00:00:00:02', addresses: ['10.0.0.5/24'] }),
  ]);
  const report = await sweep(undefined, { links: ['eth0'] }).report();
  process.stdout.write(JSON.stringify({ uidMap: readFileSync('/proc/self/uid_map', 'latin1'), report }));
} finally {
  await lab.remove();
}
