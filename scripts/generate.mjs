// Makes what is derived from other sources and therefore not in git: the reports' types from their JSON Schemas and
// the vendor table from the IEEE registries that oui-data carries.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compileFromFile } from 'json-schema-to-typescript';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

// What is left of a module that moved would go into the package.
rmSync(here('../dist'), { recursive: true, force: true });

mkdirSync(here('../src/generated'), { recursive: true });
for (const name of ['report', 'listen', 'watch-event', 'watch-state']) {
  const schema = `schema/${name}-v1.schema.json`;
  const types = await compileFromFile(here(`../${schema}`), {
    bannerComment: `/* Generated from ${schema}; edit that instead. */`,
    cwd: here('../schema'),
    format: false,
  });
  writeFileSync(here(`../src/generated/${name}-types.ts`), types);
}
await import('./build-vendors.mjs');
