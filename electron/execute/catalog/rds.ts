import {
  CreateDBSnapshotCommand,
  DeleteDBInstanceCommand,
  DescribeDBSnapshotsCommand,
  RDSClient,
  RebootDBInstanceCommand,
  StartDBInstanceCommand,
  StopDBInstanceCommand,
} from '@aws-sdk/client-rds';
import { z } from 'zod';
import type { Resource } from '../../../preload/contract/models.ts';
import { awsErrorName } from '../../aws/errors.ts';
import { cleanText } from '../../aws/text.ts';
import { cliCommand } from './cli.ts';
import { managers } from './managed.ts';
import { isClusterMember, isReplica, productOf, rdsConstraint, replicaSource, replicas } from './rdsFacts.ts';
import { sender } from './sendOnce.ts';
import { type ActionSpec, type Affected, GONE, type Watch } from './spec.ts';
import { safeValue } from './words.ts';

const MAX_WAIT_MS = 30 * 60_000;
const Id = z.string().transform(safeValue);
const Instance = z.strictObject({ DBInstanceIdentifier: Id });
const Snapshot = z.strictObject({ DBInstanceIdentifier: Id, DBSnapshotIdentifier: Id });
const Delete = z.union([
  z.strictObject({ DBInstanceIdentifier: Id, SkipFinalSnapshot: z.literal(true) }),
  z.strictObject({
    DBInstanceIdentifier: Id,
    SkipFinalSnapshot: z.literal(false),
    FinalDBSnapshotIdentifier: Id,
    DeleteAutomatedBackups: z.literal(false),
  }),
]);

const parameters = (resource: Resource) => ({ DBInstanceIdentifier: safeValue(resource.nativeId) });
const titled = (verb: string) => (resource: Resource) =>
  `${verb} ${productOf(resource)} instance ${cleanText(resource.name, 120)}`;

/** The CLI has the same calls under these services' own names. */
const cliService = (resource: Resource) => CLI_SERVICES[productOf(resource)];
const CLI_SERVICES = { RDS: 'rds', DocumentDB: 'docdb', Neptune: 'neptune' } as const;

/** What happens to whoever uses the database. */
const connections = (text: string): Affected => ({ resourceId: null, name: 'Connections', text });

/**
 * `pg-main1` → `pg-main1-final-202611210930`, in UTC: snapshot identifiers allow letters, digits and single
 * hyphens. `digits` 12 = to the minute, 14 = to the second.
 */
const stamped = (resource: Resource, word: string, at: Date, digits: 12 | 14) =>
  `${safeValue(resource.nativeId)}-${word}-${at.toISOString().replace(/\D/g, '').slice(0, digits)}`;

const watchState = (before: string[], passing: string[], end: string[]): Watch => ({
  evidence: 'state',
  before,
  passing,
  end,
  maxWaitMs: MAX_WAIT_MS,
});

/** The state of the snapshot a plan makes. */
const observeSnapshot: Watch['observe'] = async (clients, scope, input, signal) => {
  const { DBSnapshotIdentifier, DBInstanceIdentifier } = Snapshot.parse(input);
  try {
    const answer = await clients
      .client(RDSClient, scope)
      .send(new DescribeDBSnapshotsCommand({ DBSnapshotIdentifier }), { abortSignal: signal });
    // Whatever answers with other snapshots has not shown this one.
    const own = answer.DBSnapshots?.find(
      (one) =>
        one.DBSnapshotIdentifier === DBSnapshotIdentifier &&
        one.DBInstanceIdentifier === DBInstanceIdentifier,
    );
    return own?.Status?.toLowerCase() ?? GONE;
  } catch (error) {
    if (/^DBSnapshotNotFound/.test(awsErrorName(error))) return GONE;
    throw error;
  }
};

function dataAfterDelete(resource: Resource): Affected {
  const text = isReplica(resource)
    ? 'AWS takes no final snapshot of a read replica'
    : isClusterMember(resource)
      ? 'no final snapshot is taken; the data stays in the cluster while it has another member'
      : 'a final snapshot is taken; automated backups are kept until their retention ends';
  return { resourceId: null, name: 'Data', text };
}

const base = {
  resourceType: 'rds_instance',
  service: 'rds',
  parameters,
  liveConstraint: null,
  dryRun: null,
  cliService,
  kindOf: (resource: Resource) => {
    const product = productOf(resource);
    return product === 'RDS' ? undefined : `${product} instance`;
  },
} as const satisfies Partial<ActionSpec>;

