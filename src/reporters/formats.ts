/** The formats by name; each is loaded only when it is asked for. */
import type { MakeReporter } from './reporter.js';

export const formatNames = ['table', 'plain', 'json', 'ndjson', 'csv'] as const;
export type FormatName = (typeof formatNames)[number];

const loaders: Readonly<Record<FormatName, () => Promise<MakeReporter>>> = {
  table: async () => (await import('./table.js')).tableReporter,
  plain: async () => (await import('./plain.js')).plainReporter,
  json: async () => (await import('./json.js')).jsonReporter,
  ndjson: async () => (await import('./ndjson.js')).ndjsonReporter,
  csv: async () => (await import('./csv.js')).csvReporter,
};

export function loadReporter(format: FormatName): Promise<MakeReporter> {
  return loaders[format]();
}
