// The machine and the programs that the table was made with.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

/** The first version number that a program prints about itself. */
function versionOf(program, flag = '--version') {
  const { stdout, stderr } = spawnSync(program, [flag], { encoding: 'utf8' });
  return /\d+\.[\d.]*\d/.exec(`${stdout}${stderr}`)?.[0] ?? 'missing';
}

function distribution() {
  return execFileSync('sh', ['-c', '. /etc/os-release && echo "$PRETTY_NAME"'], { encoding: 'utf8' }).trim();
}

/** In Markdown, a line for each fact. */
export function machine() {
  const programs = [`arpsweep ${version}`, `Node ${process.versions.node}`];
  for (const program of ['arp-scan', 'nmap', 'masscan', 'tcpdump']) {
    programs.push(`${program} ${versionOf(program)}`);
  }
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return [
    `- Machine: ${cpus().length} cores, ${cpus()[0].model.trim()}, ${memory}; Linux ${release()}, ${distribution()}`,
    // Cores that others used, or would have, in the minute before.
    `- Load before the run: ${loadavg()[0].toFixed(1)}`,
    `- Programs: ${programs.join(', ')}`,
    `- Date: ${new Date().toISOString().slice(0, 10)}`,
  ].join('\n');
}
