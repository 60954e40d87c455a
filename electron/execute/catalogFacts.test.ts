import { expect, test } from 'vitest';
import { CATALOG } from './catalog.ts';
import { constraintCheck } from './checks.ts';
import { FakeAws } from './testing/fakeAws.ts';
import { ec2Resource, rdsResource } from './testing/harness.ts';

const AT = new Date('2026-11-21T09:30:59.000Z');
const PLACE = { region: 'us-west-2', profile: 'prod' };

test('an undo is one command and nothing else: what must be known beside it stands beside it', () => {
  for (const spec of CATALOG.actionsFor('rds_instance').concat(CATALOG.actionsFor('ec2_instance'))) {
    const resource = spec.resourceType === 'rds_instance' ? rdsResource() : ec2Resource();
    const undo = spec.undo(resource, spec.parameters(resource, AT), PLACE);
    if (undo !== null) expect(undo).toMatch(/^aws [a-z0-9-]+ [a-z-]+( --[a-z-]+ [A-Za-z0-9_/:=.,@-]+)+$/);
    if (spec.undoneBy) expect(CATALOG.actionFor(spec.undoneBy, spec.resourceType).id).toBe(spec.undoneBy);
  }
});

test.each([
  ['aws:autoscaling:groupName', 'web', 'Auto Scaling group web'],
  ['aws:ec2:fleet-id', 'fleet-1', 'EC2 Fleet fleet-1'],
  ['aws:cloudformation:stack-name', 'net', 'CloudFormation stack net'],
  ['kubernetes.io/cluster/blue', 'owned', 'Kubernetes cluster blue'],
  ['eks:cluster-name', 'blue', 'EKS cluster blue'],
  ['eks:nodegroup-name', 'spot', 'EKS node group spot'],
  ['karpenter.sh/nodepool', 'default', 'Karpenter node pool default'],
  ['elasticbeanstalk:environment-name', 'shop', 'Elastic Beanstalk environment shop'],
  ['elasticbeanstalk:environment-id', 'e-1', 'Elastic Beanstalk environment'],
  ['aws:elasticmapreduce:job-flow-id', 'j-1', 'EMR cluster j-1'],
  ['AmazonECSManaged', 'true', 'ECS capacity provider'],
  ['AWSBatchServiceTag', 'batch', 'AWS Batch batch'],
  ['opsworks:stack', 'old', 'OpsWorks old'],
  ['ManagedBy', 'Terraform', 'Managed by Terraform'],
  ['managed-by', 'pulumi', 'Managed by pulumi'],
  ['terraform', 'true', 'Terraform'],
])('the tag %s=%s names a manager', (tag, value, name) => {
  for (const spec of CATALOG.actionsFor('ec2_instance'))
    expect(spec.affects(ec2Resource({ tags: { [tag]: value } }), [])[0]?.name).toBe(name);
});

test('a tag that says nobody does names no manager', () => {
  const spec = CATALOG.actionFor('ec2.stop', 'ec2_instance');
  for (const tags of [{ ManagedBy: 'manual' }, { terraform: 'false' }, { team: 'eks' }])
    expect(spec.affects(ec2Resource({ tags }), [])).toEqual([]);
});

const spot = (raw: object, patch: object = {}) =>
  ec2Resource({
    facts: { InstanceLifecycle: 'spot', RootDeviceType: 'ebs' },
    constraints: {},
    raw: { SpotInstanceRequestId: 'sir-1', ...raw },
    ...patch,
  });

