import { describe, expect, it } from 'vitest';
import { WriteGate } from './WriteGate.ts';

/** So many turns that whatever can go on has gone on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

describe('WriteGate', () => {
  it('lets one closer in at a time, however many wait for the same opening', async () => {
    const gate = new WriteGate();
    const open = await gate.close('a');
    let inside = 0;
    let most = 0;
    const closers = Array.from({ length: 8 }, () =>
      gate.whileClosed('a', async () => {
        inside += 1;
        most = Math.max(most, inside);
        await settled();
        inside -= 1;
      }),
    );
    await settled();
    open();
    await Promise.all(closers);
    expect(most).toBe(1);
  });

  it('never runs a write beside a closer, whoever waited first', async () => {
    for (const order of ['write first', 'closer first']) {
      const gate = new WriteGate();
      const open = await gate.close('a');
      let closed = false;
      const beside: boolean[] = [];
      const write = () => gate.write('a', async () => void beside.push(closed));
      const close = () =>
        gate.whileClosed('a', async () => {
          closed = true;
          await settled();
          closed = false;
        });
      const waiting = order === 'write first' ? [write(), close(), write()] : [close(), write(), close()];
      open();
      await Promise.all(waiting);
      expect(beside).not.toContain(true);
    }
  });

  it('stays closed for the next one when the one before opens twice', async () => {
    const gate = new WriteGate();
    const first = await gate.close('a');
    first();
    const second = await gate.close('a');
    first();
    let written = false;
    const write = gate.write('a', async () => {
      written = true;
    });
    await settled();
    expect(written).toBe(false);
    second();
    await write;
  });
});