export const RDS_ACTIONS: readonly ActionSpec[] = [
  {
    ...base,
    send: sender(RDSClient, Instance, ({ client, once, abort }, input) =>
      client.send(once(new StartDBInstanceCommand(input)), abort),
    ),
    id: 'rds.start',
    verbs: ['start', 'boot', 'power on', 'turn on'],
    operation: 'StartDBInstance',
    iamAction: 'rds:StartDBInstance',
    effect: 'adds',
    expectedState: 'available',
    from: ['stopped', 'inaccessible-encryption-credentials-recoverable'],
    watch: watchState(
      ['stopped', 'inaccessible-encryption-credentials-recoverable'],
      ['starting', 'configuring-enhanced-monitoring', 'backing-up', 'modifying', 'upgrading'],
      ['available'],
    ),
    title: titled('Start'),
    constraint: rdsConstraint('start'),
    affects: managers,
    undo: (_resource, input, place) => cliCommand('rds', 'StopDBInstance', input, place),
    undoneBy: 'rds.stop',
  },
  {
    ...base,
    send: sender(RDSClient, Instance, ({ client, once, abort }, input) =>
      client.send(once(new StopDBInstanceCommand(input)), abort),
    ),
    id: 'rds.stop',
    verbs: ['stop', 'shut down', 'shutdown', 'halt', 'power off', 'turn off'],
    operation: 'StopDBInstance',
    iamAction: 'rds:StopDBInstance',
    effect: 'interrupts',
    expectedState: 'stopped',
    from: ['available'],
    watch: watchState(['available'], ['stopping', 'backing-up', 'modifying'], ['stopped']),
    title: titled('Stop'),
    constraint: rdsConstraint('stop'),
    affects: (resource) => [
      ...managers(resource),
      connections('all are closed, and none can be opened until it is started again'),
    ],
    undo: (_resource, input, place) => cliCommand('rds', 'StartDBInstance', input, place),
    undoNote: 'AWS starts it by itself after 7 days.',
    undoneBy: 'rds.start',
  },
  {
    ...base,
    send: sender(RDSClient, Instance, ({ client, once, abort }, input) =>
      client.send(once(new RebootDBInstanceCommand(input)), abort),
    ),
    id: 'rds.reboot',
    verbs: ['reboot', 'restart', 'power cycle'],
    operation: 'RebootDBInstance',
    iamAction: 'rds:RebootDBInstance',
    effect: 'interrupts',
    expectedState: 'available',
    from: ['available', 'storage-optimization', 'incompatible-parameters'],
    watch: {
      evidence: 'restart',
      before: ['incompatible-parameters'],
      passing: ['rebooting'],
      end: ['available', 'storage-optimization'],
      maxWaitMs: MAX_WAIT_MS,
    },
    title: titled('Reboot'),
    constraint: rdsConstraint('reboot'),
    affects: (resource, related) => [
      ...managers(resource),
      connections('all are closed, and none can be opened until it is available again'),
      ...replicas(resource, related, 'receives no changes while its source reboots'),
      ...replicaSource(resource, related, 'is its source, and goes on'),
    ],
    undo: () => null,
  },
  {
    ...base,
    send: sender(RDSClient, Delete, ({ client, once, abort }, input) =>
      client.send(once(new DeleteDBInstanceCommand(input)), abort),
    ),
    id: 'rds.delete',
    verbs: ['delete', 'destroy', 'remove', 'terminate', 'drop'],
    operation: 'DeleteDBInstance',
    iamAction: 'rds:DeleteDBInstance',
    effect: 'destroys',
    expectedState: 'deleted',
    from: ['available', 'stopped', 'storage-optimization', 'storage-full'],
    watch: watchState(
      ['available', 'stopped', 'storage-optimization', 'storage-full'],
      ['deleting', 'backing-up'],
      [GONE],
    ),
    title: titled('Delete'),
    /** AWS takes no final snapshot of a read replica or a cluster member; every other instance gets one. */
    parameters: (resource, plannedAt) =>
      isReplica(resource) || isClusterMember(resource)
        ? { ...parameters(resource), SkipFinalSnapshot: true }
        : {
            ...parameters(resource),
            SkipFinalSnapshot: false,
            FinalDBSnapshotIdentifier: stamped(resource, 'final', plannedAt, 12),
            DeleteAutomatedBackups: false,
          },
    constraint: rdsConstraint('delete'),
    affects: (resource, related) => [
      ...managers(resource),
      connections('all are closed'),
      dataAfterDelete(resource),
      ...replicas(
        resource,
        related,
        'loses its source and becomes a stand-alone instance',
        'loses its source: replication ends, and it is not promoted by itself',
      ),
      ...replicaSource(resource, related, 'is its source, and goes on'),
    ],
    undo: (resource, input, place) => {
      const { FinalDBSnapshotIdentifier } = input;
      if (typeof FinalDBSnapshotIdentifier !== 'string') return null;
      const restore = {
        DBInstanceIdentifier: resource.nativeId,
        DBSnapshotIdentifier: FinalDBSnapshotIdentifier,
      };
      return cliCommand('rds', 'RestoreDBInstanceFromDBSnapshot', restore, place);
    },
    undoNote:
      'It makes a new instance from the final snapshot: network, parameter group and security groups are given anew.',
  },
  {
    ...base,
    send: sender(RDSClient, Snapshot, ({ client, once, abort }, input) =>
      client.send(once(new CreateDBSnapshotCommand(input)), abort),
    ),
    id: 'rds.snapshot',
    verbs: ['snapshot', 'back up', 'backup', 'take a snapshot of', 'create a snapshot of'],
    operation: 'CreateDBSnapshot',
    iamAction: 'rds:CreateDBSnapshot',
    effect: 'adds',
    expectedState: 'snapshot available',
    from: ['available', 'storage-optimization'],
    watch: {
      evidence: 'state',
      before: [GONE],
      passing: ['creating', 'pending'],
      end: ['available'],
      maxWaitMs: MAX_WAIT_MS,
      observe: observeSnapshot,
      observed: (input) => `Snapshot ${cleanText(String(input.DBSnapshotIdentifier), 255)}`,
    },
    title: titled('Snapshot'),
    parameters: (resource, plannedAt) => ({
      ...parameters(resource),
      DBSnapshotIdentifier: stamped(resource, 'snapshot', plannedAt, 14),
    }),
    constraint: rdsConstraint('snapshot'),
    affects: managers,
    undo: (_resource, input, place) =>
      cliCommand('rds', 'DeleteDBSnapshot', { DBSnapshotIdentifier: input.DBSnapshotIdentifier }, place),
  },
];
