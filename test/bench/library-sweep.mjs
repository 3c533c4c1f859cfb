// Sweeps with the library, as a program of a user would, and prints the report.
// Usage: library-sweep.mjs TARGET OPTIONS-AS-JSON
import { sweep } from '../../dist/index.js';

const [target, options] = process.argv.slice(2);
const report = await sweep(target, JSON.parse(options)).report();
process.stdout.write(JSON.stringify(report));
