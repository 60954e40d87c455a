import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { summary, Torture } from './torture.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    engine: { type: 'string', default: 'sqlite' },
  },
});
const engine = values.engine === 'qdrant' ? 'qdrant' : 'sqlite';
const qdrantBinary = engine === 'qdrant' ? (process.env.CLOUDOPS_QDRANT_BIN ?? null) : null;
if (engine === 'qdrant' && qdrantBinary === null)
  throw new Error('Set CLOUDOPS_QDRANT_BIN to a Qdrant binary to kill with that engine.');
const again = `--kills ${values.kills} --seed ${values.seed} --engine ${engine}`;
const say = (text: string) => process.stdout.write(`${text}\n`);
say(`To run this again: npm run torture -- ${again}`);
const started = Date.now();
const outcome = await new Torture({
  kills: Number(values.kills),
  seed: Number(values.seed),
  engine,
  qdrantBinary,
  say,
}).run();
say(`\n${summary(outcome)}\n${Math.round((Date.now() - started) / 1_000)} s; ${again}`);
process.exit(outcome.problems.length === 0 ? 0 : 1);
