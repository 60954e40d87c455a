import { type DatabaseProduct, databaseProduct } from '../../../preload/contract/databases.ts';
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

function rawList(resource: Resource, field: string): string[] {
  const { raw } = resource;
  const value: unknown = typeof raw === 'object' && raw !== null ? Reflect.get(raw, field) : null;
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** The Aurora or Multi-AZ cluster it is a member of: that is started, stopped and snapshotted as a whole. */
export const clusterOf = (resource: Resource) => rawText(resource, 'DBClusterIdentifier');
export const isClusterMember = (resource: Resource) => clusterOf(resource) !== null;

export const isReplica = (resource: Resource) =>
  resource.relations.some((relation) => relation.kind === 'replica_of') ||
  rawText(resource, 'ReadReplicaSourceDBInstanceIdentifier') !== null ||
  rawText(resource, 'ReadReplicaSourceDBClusterIdentifier') !== null;

/** Instances of DocumentDB and Neptune are always members of a cluster. */
export const productOf = (resource: Resource): DatabaseProduct =>
  databaseProduct(resource.facts.Engine ?? rawText(resource, 'Engine'));

/** `arn:aws:rds:eu-west-1:111122223333:db:pg` → its region and name; a plain identifier is of the same region. */
function replicaAt(identifier: string): { region: string | null; name: string } {
  const parts = identifier.split(':');
  if (parts[0] !== 'arn' || parts.length < 7) return { region: null, name: identifier };
  return { region: parts[3] ?? null, name: parts.slice(6).join(':') };
}

const where = ({ region, name }: { region: string | null; name: string }) =>
  cleanText(region === null ? name : `${name} in ${region}`, 160);

/** Its read replicas, in other regions too: as the estate knows them, and as AWS names them. */
export function replicas(resource: Resource, related: Related[], text: string, elsewhere = text): Affected[] {
  const known = related.filter((r) => r.kind === 'replica_of' && r.direction === 'in');
  const named = rawList(resource, 'ReadReplicaDBInstanceIdentifiers').map(replicaAt);
  const { region } = resource;
  const abroad = new Map(
    named.flatMap((one) => (one.region && one.region !== region ? [[one.name, one] as const] : [])),
  );
  const told = known.map((r) => {
    const other = abroad.get(r.nativeId);
    const name = cleanText(r.name || r.nativeId, 120);
    return {
      resourceId: r.id,
      name: other ? where({ ...other, name }) : name,
      text: other ? elsewhere : text,
    };
  });
  const unknown = named.filter(({ name }) => !known.some(({ nativeId }) => nativeId === name));
  return [
    ...told,
    ...unknown.map((one) => ({
      resourceId: null,
      name: where(abroad.has(one.name) ? one : { region: null, name: one.name }),
      text: abroad.has(one.name) ? elsewhere : text,
    })),
  ];
}

/** What it is a replica of, also in another region. */
export function replicaSource(resource: Resource, related: Related[], text: string): Affected[] {
  const identifier = rawText(resource, 'ReadReplicaSourceDBInstanceIdentifier');
  const known = related.find((r) => r.kind === 'replica_of' && r.direction === 'out');
  if (identifier === null && !known) return [];
  const at = replicaAt(identifier ?? known?.nativeId ?? '');
  const name = where(at.region === resource.region ? { region: null, name: at.name } : at);
  return [{ resourceId: known?.id ?? null, name, text }];
}

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
  if (on === true) return fail(`Deletion protection is on. Turn it off in ${productOf(resource)} first.`);
  return on === false
    ? { status: 'pass', text: 'deletion protection is off' }
    : { status: 'unknown', text: 'deletion protection is not known' };
}

/** What the facts of a database instance say about a verb. */
export function rdsConstraint(verb: RdsVerb): ActionSpec['constraint'] {
  return (resource) => {
    const cluster = clusterOf(resource);
    const product = productOf(resource);
    if (product !== 'RDS' && verb !== 'reboot' && verb !== 'delete')
      return fail(
        `${product} allows this only for a cluster as a whole${cluster === null ? '' : `, here ${cleanText(cluster, 120)}`}, not for one of its instances.`,
      );
    if (cluster !== null && verb !== 'reboot' && verb !== 'delete')
      return fail(
        `It is a member of the cluster ${cleanText(cluster, 120)}, and AWS allows this only for the cluster as a whole.`,
      );
    if (verb === 'stop') return stopVerdict(resource);
    if (verb === 'delete') return deleteVerdict(resource);
    return { status: 'none', text: 'no constraint applies' };
  };
}
