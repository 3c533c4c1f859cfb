/** The names of the columns that `--fields` takes, as far as the command line has to know them: fields.ts has the rest. */
export const fieldNames = [
  'ip',
  'mac',
  'rtt',
  'link',
  'who',
  'replies',
  'confirmed',
  'interface',
  'netns',
  'vlan',
  'vendor',
  'name',
  'first',
  'fingerprint',
] as const;

export type FieldName = (typeof fieldNames)[number];
