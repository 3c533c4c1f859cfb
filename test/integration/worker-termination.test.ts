/** A worker that is terminated while it is inside the addon: nothing can be thrown there, and nothing may abort. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const addon = fileURLToPath(new URL('../../build/Release/arpsweep.node', import.meta.url));

// In a process of its own, because an abort would take the test with it. The worker does nothing but call the addon,
// so that its end falls into a call.
const script = `
  const { Worker } = require('node:worker_threads');
  const none = new Uint32Array(0);
  const options = {
    interfaceIndex: 1, namespacePath: null, promiscuous: false,
    frame: { source: '02:00:00:00:00:01', tags: [], senderIp: 1 },
    targets: Uint32Array.of(1, 10), named: none, own: none, rate: 1, ceiling: 1, burst: 1, passes: 1,
    adaptivePasses: false, namedRequests: 0, census: false, cooldownMs: 1, sequential: false, seed: 1,
  };
  const work = \`
    const { parentPort, workerData } = require('node:worker_threads');
    const { Engine } = require(workerData.addon);
    const engine = new Engine(workerData.options, () => {});
    parentPort.postMessage('calling');
    for (;;) engine.status();
  \`;
  (async () => {
    for (let i = 0; i < 20; i++) {
      const worker = new Worker(work, { eval: true, workerData: { addon: ${JSON.stringify(addon)}, options } });
      await new Promise((resolve) => worker.once('message', resolve));
      await worker.terminate();
    }
    console.log('survived');
  })();
`;

test('a worker terminated inside a native call does not take the process with it', async () => {
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  expect(stderr).toBe('');
  expect(stdout).toBe('survived\n');
});
