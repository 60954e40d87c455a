import { type KnownType, ofType } from '../../../../preload/contract/models.ts';
import { type Concept, type ResourceView, type Wording, wordings } from './concept.ts';

const SERVING: Partial<Record<KnownType, RegExp>> = {
  ec2_instance: /^running$/,
  rds_instance: /^(available|backing-up|storage-optimization|configuring-|maintenance)/,
  lambda_function: /^active$/,
  elbv2_load_balancer: /^active/,
  dynamodb_table: /^(active|updating)$/,
};

const stateIs = (pattern: RegExp) => (view: ResourceView) => (pattern.test(view.state) ? 1 : 0);

const STATES: [id: string, label: string, holds: Concept['holds'], surely: string, loosely: string][] = [
  [
    'serving',
    'Running',
    (view) => (ofType(SERVING, view.type)?.test(view.state) ? 1 : 0),
    'running, run, up, up and running, started, active, online, alive, operational, in service, powered on, turned on, switched on, working, serving, currently running, still running, currently up',
    'healthy, ready',
  ],
  [
    'stopped',
    'Stopped',
    (view) => (/^(stopped|inactive)/.test(view.state) ? 1 : view.state === 'stopping' ? 0.7 : 0),
    'stopped, off, down, shut down, shutdown, shut off, halted, inactive, powered off, powered down, turned off, switched off, offline, not running, not active, not up, not started, not online, paused, suspended, asleep, sleeping, hibernated, isnt running, arent running, no longer running, dormant',
    'idle, parked, dead',
  ],
  [
    'available',
    'Available',
    stateIs(/^available$/),
    'available, state available, in available state',
    'ready, free',
  ],
  [
    'in-use',
    'In use',
    (view) => (view.type === 'ec2_volume' && view.state === 'in-use' ? 1 : 0),
    'in use, attached, mounted',
    'used',
  ],
  [
    'unattached',
    'Not attached',
    (view) => (view.type === 'ec2_volume' && view.state === 'available' ? 1 : 0),
    'unattached, detached, orphan, orphaned, unused, not attached, not in use, unmounted, not mounted, dangling, not used, without attachment, not attached to anything, not attached to any instance, without instance, nobody uses, no longer attached, unassociated, left over, leftover, isnt attached, arent attached, not connected, loose',
    'free, spare, abandoned',
  ],
  [
    'failed',
    'Failed',
    stateIs(/fail|error|incompatible|impaired|inaccessible|storage-full|insufficient/),
    'failed, failing, failure, broken, in error, error state, errored, unhealthy, impaired, faulty, crashed, degraded, in trouble',
    'error',
  ],
  [
    'starting',
    'Starting',
    stateIs(/^(pending|starting|creating|provisioning|rebooting|restoring)/),
    'starting, starting up, booting, launching, pending, creating, provisioning, coming up, being created, spinning up, in creation, being provisioned, rebooting, restarting',
    'initializing, initialising',
  ],
  [
    'ending',
    'Being removed',
    stateIs(/^(deleting|terminated|terminating|shutting-down|deleted)/),
    'terminated, terminating, deleting, deleted, being deleted, shutting down, being removed, going away',
    'gone, removed',
  ],
  [
    'changing',
    'Changing',
    stateIs(/^(modifying|updating|upgrading|renaming|configuring|maintenance|optimizing|moving|resetting)/),
    'modifying, updating, upgrading, being modified, being updated, under maintenance, in maintenance, maintenance, being changed',
    'changing',
  ],
];

export const stateConcepts: Concept[] = STATES.map(([id, label, holds]) => ({
  id: `state:${id}`,
  kind: 'state',
  label,
  holds,
}));

export const stateWordings: Wording[] = [
  ...STATES.flatMap(([id, , , surely, loosely]) => wordings(`state:${id}`, surely, loosely)),
  // More often the environment.
  { phrase: 'live', concept: 'state:serving', weight: 0.5 },
];
