// Sweeps a host of the lab with the library and the command of an installed package, and exits 0 if both find it.
// Usage: smoke.mjs PACKAGE-DIRECTORY, inside scripts/in-lab.sh.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const directory = process.argv[2];
const { bin, exports } = createRequire(import.meta.url)(join(directory, 'package.json'));
const mac = '02:00:5e:10:00:05';
const ip = (...words) => execFileSync('ip', words);

ip('netns', 'add', 'smoke');
ip('link', 'add', 'smoke0', 'type', 'veth', 'peer', 'name', 'smoke1', 'address', mac, 'netns', 'smoke');
try {
  ip('address', 'add', '10.99.7.1/24', 'dev', 'smoke0');
  ip('link', 'set', 'smoke0', 'up');
  ip('-n', 'smoke', 'address', 'add', '10.99.7.5/24', 'dev', 'smoke1');
  ip('-n', 'smoke', 'link', 'set', 'smoke1', 'up');

  const { sweep } = await import(pathToFileURL(join(directory, exports['.'].default)).href);
  const report = await sweep('10.99.7.0/24', { links: ['smoke0'], rate: 'max' }).report();
  const found = report.hosts.flatMap((host) =>
    host.responders.map((responder) => `${host.ip} ${responder.mac}`),
  );
  if (found.join() !== `10.99.7.5 ${mac}`) throw new Error(`the library found: ${found.join() || 'nothing'}`);

  const launcher = join(directory, bin.arpsweep);
  const plain = execFileSync(process.execPath, [launcher, '-I', 'smoke0', '10.99.7.5'], { encoding: 'utf8' });
  if (!plain.startsWith(`10.99.7.5\t${mac}\t`)) throw new Error(`the command printed: ${plain}`);
} finally {
  ip('link', 'delete', 'smoke0');
  ip('netns', 'delete', 'smoke');
}
