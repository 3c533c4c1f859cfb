import { sparsePair } from '../../lab/sparse-pair.js';
import { type Scenario, stage } from './scenario.js';

export const loss: Scenario = {
  name: 'loss',
  symptom: 'Each scan of a large subnet finds other hosts.',
  async build(lab) {
    const { range, host } = await sparsePair(lab, 'eth0', { prefixLength: 24, live: 20 });
    await host.dropShare(20);
    return stage({
      network: 'Twenty hosts in a /24, behind a wire that loses 20 % of the requests.',
      command: ['-I', 'eth0', range],
      remedy: { text: 'the cable is a new one', apply: () => host.dropShare(0) },
    });
  },
};
