import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { Arns } from './arns.ts';
import { Ids } from './ids.ts';

test('ids are found by their text and read by their slot, of whatever form, whatever comes and goes', () => {
  let state = 9;
  const random = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
  const idOf = (n: number) => {
    if (n % 50 === 0) return `i-${n}`;
    // Some differ in one digit alone, as no random ones do.
    const hex = n % 3 ? createHash('md5').update(`${n}`).digest('hex') : String(n).padStart(32, '0');
    const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join(
      '-',
    );
    return n % 51 === 0 ? id.toUpperCase() : id;
  };
  const ids = new Ids();
  const slots = new Map<string, number>();
  for (let step = 0; step < 40_000; step += 1) {
    const slot = random(9_000);
    // A slot is used again for another id.
    const id = idOf(slot * 4 + random(4));
    const known = [...Array(4).keys()].map((n) => idOf(slot * 4 + n)).find((one) => slots.has(one));
    if (known !== undefined) {
      ids.remove(slot);
      slots.delete(known);
    }
    if (random(5) === 0) continue;
    ids.set(slot, id);
    slots.set(id, slot);
  }
  expect(ids.size).toBe(slots.size);
  for (const [id, slot] of slots) {
    expect(ids.find(id)).toBe(slot);
    expect(ids.text(slot)).toBe(id);
  }
  for (const never of ['', 'i-1', idOf(1).replace('-', '_'), '00000000-0000-0000-0000-00000000000g'])
    expect(ids.find(never)).toBe(slots.get(never) ?? -1);
  ids.clear();
  expect(ids.find(idOf(2))).toBe(-1);
  expect(ids.size).toBe(0);
});

test('an ARN comes back as it was, whether it is made of what the row has or not', () => {
  const place = { accountId: '111122223333', region: 'eu-west-1' };
  const rows = [
    ['arn:aws:ec2:eu-west-1:111122223333:instance/i-0a1', 'i-0a1', 'web'],
    ['arn:aws:s3:::assets', 'assets', 'assets'],
    [
      'arn:aws:sqs:eu-west-1:111122223333:jobs',
      'https://sqs.eu-west-1.amazonaws.com/111122223333/jobs',
      'jobs',
    ],
    ['arn:aws:elbv2:eu-west-1:111122223333:lb/x/1', 'arn:aws:elbv2:eu-west-1:111122223333:lb/x/1', 'x'],
    ['arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf', 'db', 'db'],
    ['arn:aws:ec2:us-east-1:210987654321:subnet/s-1', 's-1', 's-1'],
    ['arn:aws:x:eu-west-1:111122223333::eu-west-1:111122223333:$&', '$&', '$1'],
    ['arn:\u0001\u0002\u0003', 'n', 'm'],
    ['arn:\u0002', '', ''],
    ['', '', ''],
    ['', 'n', 'm'],
  ] as const;
  const arns = new Arns();
  for (const [slot, [arn, nativeId, name]] of rows.entries())
    arns.set(slot, arn, { ...place, nativeId, name });
  for (const [slot, [arn, nativeId, name]] of rows.entries())
    expect(arns.text(slot, { ...place, nativeId, name })).toBe(arn);
  // More forms than are kept.
  for (let n = 0; n < 5_000; n += 1)
    arns.set(n, `arn:${n}:i-${n}`, { ...place, nativeId: `i-${n}`, name: 'x' });
  for (let n = 0; n < 5_000; n += 1)
    expect(arns.text(n, { ...place, nativeId: `i-${n}`, name: 'x' })).toBe(`arn:${n}:i-${n}`);
});
