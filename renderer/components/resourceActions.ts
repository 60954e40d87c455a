import { type KnownType, ofType, type Resource } from '../../preload/contract/models.ts';

export interface ResourceAction {
  /** As the main side's catalog names it. */
  id: string;
  label: string;
  destructive: boolean;
}

const action = (id: string, label: string, destructive = false): ResourceAction => ({
  id,
  label,
  destructive,
});

const ACTIONS: Partial<Record<KnownType, ResourceAction[]>> = {
  ec2_instance: [
    action('ec2.start', 'Start'),
    action('ec2.stop', 'Stop'),
    action('ec2.reboot', 'Reboot'),
    action('ec2.terminate', 'Terminate', true),
  ],
  rds_instance: [
    action('rds.start', 'Start'),
    action('rds.stop', 'Stop'),
    action('rds.reboot', 'Reboot'),
    action('rds.snapshot', 'Snapshot'),
    action('rds.delete', 'Delete', true),
  ],
};

const ON = new Set(['running', 'available']);
const OFF = new Set(['stopped']);

/**
 * What can be asked for from the panel, by type and last known state. It only leaves out what makes no sense
 * now; whether an action is possible and allowed is the plan's to say.
 */
export function resourceActions({ resourceType, state }: Pick<Resource, 'resourceType' | 'state'>) {
  if (state === 'terminated') return [];
  return (ofType(ACTIONS, resourceType) ?? []).filter(({ id }) => {
    const verb = id.split('.')[1];
    if (verb === 'start') return !ON.has(state ?? '');
    if (verb === 'stop' || verb === 'reboot') return !OFF.has(state ?? '');
    return true;
  });
}
