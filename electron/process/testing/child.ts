import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A child for the tests: what it does is its second argument, and what it did is in its folder. */
const [, , folder = '', mode = 'serve'] = process.argv;
appendFileSync(join(folder, 'starts'), `${process.pid}\n`);
writeFileSync(join(folder, 'environment'), JSON.stringify(process.env));
const starts = readFileSync(join(folder, 'starts'), 'utf8').trim().split('\n').length;

const serve = () => {
  writeFileSync(join(folder, `ready-${process.pid}`), '');
  setInterval(() => undefined, 60_000);
};

if (mode === 'die' || (mode === 'die-first' && starts === 1)) {
  process.stderr.write('boom: the cellar is flooded\n');
  process.exitCode = 3;
} else if (mode === 'mute') {
  setInterval(() => undefined, 60_000);
} else {
  if (mode === 'stubborn') process.on('SIGTERM', () => undefined);
  serve();
}
