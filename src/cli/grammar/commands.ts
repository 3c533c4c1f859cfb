/** The commands that there are, and the grammar of those that a command line may mean. */
import type { Definition } from './commander.js';

/** Beside the sweep, in the order of the help. A grammar is loaded where its command is named, or where all are shown. */
const others: Readonly<Record<string, () => Promise<Definition>>> = {
  check: async () => (await import('./check.js')).defineCheck,
  ping: async () => (await import('./ping.js')).definePing,
  dad: async () => (await import('./dad.js')).defineDad,
  announce: async () => (await import('./announce.js')).defineAnnounce,
  listen: async () => (await import('./listen.js')).defineListen,
  watch: async () => (await import('./watch.js')).defineWatch,
  serve: async () => (await import('./serve.js')).defineServe,
  trace: async () => (await import('./trace.js')).defineTrace,
  explain: async () => (await import('./explain.js')).defineExplain,
  interfaces: async () => (await import('./interfaces.js')).defineInterfaces,
  doctor: async () => (await import('./doctor.js')).defineDoctor,
  demo: async () => (await import('./demo.js')).defineDemo,
  completion: async () => (await import('./completion.js')).defineCompletion,
};

export const commandNames: readonly string[] = ['sweep', ...Object.keys(others)];

/** Every grammar but that of the sweep. */
export function allGrammars(): Promise<Definition[]> {
  return Promise.all(Object.values(others).map((load) => load()));
}

/**
 * What commander needs to know to read these words as if it knew all: the command that they begin with; nothing beside
 * the sweep where they neither name a command nor ask for help.
 */
export async function grammarsFor(words: readonly string[]): Promise<Definition[]> {
  const [first = ''] = words;
  const named = Object.hasOwn(others, first) ? others[first] : undefined;
  // Completion is of all of them.
  if (named && first !== 'completion') return [await named()];
  const mayMeanAny = words.some(
    (word) => word.startsWith('-h') || word === '--help' || commandNames.includes(word),
  );
  return mayMeanAny ? allGrammars() : [];
}
