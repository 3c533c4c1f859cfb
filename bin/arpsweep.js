#!/usr/bin/env node
// The launcher: refuses a Node that cannot run arpsweep in a plain sentence, then leaves everything to the compiled
// command line. Written without top-level await, which old Nodes could not even parse.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const suits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24;

function giveUp(problem, remedy) {
  process.stderr.write(`arpsweep: ${problem}\n${remedy}\n`);
  process.exitCode = 3;
}

if (!suits) {
  giveUp(
    `Node ${process.versions.node} at ${process.execPath} cannot run arpsweep.`,
    'Run it with Node 20.19 or later in 20, 22.12 or later in 22, or 24 and later.',
  );
} else {
  // Stands if the process ends without a verdict: silence must not pass for success.
  process.exitCode = 3;
  const main = new URL('../dist/cli/main.js', import.meta.url);
  import(main.href)
    .then(({ main: run }) => run(process.argv.slice(2)))
    .then(
      (code) => {
        process.exitCode = code;
      },
      (error) => {
        if (error.code === 'ERR_MODULE_NOT_FOUND') {
          giveUp(
            `The compiled program is incomplete (${error.message}).`,
            'In a checkout, build it: npm install && npm run build. Otherwise install arpsweep again.',
          );
        } else {
          giveUp(error.message, 'This is a defect of arpsweep; ARPSWEEP_DEBUG=1 shows where it happened.');
          if (process.env.ARPSWEEP_DEBUG) process.stderr.write(`${error.stack}\n`);
        }
      },
    );
}
