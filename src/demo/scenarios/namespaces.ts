import { type Scenario, stage } from './scenario.js';

export const namespaces: Scenario = {
  name: 'namespaces',
  symptom: 'Two tenants of a cloud have the same subnet, and in one of them an address goes here and there.',
  async build(lab) {
    const build = async (tenant: string, machines: readonly [string, string][]) => {
      const on = await lab.switch(`${tenant}-net`);
      await lab.host(`qdhcp-${tenant}`, { on, addresses: ['192.168.0.2/24'] });
      const hosts = machines.map(([name, ip]) =>
        lab.host(`${tenant}-${name}`, { on, addresses: [`${ip}/24`] }),
      );
      return Promise.all(hosts);
    };
    const machines: readonly [string, string][] = [
      ['web', '192.168.0.11'],
      ['db', '192.168.0.12'],
    ];
    const [, blue] = await Promise.all([
      build('red', machines),
      build('blue', [...machines, ['clone', '192.168.0.12']]),
    ]);
    return stage({
      network:
        'A network node of OpenStack. The DHCP agents of tenants red and blue have a network namespace each, with the same subnet in both.',
      command: ['-I', '*qdhcp-*:eth0', '192.168.0.0/27'],
      remedy: {
        text: 'the clone of blue’s database is off',
        apply: () => blue.at(-1)?.run(['ip', 'link', 'set', 'dev', 'eth0', 'down']) ?? Promise.resolve(),
      },
    });
  },
};
