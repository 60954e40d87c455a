import type { Resource } from '../../../preload/contract/models.ts';
import { cleanText } from '../../aws/text.ts';
import type { ActionSpec, Affected, Check, Related } from './spec.ts';

type Verdict = Omit<Check, 'name'>;
type RdsVerb = 'start' | 'stop' | 'reboot' | 'delete' | 'snapshot';

function rawText(resource: Resource, field: string): string | null {
  const { raw } = resource;
  if (typeof raw !== 'object' || raw === null) return null;
  const value: unknown = Reflect.get(raw, field);
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The Aurora or Multi-AZ cluster it is a member of: that is started, stopped and snapshotted as a whole. */
export const clusterOf = (resource: Resource) => rawText(resource, 'DBClusterIdentifier');
export const isClusterMember = (resource: Resource) => clusterOf(resource) !== null;

export const isReplica = (resource: Resource) =>
  resource.relations.some((relation) => relation.kind === 'replica_of') ||
  rawText(resource, 'ReadReplicaSourceDBInstanceIdentifier') !== null;

/** Its read replicas, as the estate knows them. */
export const replicas = (related: Related[], text: string): Affected[] =>
  related
    .filter((r) => r.kind === 'replica_of' && r.direction === 'in')
    .map((r) => ({ resourceId: r.id, name: cleanText(r.name || r.nativeId, 120), text }));

const fail = (text: string): Verdict => ({ status: 'fail', text });

function stopVerdict(resource: Resource): Verdict {
  if (resource.constraints.has_read_replicas === true)
    return fail('RDS cannot stop an instance that has read replicas. Delete or promote them first.');
  if (isReplica(resource)) return fail('RDS cannot stop a read replica. Delete or promote it instead.');
  if (resource.constraints.can_stop === false)
    return fail('RDS cannot stop this instance: its engine or its deployment does not allow it.');
  return resource.constraints.can_stop === true
    ? { status: 'pass', text: 'can be stopped' }
    : { status: 'unknown', text: 'not known whether it can be stopped' };
}

function deleteVerdict(resource: Resource): Verdict {
  const on = resource.constraints.deletion_protection;
  if (on === true) return fail('Deletion protection is on. Turn it off in RDS first.');
  return on === false
    ? { status: 'pass', text: 'deletion protection is off' }
    : { status: 'unknown', text: 'deletion protection is not known' };
}

/** What the facts of an RDS instance say about a verb. */
export function rdsConstraint(verb: RdsVerb): ActionSpec['constraint'] {
  return (resource) => {
    const cluster = clusterOf(resource);
    if (cluster !== null && verb !== 'reboot' && verb !== 'delete')
      return fail(
        `It is a member of the cluster ${cleanText(cluster, 120)}, and AWS allows this only for the cluster as a whole.`,
      );
    if (verb === 'stop') return stopVerdict(resource);
    if (verb === 'delete') return deleteVerdict(resource);
    return { status: 'none', text: 'no constraint applies' };
  };
}
