import { randomInt } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { qdrantBinaryUnderTest } from '../../electron/storage/engines/contract/engines.ts';
import type { EngineName } from '../formats/workspace.ts';
import { summary, Torture } from './torture.ts';
import { Trace } from './trace.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(randomInt(2 ** 31)) },
    engine: { type: 'string', default: 'sqlite' },
    replay: { type: 'string' },
    takeover: { type: 'boolean', default: false },
  },
});
const replay = values.replay === undefined ? undefined : Trace.read(values.replay);
const { kills, seed, engine } = replay?.run ?? values;
if (!/^\d+$/.test(`${kills}`) || !/^\d+$/.test(`${seed}`) || (engine !== 'sqlite' && engine !== 'qdrant')) {
  process.stderr.write(
    'npm run torture -- [--kills N] [--seed S] [--engine sqlite|qdrant] [--takeover], or --replay FILE\n',
  );
  process.exit(2);
}
const qdrantBinary = engine === 'qdrant' ? qdrantBinaryUnderTest() : null;
if (engine === 'qdrant' && qdrantBinary === null) process.exit(1);
const again = `--kills ${kills} --seed ${seed} --engine ${engine}${values.takeover ? ' --takeover' : ''}`;
const say = (text: string) => process.stdout.write(`${text}\n`);
say(`To run this again: npm run torture -- ${again}`);
const started = Date.now();
if (values.takeover) await takeOver(engine);
const traceFile = join(tmpdir(), `cloudops-torture-${seed}-${process.pid}.trace`);
const run = { kills: Number(kills), seed: Number(seed), engine, qdrantBinary, say, traceFile } as const;
const options = replay ? { ...run, replay } : run;
const torture = new Torture(options);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => torture.stop());
const outcome = await torture.run();
const seconds = Math.round((Date.now() - started) / 1_000);
say(`\n${summary(outcome)}\n${seconds} s; ${again}`);
for (const problem of outcome.problems.slice(0, 50)) say(`LOST: ${problem}`);
if (outcome.problems.length === 0) rmSync(traceFile, { force: true });
else say(`To do the same again, in the same order: npm run torture -- --replay ${traceFile}`);
process.exit(outcome.problems.length === 0 ? 0 : 1);

/** Kills while folders of earlier versions are taken over; ends the process. */
async function takeOver(on: EngineName): Promise<never> {
  const { Fixtures } = await import('../formats/fixtures.ts');
  const { Takeovers } = await import('../formats/kills.ts');
  const options = { engine: on, kills: Number(kills), seed: Number(seed), qdrantBinary, say };
  const { kills: met, problems } = await new Takeovers(new Fixtures('0.1.0'), options).run();
  say(
    `\n${met} kills; ${problems.length} problems\n${Math.round((Date.now() - started) / 1_000)} s; ${again}`,
  );
  for (const problem of problems.slice(0, 50)) say(`LOST: ${problem}`);
  process.exit(problems.length === 0 ? 0 : 1);
}
