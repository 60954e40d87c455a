import { RDSClient, StopDBInstanceCommand } from '@aws-sdk/client-rds';
import { CreateBucketCommand, DeleteBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { BACKUP_PARTS } from '../../../../preload/contract/models.ts';
import type { FaultProxy } from '../../../support/faultProxy.ts';
import { ABROAD, calm, type FixtureEstate, HOME, PAYMENTS, TOOLING, TROUBLED, VISITOR } from './estate.ts';
import type { Install } from './install.ts';

/** An exported backup, and what opens it. */
export interface Exported {
  file: string;
  recoveryKey: string;
}

/** The first days: keys, three accounts, cells in all ways they end in, conversations, settings, backups. */
export async function begin(install: Install, estate: FixtureEstate): Promise<void> {
  const { proxy } = estate;
  await install.start();
  const { client } = install;
  await install.makeKeys();
  await client.ask('accounts.connect', { profiles: ['payments', 'tooling', 'visitor'] });
  await client.ask('accounts.update', {
    accountId: PAYMENTS,
    patch: { name: 'Payments', production: true, color: 'red' },
  });
  await client.ask('accounts.update', { accountId: TOOLING, patch: { name: 'Tooling', color: 'teal' } });
  await install.scan({ regions: [HOME] });
  await install.scan({ regions: [ABROAD], accountIds: [PAYMENTS], services: ['ec2', 'rds'] });
  await client.ask('settings.set', {
    patch: {
      theme: 'dark',
      density: 'comfortable',
      defaultRegion: ABROAD,
      scope: { accountIds: [PAYMENTS, TOOLING], regions: [] },
      idleLockMinutes: 0,
    },
  });
  await client.ask('backup.configure', { patch: { auto: false, localRetentionDays: 365 } });
  await troubledCells(install, proxy);
  await conversations(install);
}

async function troubledCells(install: Install, proxy: FaultProxy): Promise<void> {
  const region = TROUBLED;
  proxy.add({ kind: 'throttle', service: 'sqs', region });
  proxy.add({ kind: 'deny', service: 'ec2', operation: 'DescribeVolumes', region });
  proxy.add({ kind: 'denyByScp', service: 'lambda', region });
  proxy.add({ kind: 'deny', service: 'dynamodb', region });
  proxy.add({ kind: 'expired', service: 'rds', region });
  proxy.add({ kind: 'foreign', service: 'elasticloadbalancing', region });
  await install.scan({ regions: [region], accountIds: [PAYMENTS] });
  calm(proxy);
  proxy.add({ kind: 'cutBefore', region });
  await install.scan({ regions: [region], accountIds: [TOOLING], services: ['ec2', 'sqs'] });
  calm(proxy);
  proxy.add({ kind: 'slow', region, ms: 600_000 });
  const { runId } = await install.client.ask('scan.start', {
    regions: [region],
    accountIds: [TOOLING],
    services: ['rds'],
  });
  await install.client.ask('scan.cancel', { runId });
  await install.client.scanDone(runId);
  calm(proxy);
}

async function conversations(install: Install): Promise<void> {
  const { client } = install;
  const facts = await install.talk('describe web-2', 'which databases are in us-west-2', 'what about web-1');
  await client.ask('chat.update', {
    conversationId: facts,
    patch: { title: 'Front end, autumn', pinned: true },
  });
  const labelled = await install.talk('show all lambda functions', 'describe no-such-thing-at-all');
  await client.ask('chat.update', {
    conversationId: labelled,
    patch: { labels: ['costs', 'Zoë 😀'], archived: true },
  });
  await install.talk('how many instances are running', 'ship it to the moon');
  await client.ask('chat.create', {});
  const gone = await install.talk('describe quarterly-ledgers');
  await client.ask('chat.delete', { conversationId: gone });
}

/** A change for every way in which one can end, and plans for which there is none. */
export async function changes(install: Install, estate: FixtureEstate): Promise<void> {
  const { client } = install;
  const { proxy } = estate;
  await client.ask('profiles.unlock', { profile: 'payments', minutes: 480 });
  const chat = await install.talk('describe pg-verified');
  await install.reached(await install.approve(await install.ask(chat, 'stop pg-verified')), 'succeeded');
  await install.reached(
    await install.approve(await install.propose('pg-rebooted', 'rds.reboot')),
    'succeeded',
  );
  await install.reached(
    await install.approve(await install.propose('batch-terminated', 'ec2.terminate')),
    'succeeded',
  );
  await install.reached(
    await install.approve(await install.propose('pg-deleted', 'rds.delete')),
    'succeeded',
  );
  await install.reached(
    await install.approve(await install.propose('pg-failed', 'rds.snapshot')),
    'succeeded',
  );

  proxy.add({ kind: 'deny', operation: 'StopDBInstance' });
  await install.reached(await install.approve(await install.propose('pg-failed', 'rds.stop')), 'failed');
  calm(proxy);

  const late = await install.propose('pg-refused', 'rds.stop');
  const direct = new RDSClient({ endpoint: estate.moto.url, region: HOME, credentials: estate.key });
  await direct.send(new StopDBInstanceCommand({ DBInstanceIdentifier: 'pg-refused' }));
  await install.reached(await install.approve(late), 'refused');

  proxy.holdTransitions(1_000_000);
  const waiting = await install.approve(await install.propose('batch-left', 'ec2.stop'));
  await install.seen(waiting, 'stopping');
  await client.ask('executions.stopWaiting', { executionId: waiting });
  calm(proxy);

  proxy.add({ kind: 'cutBefore', operation: 'StopDBInstance' });
  await install.reached(await install.approve(await install.propose('pg-unknown', 'rds.stop')), 'unknown');
  calm(proxy);

  const { plan } = await install.propose('pg-rejected', 'rds.delete');
  await client.ask('plans.reject', { planId: plan.planId });
  await client.ask('profiles.lock', { profile: 'payments' });
  await install.ask(chat, 'stop pg-proposed');
  await install.propose('pg-proposed', 'rds.snapshot');
}

/** Another install that took the first one's backup in, and went on by itself. */
export async function liveElsewhere(install: Install, from: Exported): Promise<void> {
  await install.start();
  const { client } = install;
  await install.makeKeys();
  await client.ask('accounts.connect', { profiles: ['payments', 'tooling'] });
  await client.ask('backup.configure', { patch: { auto: false } });
  await install.scan({ regions: [HOME] });
  const own = await install.talk('describe ci-runner');
  await client.ask('chat.update', {
    conversationId: own,
    patch: { title: 'Only elsewhere', labels: ['merged'] },
  });
  await take(install, from, 'merge');
  const { conversations } = await client.ask('chat.conversations', {});
  const shared = conversations.find(({ title }) => title === 'Front end, autumn');
  const dropped = conversations.find(({ title }) => title.startsWith('how many instances'));
  await install.say(shared?.conversationId ?? '', 'describe batch-stopped');
  await client.ask('chat.delete', { conversationId: dropped?.conversationId ?? '' });
  await client.ask('profiles.unlock', { profile: 'payments', minutes: 480 });
  await install.reached(
    await install.approve(await install.propose('batch-stopped', 'ec2.stop')),
    'succeeded',
  );
}

/** The later days: removals, other keys, and what the other install has. */
export async function goOn(install: Install, estate: FixtureEstate, other: Exported): Promise<void> {
  const { client } = install;
  await install.job('accounts.forget', { accountId: VISITOR, typed: VISITOR });
  const s3 = new S3Client({
    endpoint: estate.moto.url,
    region: 'us-east-1',
    credentials: estate.key,
    forcePathStyle: true,
  });
  await s3.send(new DeleteBucketCommand({ Bucket: 'short-lived' }));
  await client.ask('key.rotate', { reencryptNow: false });
  await install.scan({ regions: [HOME], services: ['s3', 'ec2', 'rds'] });
  await install.job('key.rebuildIndexKey', {});
  await install.talk('describe web-2');
  await take(install, other, 'merge');
  await s3.send(new CreateBucketCommand({ Bucket: 'untagged-things' }));
  await unanswered(install, estate.proxy);
  const { conversations } = await client.ask('chat.conversations', {});
  const unneeded = conversations.find(({ messageCount }) => messageCount === 0);
  await client.ask('chat.delete', { conversationId: unneeded?.conversationId ?? '' });
}

/** What AWS does not say: of some things it was known before, of others never. */
async function unanswered(install: Install, proxy: FaultProxy): Promise<void> {
  for (const operation of ['ListTagsOfResource', 'DescribeTargetHealth', 'ListQueueTags'])
    proxy.add({ kind: 'deny', operation });
  proxy.add({
    kind: 'deny',
    service: 's3',
    when: ({ path }) => path.includes('untagged') && path.includes('tagging'),
  });
  const services = ['s3', 'sqs', 'dynamodb', 'elbv2'];
  await install.scan({ regions: [HOME], accountIds: [PAYMENTS], services });
  calm(proxy);
}

/** Three changes that the app is killed over: before the call, while it leaves, and while AWS carries it out. */
export async function leaveOpen(install: Install, { proxy }: FixtureEstate): Promise<void> {
  await install.client.ask('profiles.unlock', { profile: 'payments', minutes: 480 });
  const [checking, sending, waiting] = [
    await install.propose('pg-open-checking', 'rds.stop'),
    await install.propose('pg-open-sending', 'rds.stop'),
    await install.propose('pg-open-waiting', 'rds.stop'),
  ] as const;
  const about = (name: string) => (call: { parameters: URLSearchParams }) =>
    call.parameters.get('DBInstanceIdentifier') === name;
  const never = { kind: 'slow', service: 'rds', ms: 600_000 } as const;
  proxy.add({ ...never, operation: 'DescribeDBInstances', when: about('pg-open-checking') });
  proxy.add({ ...never, operation: 'StopDBInstance', when: about('pg-open-sending') });
  proxy.holdTransitions(1_000_000);
  await install.approve(checking);
  await install.reached(await install.approve(sending), 'sending');
  await install.seen(await install.approve(waiting), 'stopping');
}

export async function take(
  install: Install,
  { file, recoveryKey }: Exported,
  mode: 'merge' | 'replace',
): Promise<void> {
  const source = { kind: 'file', path: file } as const;
  const { installs } = await install.client.ask('restore.discover', { source });
  const found = installs[0]?.backups[0];
  if (found === undefined) throw new Error(`${file} holds no backup`);
  const { installId, backupId, parts } = found;
  const secret = { kind: 'recovery', text: recoveryKey } as const;
  await install.job('restore.run', { source, installId, backupId, secret, mode, parts });
}

/** A workspace that config.json says is kept in clear. */
export async function liveInClear(install: Install): Promise<void> {
  await install.configure({ encryption: { enabled: false } });
  await install.start();
  const { client } = install;
  await client.ask('accounts.connect', { profiles: ['tooling'] });
  await client.ask('backup.configure', { patch: { auto: false } });
  await install.scan({ regions: [HOME], services: ['ec2'] });
  await install.talk('describe ci-runner');
}

/** A backup of each part alone. */
export async function backUp(install: Install): Promise<string[]> {
  const ids: string[] = [];
  for (const part of BACKUP_PARTS) {
    const { backupId } = await install.job('backup.create', { parts: [part] });
    ids.push(backupId ?? '');
  }
  return ids;
}
