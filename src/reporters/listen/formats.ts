/** The formats by name; each is loaded only when it is asked for. */
import type { FormatName } from '../formats.js';
import type { MakeListenReporter } from './reporter.js';

const loaders: Readonly<Record<FormatName, () => Promise<MakeListenReporter>>> = {
  table: async () => (await import('./table.js')).tableReporter,
  plain: async () => (await import('./plain.js')).plainReporter,
  json: async () => (await import('./json.js')).jsonReporter,
  ndjson: async () => (await import('./ndjson.js')).ndjsonReporter,
  csv: async () => (await import('./csv.js')).csvReporter,
};

export function loadListenReporter(format: FormatName): Promise<MakeListenReporter> {
  return loaders[format]();
}
