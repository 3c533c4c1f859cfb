/** A worker thread that sweeps with the built package: `workerData` is `{targets, options}`; it posts the report. */
import { parentPort, workerData } from 'node:worker_threads';
import { sweep } from '../../dist/index.js';

parentPort.postMessage(await sweep(workerData.targets, workerData.options).report());