test.each([
  ['persistent', '<type>persistent</type>', 'pass', /persistent/],
  ['one-time', '<type>one-time</type>', 'fail', /one-time/],
  ['of a launch group', '<type>persistent</type><launchGroup>g</launchGroup>', 'fail', /launch group/],
  ['not told', '', 'unknown', /only when its request is persistent/],
] as const)('a spot instance whose request is %s', async (_what, inner, status, words) => {
  const aws = new FakeAws();
  const body = `<spotInstanceRequestSet><item><spotInstanceRequestId>sir-1</spotInstanceRequestId>${inner}</item></spotInstanceRequestSet>`;
  aws.answers.set('DescribeSpotInstanceRequests', { kind: 'ok', body });
  aws.answers.set('DescribeInstanceAttribute', {
    kind: 'ok',
    body: '<disableApiStop><value>false</value></disableApiStop>',
  });
  const spec = CATALOG.actionFor('ec2.stop', 'ec2_instance');
  const scope = { profile: 'prod', region: 'us-west-2', purpose: 'execute' as const };
  const check = await constraintCheck(spec, aws, scope, spot({}));
  expect(check).toMatchObject({ status, text: expect.stringMatching(words) });
  expect(check.text).not.toContain('instance store');
});

test('a spot instance of a fleet cannot be stopped, and ending one says what its request does', async () => {
  const fleet = spot({}, { tags: { 'aws:ec2:fleet-id': 'fleet-1' } });
  const spec = CATALOG.actionFor('ec2.stop', 'ec2_instance');
  const scope = { profile: 'prod', region: 'us-west-2', purpose: 'execute' as const };
  expect(await constraintCheck(spec, new FakeAws(), scope, fleet)).toMatchObject({
    status: 'fail',
    text: expect.stringContaining('fleet-1'),
  });
  const names = CATALOG.actionFor('ec2.terminate', 'ec2_instance').affects(spot({}), []);
  expect(names).toMatchObject([
    { name: 'Spot request sir-1', text: expect.stringContaining('another instance') },
  ]);
});

test.each([
  ['docdb', 'DocumentDB'],
  ['neptune', 'Neptune'],
])('%s is called %s, and its instances are not started, stopped or snapshotted', (Engine, product) => {
  const member = rdsResource({ facts: { Engine }, raw: { DBClusterIdentifier: 'c-1' } });
  for (const spec of CATALOG.actionsFor('rds_instance')) {
    const verdict = spec.constraint(member);
    expect(spec.title(member)).toContain(`${product} instance`);
    expect(spec.kindOf?.(member)).toBe(`${product} instance`);
    expect(JSON.stringify([verdict, spec.title(member), spec.affects(member, [])])).not.toMatch(/\bRDS\b/);
    if (['rds.reboot', 'rds.delete'].includes(spec.id)) expect(verdict.status).not.toBe('fail');
    else expect(verdict).toMatchObject({ status: 'fail', text: expect.stringContaining('c-1') });
  }
});

test('replicas and sources of other regions are named, whether or not the estate has them', () => {
  const arn = (region: string, name: string) => `arn:aws:rds:${region}:111122223333:db:${name}`;
  const source = rdsResource({
    raw: { ReadReplicaDBInstanceIdentifiers: ['pg-near', arn('eu-west-1', 'pg-far')] },
  });
  const spec = CATALOG.actionFor('rds.delete', 'rds_instance');
  const told = spec.affects(source, []).filter(({ name }) => name.startsWith('pg-'));
  expect(told).toMatchObject([
    { name: 'pg-near', text: expect.stringContaining('stand-alone') },
    { name: 'pg-far in eu-west-1', text: expect.stringContaining('replication ends') },
  ]);
  const replica = rdsResource({ raw: { ReadReplicaSourceDBInstanceIdentifier: arn('eu-west-1', 'pg-0') } });
  expect(spec.affects(replica, []).map(({ name }) => name)).toContain('pg-0 in eu-west-1');
});

test.each(['rds.stop', 'rds.reboot', 'rds.delete'])('%s says what it does to connections', (id) => {
  const { affects } = CATALOG.actionFor(id, 'rds_instance');
  expect(affects(rdsResource(), [])).toContainEqual(expect.objectContaining({ name: 'Connections' }));
});
