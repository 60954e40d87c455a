import { expect, test } from 'vitest';
import { cliCommand, kebab, shellWord } from './catalog/cli.ts';
import { isTypeable, safeValue } from './catalog/words.ts';
import { ACTIONS, CATALOG } from './catalog.ts';
import { ec2Resource, rdsResource, runAction, World } from './testing/harness.ts';

const AT = new Date('2026-11-21T09:30:59.000Z');
const HERE = { accountId: '123456789012', region: 'us-west-2' };
const PLACE = { region: 'us-west-2', profile: 'prod' };
const sampleOf = (id: string) => (id.startsWith('ec2') ? ec2Resource() : rdsResource());

const CLI: Record<string, string> = {
  'ec2.start': 'aws ec2 start-instances --instance-ids i-0123456789abcdef0',
  'ec2.stop': 'aws ec2 stop-instances --instance-ids i-0123456789abcdef0',
  'ec2.reboot': 'aws ec2 reboot-instances --instance-ids i-0123456789abcdef0',
  'ec2.terminate': 'aws ec2 terminate-instances --instance-ids i-0123456789abcdef0',
  'rds.start': 'aws rds start-db-instance --db-instance-identifier pg-main1',
  'rds.stop': 'aws rds stop-db-instance --db-instance-identifier pg-main1',
  'rds.reboot': 'aws rds reboot-db-instance --db-instance-identifier pg-main1',
  'rds.delete':
    'aws rds delete-db-instance --db-instance-identifier pg-main1 --no-skip-final-snapshot --final-db-snapshot-identifier pg-main1-final-202611210930 --no-delete-automated-backups',
  'rds.snapshot':
    'aws rds create-db-snapshot --db-instance-identifier pg-main1 --db-snapshot-identifier pg-main1-snapshot-20261121093059',
};

test.each(ACTIONS.map((spec) => [spec.id, spec] as const))(
  '%s shows the AWS CLI command of exactly its call',
  (id, spec) => {
    const parameters = spec.parameters(sampleOf(id), AT);
    const cli = cliCommand(spec.service, spec.operation, parameters, PLACE);
    expect(cli).toBe(`${CLI[id]} --region us-west-2 --profile prod`);
  },
);

test('every action has its own id and its own call, so that a recorded plan leads back to one action', () => {
  expect(new Set(ACTIONS.map((spec) => spec.id)).size).toBe(ACTIONS.length);
  const calls = ACTIONS.map((spec) => `${spec.resourceType} ${spec.operation}`);
  expect(new Set(calls).size).toBe(ACTIONS.length);
});

test.each(ACTIONS.map((spec) => [spec.id, spec] as const))(
  '%s does not start from a state it ends in or passes through',
  (_id, spec) => {
    if (spec.watch.evidence !== 'state' || spec.watch.observe) return;
    for (const state of spec.from) {
      expect(spec.watch.before).toContain(state);
      expect([...spec.watch.end, ...spec.watch.passing]).not.toContain(state);
    }
  },
);

test.each(['start', 'stop', 'reboot', 'terminate'].map((verb) => `ec2.${verb}`))(
  '%s sends exactly one instance id in the action it names',
  async (id) => {
    const world = new World(ec2Resource({ state: id === 'ec2.start' ? 'stopped' : 'running' }));
    const spec = CATALOG.actionFor(id, 'ec2_instance');
    world.after(spec.operation, [...spec.watch.passing, ...spec.watch.end.slice(0, 1)]);
    await runAction(world, id);
    const [call, ...others] = world.aws.mutations();
    expect(others).toEqual([]);
    expect(call?.action).toBe(spec.operation);
    expect(call?.parameters.get('InstanceId.1')).toBe('i-0123456789abcdef0');
    expect(call?.parameters.get('InstanceId.2')).toBeNull();
    expect(call?.parameters.get('DryRun')).toBeNull();
    expect(call).toMatchObject({ region: 'us-west-2', profile: 'prod' });
  },
);

test('a read replica is deleted without the final snapshot that AWS would refuse, and the plan says so', () => {
  const replica = rdsResource({
    relations: [{ kind: 'replica_of', ...HERE, resourceType: 'rds_instance', nativeId: 'pg-main1' }],
  });
  const spec = CATALOG.actionFor('rds.delete', 'rds_instance');
  const parameters = spec.parameters(replica, AT);
  expect(parameters).toEqual({ DBInstanceIdentifier: 'pg-main1', SkipFinalSnapshot: true });
  expect(spec.undo(replica, parameters, PLACE)).toBeNull();
  expect(spec.affects(replica, []).map((a) => a.text)).toContain(
    'AWS takes no final snapshot of a read replica',
  );
});

