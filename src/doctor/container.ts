/** Whether this process is in a container, by the traces that the usual ones leave. */

export interface Container {
  /** Who made it; `container` where it does not say. */
  readonly kind: string;
  /** What it was told by. */
  readonly evidence: string;
}

/** What there is to look at; tests have other files. */
export interface Surroundings {
  /** The text of a file, or null where it cannot be read. */
  readonly read: (path: string) => string | null;
  readonly exists: (path: string) => boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** In a control group's path (cgroups(7)), of version 1 mostly: in version 2 a container sees none of it. */
const groupNames: readonly (readonly [RegExp, string])[] = [
  [/kubepods/, 'Kubernetes'],
  [/\blibpod/, 'Podman'],
  [/\bdocker/, 'Docker'],
  [/\blxc/, 'LXC'],
  [/\bcontainerd|\bcri-/, 'containerd'],
];

/** Null where nothing looks like one. */
export function detectContainer({ read, exists, env }: Surroundings): Container | null {
  // A pod has the traces of what runs its containers as well.
  const { KUBERNETES_SERVICE_HOST: service } = env;
  if (service) {
    return { kind: 'Kubernetes', evidence: 'KUBERNETES_SERVICE_HOST is set' };
  }
  const podman = '/run/.containerenv';
  if (exists(podman)) return { kind: 'Podman', evidence: `${podman} is there` };
  const docker = '/.dockerenv';
  if (exists(docker)) return { kind: 'Docker', evidence: `${docker} is there` };
  const systemd = '/run/systemd/container';
  const manager = read(systemd)?.trim();
  if (manager) return { kind: manager, evidence: `${systemd} says so` };
  const first = '/proc/1/environ';
  const told = read(first)
    ?.split('\0')
    .find((line) => line.startsWith('container='));
  if (told) return { kind: told.slice('container='.length) || 'container', evidence: `${first} says so` };
  const groups = '/proc/1/cgroup';
  const path = read(groups) ?? '';
  const [, kind] = groupNames.find(([pattern]) => pattern.test(path)) ?? [];
  return kind === undefined ? null : { kind, evidence: `${groups} says so` };
}
