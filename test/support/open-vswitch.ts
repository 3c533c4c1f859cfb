import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun } from '../../src/lab/command.js';
import { waitFor } from './wait-for.js';

const SCHEMA = '/usr/share/openvswitch/vswitch.ovsschema';

export interface OpenVSwitch {
  /** Adds a bridge of the user-space datapath with ports, each as `NAME` for a trunk, or `NAME tag=VID`. */
  addBridge(name: string, ports: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a database and a switch of its own, which know nothing of any other on this machine. */
export async function startOpenVSwitch(): Promise<OpenVSwitch> {
  const folder = mkdtempSync(join(tmpdir(), 'arpsweep-ovs-'));
  const at = (file: string) => join(folder, file);
  const environment = ['env', `OVS_RUNDIR=${folder}`, `OVS_LOGDIR=${folder}`, `OVS_DBDIR=${folder}`];
  const run = (...argv: string[]) => mustRun([...environment, ...argv]);
  const daemon = (program: string, ...argv: string[]) =>
    run(
      program,
      '--detach',
      '--no-chdir',
      `--pidfile=${at(`${program}.pid`)}`,
      `--unixctl=${at(`${program}.ctl`)}`,
      `--log-file=${at('log')}`,
      ...argv,
    );
  const database = `unix:${at('db.sock')}`;
  const set = (...argv: string[]) => run('ovs-vsctl', `--db=${database}`, '--no-wait', ...argv);

  await run('ovsdb-tool', 'create', at('conf.db'), SCHEMA);
  await daemon('ovsdb-server', `--remote=punix:${at('db.sock')}`, at('conf.db'));
  await set('init');
  await daemon('ovs-vswitchd', database);
  return {
    async addBridge(name, ports) {
      await set('add-br', name, '--', 'set', 'bridge', name, 'datapath_type=netdev');
      for (const port of ports) await set('add-port', name, ...port.split(' '));
      await waitFor(
        async () => {
          const shown = await run('ovs-appctl', '-t', at('ovs-vswitchd.ctl'), 'dpif/show');
          return ports.every((port) => shown.includes(` ${port.split(' ')[0]} `));
        },
        { what: 'the ports of Open vSwitch', timeoutMs: 10_000 },
      );
    },
    async stop() {
      for (const program of ['ovs-vswitchd', 'ovsdb-server']) {
        await mustRun(['sh', '-c', 'kill "$(cat "$0")"', at(`${program}.pid`)]).catch(() => '');
      }
      rmSync(folder, { recursive: true });
    },
  };
}
