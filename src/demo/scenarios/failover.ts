import { ipBatch } from '../../lab/iproute.js';
import { waitFor } from '../../lab/wait-for.js';
import { framesReceived, ourSegment, type Scenario, stage } from './scenario.js';

const SERVICE = '10.34.11.20';

export const failover: Scenario = {
  name: 'failover',
  symptom: 'A service address changed machines, as was planned, while somebody swept.',
  async build(lab) {
    const on = await ourSegment(lab);
    const [active, standby] = await Promise.all([
      lab.host('active', { on, mac: '94:18:82:0b:7e:34', addresses: [`${SERVICE}/24`] }),
      lab.host('standby', { on, mac: '94:18:82:0b:91:a8', addresses: ['10.34.11.21/24'] }),
    ]);
    return stage({
      network: `Two machines, of which one hands ${SERVICE} over to the other during the sweep. That is no conflict.`,
      command: ['-I', 'eth0', '--order', 'sequential', '--rate', '40', '--passes', '3', '10.34.11.20-59'],
      meanwhile: async () => {
        const before = await framesReceived('eth0');
        await waitFor(async () => (await framesReceived('eth0')) > before, { what: `${SERVICE} to answer` });
        await ipBatch(active.namespace, [`address delete ${SERVICE}/24 dev eth0`]);
        await ipBatch(standby.namespace, [`address add ${SERVICE}/24 dev eth0`]);
      },
    });
  },
};
