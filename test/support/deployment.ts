/** The files by which arpsweep is deployed, as what they hold. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Container, PodSpec } from 'kubernetes-types/core/v1.js';
import type { ObjectMeta } from 'kubernetes-types/meta/v1.js';
import { parse, parseAllDocuments } from 'yaml';
import { wordsOf } from './grammar.js';

const root = new URL('../../', import.meta.url);
export const textOf = (path: string): string => readFileSync(new URL(path, root), 'utf8');

/** An object of Kubernetes, of which only what tests look at is told. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly data?: { readonly expected?: string };
  readonly spec?: PodSpec & {
    readonly selector?: { readonly matchLabels: Readonly<Record<string, string>> };
    readonly template?: { readonly metadata: ObjectMeta; readonly spec: PodSpec };
  };
}

/** By the names of their files: those that hold objects of Kubernetes. */
export const manifests: ReadonlyMap<string, readonly KubernetesObject[]> = new Map(
  readdirSync(new URL('deploy', root))
    .map((name) => [name, `deploy/${name}`] as const)
    .filter(([, path]) => path.endsWith('.yaml') && textOf(path).includes('\nkind: '))
    .map(([name, path]) => [
      name,
      parseAllDocuments(textOf(path)).map((document) => document.toJS() as KubernetesObject),
    ]),
);

/** The pods that the objects of a file make. */
export const podsOf = (objects: readonly KubernetesObject[]): PodSpec[] =>
  objects.flatMap(({ kind, spec }) => {
    if (!spec) return [];
    return kind === 'Pod' ? [spec] : [spec.template?.spec ?? []].flat();
  });

const isOurs = ({ image }: Container): boolean => /^arpsweep(:|$)/.test(image ?? '');
export const ourContainersOf = (pod: PodSpec): Container[] =>
  [...(pod.initContainers ?? []), ...pod.containers].filter(isOurs);

interface ComposeService {
  readonly image: string;
  readonly command: readonly string[];
  readonly network_mode: string;
  readonly cap_drop: readonly string[];
  readonly cap_add: readonly string[];
  readonly read_only: boolean;
  readonly security_opt: readonly string[];
  readonly healthcheck: { readonly test: readonly string[] };
}
export const composeService: ComposeService = parse(textOf('deploy/compose.yaml')).services.arpsweep;

/** The instruction's argument, of the last stage that has one. */
export function dockerInstruction(name: string): string | undefined {
  return [...textOf('Dockerfile').matchAll(new RegExp(`^${name} (.*)$`, 'gm'))].at(-1)?.[1];
}

/** Every command line of arpsweep that the deployment and the README hold, without the program's name. */
export function* commandLines(): Generator<{ readonly where: string; readonly words: readonly string[] }> {
  yield { where: 'Dockerfile', words: JSON.parse(dockerInstruction('CMD') ?? 'null') };
  yield { where: 'compose.yaml', words: composeService.command };
  for (const [where, objects] of manifests) {
    for (const { args = [] } of podsOf(objects).flatMap(ourContainersOf)) yield { where, words: args };
  }
  const unit = textOf('deploy/arpsweep.service');
  const options = /ARPSWEEP_OPTIONS="(.*)"$/m.exec(unit)?.[1] ?? '';
  const [, start = ''] = /^ExecStart=\S+ (.*)$/m.exec(unit) ?? [];
  yield { where: 'arpsweep.service', words: wordsOf(start.replace('$ARPSWEEP_OPTIONS', options)) };

  for (const [, block = ''] of textOf('README.md').matchAll(/^```(?:sh|console)\n(.*?)^```$/gms)) {
    for (const line of block.replaceAll('\\\n', ' ').split('\n')) {
      const [, command] =
        /^(?:\w*\$ )?(?:sudo |.* ssh \S+ |docker run .* )?(arpsweep(?::\S+)? .*?)(?: # .*)?$/.exec(line) ??
        [];
      if (command !== undefined) yield { where: `README: ${line}`, words: wordsOf(command).slice(1) };
    }
  }
}
