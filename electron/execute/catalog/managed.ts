import type { Resource } from '../../../preload/contract/models.ts';
import { cleanText } from '../../aws/text.ts';
import type { Affected } from './spec.ts';

const MANAGERS: { tag: string; kind: string; text: string }[] = [
  {
    tag: 'aws:autoscaling:groupName',
    kind: 'Auto Scaling group',
    text: 'manages this instance and may replace it',
  },
  {
    tag: 'aws:cloudformation:stack-name',
    kind: 'CloudFormation stack',
    text: 'manages this resource; a change made here is drift',
  },
  { tag: 'eks:cluster-name', kind: 'EKS cluster', text: 'runs on this instance' },
];

/** Who else manages the resource, as its tags say: what they manage may come back or be replaced. */
export function managers(resource: Resource): Affected[] {
  return MANAGERS.flatMap(({ tag, kind, text }) => {
    const value = resource.tags[tag];
    return value === undefined ? [] : [{ resourceId: null, name: `${kind} ${cleanText(value, 120)}`, text }];
  });
}
