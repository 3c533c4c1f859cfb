// Makes dist/serve/page.html, the status page of `serve`, of page/: one document that fetches nothing but data.
// The modules are linked by writing them one after the other, each after those that it imports, without their imports
// and exports. That asks for top-level names that are used once only; a second use is an error of syntax, found here.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import ts from 'typescript';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const root = here('..');

const compilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  removeComments: true,
  verbatimModuleSyntax: true,
};

/** A module's own text, and the files that it imports. */
function unlink(file) {
  const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), { compilerOptions, fileName: file });
  const parsed = ts.createSourceFile(file, outputText, compilerOptions.target, true);
  const imported = [];
  let text = '';
  for (const statement of parsed.statements) {
    if (ts.isImportDeclaration(statement)) {
      const names = statement.importClause?.namedBindings;
      const renames = names?.elements?.some(({ propertyName }) => propertyName) ?? true;
      const from = statement.moduleSpecifier.text;
      if (renames || !from.startsWith('.')) {
        throw new Error(
          `${relative(root, file)}: only names of files beside it can be imported, as they are`,
        );
      }
      imported.push(resolve(dirname(file), from.replace(/\.js$/, '.ts')));
    } else if (ts.isExportDeclaration(statement) || ts.isExportAssignment(statement)) {
      // `export {}` is all that is left of a module of types.
    } else {
      const exported = ts.getModifiers(statement)?.find(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
      text += `${outputText.slice(exported ? exported.end + 1 : statement.getStart(), statement.end)}\n`;
    }
  }
  return { text, imported };
}

/** The modules' text, those that are imported first. */
function link(file, seen = new Set()) {
  if (seen.has(file)) return '';
  seen.add(file);
  const { text, imported } = unlink(file);
  return imported.map((other) => link(other, seen)).join('') + text;
}

const script = `'use strict';\n${link(here('../page/main.ts'))}`;
new Script(script, { filename: 'dist/serve/page.html' });
const sheets = ['base', 'head', 'problems', 'events', 'segment', 'details'];
const style = sheets.map((name) => readFileSync(here(`../page/style/${name}.css`), 'utf8')).join('');
for (const [name, text] of Object.entries({ script, style })) {
  if (text.includes(`</${name}`)) throw new Error(`the ${name} of the page would end itself`);
}

// The replacement is a function, because `$&` in the script would be taken for what was found.
const page = readFileSync(here('../page/index.html'), 'utf8')
  .replace('/* style */', () => style)
  .replace('/* script */', () => script);
mkdirSync(here('../dist/serve'), { recursive: true });
writeFileSync(here('../dist/serve/page.html'), page);
