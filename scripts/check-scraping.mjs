// Lets promtool read deploy/prometheus.yaml and tell which labels targets get by it. Debian's Prometheus is built without
// the discovery of Kubernetes, so pods that it would find are given as files: what they are called there is the same.
// Usage: check-scraping.mjs PROMTOOL. Exits 0 if all is as the comments of that file say.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parse, stringify } from 'yaml';

const promtool = resolve(process.argv[2]);
const run = promisify(execFile);
const directory = mkdtempSync(join(tmpdir(), 'arpsweep-scraping-'));

/** A pod as the discovery of Kubernetes names it. */
function pod(name, namespace, labels = {}, port = 'arpsweep', scrape = 'true') {
  return {
    targets: [`${name}:9617`],
    labels: {
      __meta_kubernetes_namespace: namespace,
      __meta_kubernetes_pod_name: name,
      __meta_kubernetes_pod_node_name: 'node-1',
      __meta_kubernetes_pod_container_port_name: port,
      __meta_kubernetes_pod_annotation_prometheus_io_scrape: scrape,
      ...labels,
    },
  };
}
const onRack = { __meta_kubernetes_node_label_arpsweep_segment: 'rack-7' };
const onLan = { __meta_kubernetes_pod_label_arpsweep_segment: 'lan' };
/** By job: what is discovered. */
const discovered = {
  'arpsweep-nodes': [
    pod('on-rack', 'arpsweep', onRack),
    pod('unlabelled', 'arpsweep'),
    pod('other-port', 'arpsweep', onRack, 'metrics'),
  ],
  'arpsweep-pods': [
    pod('beside-app', 'shop', { ...onRack, ...onLan }),
    // What it hears on the cluster's network must not be compared with what others do there.
    pod('on-pod-network', 'shop', onRack),
    pod('of-the-daemonset', 'arpsweep', onRack),
    pod('unasked', 'shop', onLan, 'arpsweep', 'false'),
  ],
};
const expected = {
  'arpsweep-nodes': [
    { instance: 'on-rack:9617', job: 'arpsweep', node: 'node-1', segment: 'rack-7' },
    { instance: 'unlabelled:9617', job: 'arpsweep', node: 'node-1' },
  ],
  'arpsweep-pods': [
    { instance: 'beside-app:9617', job: 'arpsweep', namespace: 'shop', pod: 'beside-app', segment: 'lan' },
    { instance: 'on-pod-network:9617', job: 'arpsweep', namespace: 'shop', pod: 'on-pod-network' },
  ],
  arpsweep: [
    { instance: 'host-1:9617', job: 'arpsweep', segment: 'office' },
    { instance: 'host-2:9617', job: 'arpsweep', segment: 'office' },
  ],
};

/** The labels that series of a job's targets get. */
async function labelsIn(config, job) {
  const { stdout } = await run(promtool, ['check', 'service-discovery', '--timeout=1s', config, job]);
  return JSON.parse(stdout).flatMap(({ labels = {} }) => {
    const own = Object.entries(labels).filter(([name]) => !name.startsWith('__'));
    return own.length === 0 ? [] : [Object.fromEntries(own)];
  });
}

try {
  const settings = parse(readFileSync(new URL('../deploy/prometheus.yaml', import.meta.url), 'utf8'));
  settings.rule_files = [new URL('../deploy/alerts.rules.yaml', import.meta.url).pathname];
  for (const job of settings.scrape_configs) {
    const targets = discovered[job.job_name];
    assert.equal(job.kubernetes_sd_configs !== undefined, targets !== undefined, job.job_name);
    if (targets === undefined) continue;
    const file = join(directory, `${job.job_name}.json`);
    writeFileSync(file, JSON.stringify(targets));
    delete job.kubernetes_sd_configs;
    job.file_sd_configs = [{ files: [file] }];
  }
  const config = join(directory, 'prometheus.yaml');
  writeFileSync(config, stringify(settings));
  await run(promtool, ['check', 'config', config]);

  const jobs = settings.scrape_configs.map(({ job_name }) => job_name);
  assert.deepEqual(jobs, Object.keys(expected));
  const labelled = await Promise.all(
    jobs.map(async (job) => [job, (await labelsIn(config, job)).sort(byInstance)]),
  );
  assert.deepEqual(Object.fromEntries(labelled), expected);
} finally {
  rmSync(directory, { recursive: true });
}

function byInstance(a, b) {
  return a.instance < b.instance ? -1 : 1;
}
