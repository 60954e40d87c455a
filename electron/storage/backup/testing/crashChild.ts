import { quietWork, type Work } from '../../work.ts';
import type { Which } from '../proveBackup.ts';
import { Machine, REQUEST, recoverySecret, wholeRestore } from './machine.ts';

/**
 * Runs one piece of work on a workspace and dies by SIGKILL at its n-th step. Exits with 0 when the work ended
 * before that.
 */
interface Order {
  folder: string;
  masterKey: string;
  qdrantBinary: string | null;
  what: 'backup' | 'replace' | 'merge' | 'takeover' | 'open';
  source: string;
  which: Which;
  recovery: string;
  killAt: number;
}
const order = JSON.parse(process.argv[2] ?? '{}') as Order;
const machine = new Machine({ ...order, masterKey: Buffer.from(order.masterKey, 'base64') });

let reports = 0;
const count = () => {
  reports += 1;
  if (reports === order.killAt) process.kill(process.pid, 'SIGKILL');
};
const work: Work = { ...quietWork(), step: count, ...(order.what === 'open' && { progress: count }) };

await machine.open(machine.masterKey, order.what === 'open' ? work : undefined);
const { backup } = machine.service;
if (order.what === 'backup') await backup.create(REQUEST, work);
else {
  const source = { kind: 'folder', path: order.source } as const;
  const request = {
    replace: wholeRestore(),
    merge: { ...wholeRestore(), mode: 'merge' as const, secret: recoverySecret(order.recovery) },
    takeover: {
      ...wholeRestore(),
      secret: recoverySecret(order.recovery),
      takeover: { masterKey: 'backup' as const, slot: null },
    },
  };
  if (order.what !== 'open') await backup.restore(source, order.which, request[order.what], work);
}
await machine.service.shutdown();
