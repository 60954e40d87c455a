import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { qdrantBinaryUnderTest } from '../../electron/storage/engines/contract/engines.ts';
import { summary, Torture } from './torture.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    engine: { type: 'string', default: 'sqlite' },
  },
});
const { kills, seed, engine } = values;
if (!/^\d+$/.test(kills) || !/^\d+$/.test(seed) || (engine !== 'sqlite' && engine !== 'qdrant')) {
  process.stderr.write('npm run torture -- [--kills N] [--seed S] [--engine sqlite|qdrant]\n');
  process.exit(2);
}
const qdrantBinary = engine === 'qdrant' ? qdrantBinaryUnderTest() : null;
if (engine === 'qdrant' && qdrantBinary === null) process.exit(1);
const again = `--kills ${kills} --seed ${seed} --engine ${engine}`;
const say = (text: string) => process.stdout.write(`${text}\n`);
say(`To run this again: npm run torture -- ${again}`);
const started = Date.now();
const options = { kills: Number(kills), seed: Number(seed), engine, qdrantBinary, say } as const;
const torture = new Torture(options);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => torture.stop());
const outcome = await torture.run();
const seconds = Math.round((Date.now() - started) / 1_000);
say(`\n${summary(outcome)}\n${seconds} s; ${again}`);
for (const problem of outcome.problems.slice(0, 50)) say(`LOST: ${problem}`);
process.exit(outcome.problems.length === 0 ? 0 : 1);