test('undo of a delete names the very snapshot the call takes', () => {
  const spec = CATALOG.actionFor('rds.delete', 'rds_instance');
  const parameters = spec.parameters(rdsResource(), AT);
  expect(spec.undo(rdsResource(), parameters, PLACE)).toContain(
    `--db-snapshot-identifier ${parameters.FinalDBSnapshotIdentifier}`,
  );
});

test('termination names each volume with its own fate', () => {
  const resource = ec2Resource({
    raw: {
      BlockDeviceMappings: [
        { Ebs: { VolumeId: 'vol-root', DeleteOnTermination: true } },
        { Ebs: { VolumeId: 'vol-data', DeleteOnTermination: false } },
      ],
    },
  });
  const related = ['vol-data', 'vol-new'].map((nativeId) => ({
    kind: 'attached_to',
    ...HERE,
    resourceType: 'ec2_volume',
    nativeId,
    id: `id-${nativeId}`,
    name: nativeId,
    direction: 'in' as const,
  }));
  expect(CATALOG.actionFor('ec2.terminate', 'ec2_instance').affects(resource, related)).toEqual([
    { resourceId: null, name: 'vol-root', text: 'this volume is deleted with the instance' },
    { resourceId: 'id-vol-data', name: 'vol-data', text: 'this volume is kept, detached' },
    {
      resourceId: 'id-vol-new',
      name: 'vol-new',
      text: 'not known whether this volume is deleted with the instance',
    },
  ]);
});

test('a member of a cluster is not stopped or snapshotted by itself', () => {
  const member = rdsResource({ raw: { DBClusterIdentifier: 'aurora-1' } });
  for (const id of ['rds.start', 'rds.stop', 'rds.snapshot'])
    expect(CATALOG.actionFor(id, 'rds_instance').constraint(member)).toMatchObject({ status: 'fail' });
  expect(CATALOG.actionFor('rds.reboot', 'rds_instance').constraint(member).status).not.toBe('fail');
});

test('an unknown fact is never shown as a pass', () => {
  const bare = { constraints: {} };
  expect(CATALOG.actionFor('rds.stop', 'rds_instance').constraint(rdsResource(bare)).status).toBe('unknown');
  expect(CATALOG.actionFor('rds.delete', 'rds_instance').constraint(rdsResource(bare)).status).toBe(
    'unknown',
  );
  expect(CATALOG.actionFor('ec2.stop', 'ec2_instance').constraint(ec2Resource(bare)).status).toBe('unknown');
});

test('an action of another type, or none at all, is refused', () => {
  expect(() => CATALOG.actionFor('rds.stop', 'ec2_instance')).toThrow(
    expect.objectContaining({ code: 'INVALID_STATE' }),
  );
  expect(() => CATALOG.actionFor('__proto__', 'ec2_instance')).toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT' }),
  );
});

test('identifiers that would read as a flag or hide characters never enter a call', () => {
  for (const bad of ['--endpoint-url', '-x', '', 'a\nb', 'a\u0000', 'a\u202eb', 'a\u200bb']) {
    expect(() => safeValue(bad)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    for (const spec of ACTIONS)
      expect(() => spec.parameters({ ...sampleOf(spec.id), nativeId: bad }, AT)).toThrow();
  }
});

test('a shell takes the copied command as one word per value', () => {
  expect(shellWord('pg-main1')).toBe('pg-main1');
  expect(shellWord("a'; rm -rf ~ #")).toBe(`'a'\\''; rm -rf ~ #'`);
  expect(shellWord('$(id)')).toBe(`'$(id)'`);
});

test('operation and parameter names turn into the names the AWS CLI has', () => {
  expect(kebab('DBInstanceIdentifier')).toBe('db-instance-identifier');
  expect(kebab('RestoreDBInstanceFromDBSnapshot')).toBe('restore-db-instance-from-db-snapshot');
  expect(kebab('InstanceIds')).toBe('instance-ids');
});

test('only names a person can type and see are asked to be typed', () => {
  expect(isTypeable('pg main-1')).toBe(true);
  expect(isTypeable('K\u00f6ln-1')).toBe(true);
  const spaces = ['', ' a', 'a ', 'a  b', 'a\u00a0b', 'a\tb'];
  // Letters and symbols by their class, yet nothing is to be seen of them.
  const unseen = ['a\u202eb', 'a\u200bb', 'a\u3164', 'a\u115fb', 'a\uffa0', 'a\u034fb', 'a\ufe0f', 'a\u2800'];
  // An o and its dots apart: a keyboard gives one letter.
  const apart = ['Ko\u0308ln-1', '\u212a-1'];
  for (const bad of [...spaces, ...unseen, ...apart]) expect(isTypeable(bad), bad).toBe(false);
});

test('a plan of a call that no action makes leads to none', () => {
  const plan = { call: { service: 'rds', operation: 'ModifyDBInstance' }, target: rdsResource() };
  expect(CATALOG.actionOf(plan as unknown as Parameters<typeof CATALOG.actionOf>[0])).toBeNull();
});
