/** How results are laid out: `--format`, `--sort` and `--fields`, which do not all go together. */
import { OptionError } from '../errors.js';
import type { FieldName } from '../reporters/field-names.js';
import type { FormatName } from '../reporters/formats.js';
import type { SortKey } from '../reporters/order.js';

export interface LayoutFlags {
  readonly format?: FormatName;
  readonly sort?: SortKey;
  readonly fields?: string;
}

export interface Layout {
  /** Null leaves it to the place that the results go to. */
  readonly format: FormatName | null;
  readonly sort: SortKey | null;
  readonly fields: readonly FieldName[] | null;
}

const sortable: readonly FormatName[] = ['table', 'plain', 'csv'];
const withFields: readonly FormatName[] = ['plain', 'csv'];

/**
 * Fields that are chosen make it `plain`, at a terminal as well, unless the format is named.
 * @throws OptionError for a field that there is not, and for a format that has no order or no fields to choose
 */
export async function layoutOf({ format, sort, fields }: LayoutFlags): Promise<Layout> {
  const chosen = format ?? (fields === undefined ? null : 'plain');
  if (sort !== undefined && chosen !== null && !sortable.includes(chosen)) {
    throw new OptionError(
      'sort',
      `What ${chosen} prints has an order of its own, so that --sort ${sort} has no meaning.`,
      `Leave --sort out, or choose one of these with -f: ${sortable.join(', ')}.`,
    );
  }
  if (fields !== undefined && chosen !== null && !withFields.includes(chosen)) {
    throw new OptionError(
      'fields',
      `The fields of ${chosen} cannot be chosen.`,
      `Leave --fields out, or choose one of these with -f: ${withFields.join(', ')}.`,
    );
  }
  return { format: chosen, sort: sort ?? null, fields: await fieldsIn(fields) };
}

async function fieldsIn(text: string | undefined): Promise<readonly FieldName[] | null> {
  if (text === undefined) return null;
  const { parseFields } = await import('../reporters/fields.js');
  return parseFields(text);
}
