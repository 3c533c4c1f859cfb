// Makes what is derived from other sources and therefore not in git: the report's types from its JSON Schema and
// the vendor table from the IEEE registries that oui-data carries.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compileFromFile } from 'json-schema-to-typescript';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

// What is left of a module that moved would go into the package.
rmSync(here('../dist'), { recursive: true, force: true });

mkdirSync(here('../src/generated'), { recursive: true });
const types = await compileFromFile(here('../schema/report-v1.schema.json'), {
  bannerComment: '/* Generated from schema/report-v1.schema.json; edit that instead. */',
  format: false,
});
writeFileSync(here('../src/generated/report-types.ts'), types);
await import('./build-vendors.mjs');
