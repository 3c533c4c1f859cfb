import { ipBatch } from '../../lab/iproute.js';
import { ourSegment, type Scenario, stage } from './scenario.js';

export const stolenAddress: Scenario = {
  name: 'stolen-address',
  symptom: 'Connections to this machine hang now and then, and nothing is wrong with it.',
  async build(lab) {
    const on = await ourSegment(lab);
    const [printer] = await Promise.all([
      lab.host('printer', { on, mac: '00:c0:b7:2d:84:5f', addresses: ['10.34.11.2/24', '10.34.11.60/24'] }),
      lab.host('gateway', { on, mac: '00:1b:54:3e:a1:40', addresses: ['10.34.11.1/24'] }),
    ]);
    return stage({
      network: 'This machine, a gateway and a printer, which somebody gave this machine’s address by hand.',
      command: ['-I', 'eth0', '10.34.11.0/26'],
      remedy: {
        text: 'the printer has its own address alone',
        apply: () => ipBatch(printer.namespace, ['address delete 10.34.11.2/24 dev eth0']),
      },
    });
  },
};
