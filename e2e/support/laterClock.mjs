// Loaded into the app by NODE_OPTIONS: at SIGUSR2 it is six minutes later, as on a machine that nobody has touched.
import { isMainThread } from 'node:worker_threads';

const SIX_MINUTES_MS = 6 * 60_000;
const now = performance.now.bind(performance);
let ahead = 0;
performance.now = () => now() + ahead;
const later = () => {
  ahead += SIX_MINUTES_MS;
};
if (isMainThread) process.on('SIGUSR2', later);
