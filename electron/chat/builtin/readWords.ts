import type { Resource } from '../../../preload/contract/models.ts';
import { sizeOf } from './factConditions.ts';
import { phrases } from './phrases.ts';
import { phraseAt, type Token } from './tokens.ts';

export type Group = 'accounts' | 'regions' | 'types' | 'states' | 'tags';

/** By what a list is sorted for its first row. */
export interface Extreme {
  label: string;
  most: boolean;
  /** Undefined where it is not known of the resource. */
  value(resource: Resource): number | undefined;
  said(resource: Resource): string;
}

/** A fact of one resource, as a sentence asks for it. */
export interface Asked {
  label: string;
  /** Null where it is not known. */
  value(resource: Resource): string | null;
}

const GROUPS: [Group, string][] = [
  ['accounts', 'account, accounts'],
  ['regions', 'region, regions'],
  ['types', 'type, types'],
  ['states', 'state, states'],
];
const EACH = phrases('in each, per, by, for each, of each, in every');
const PLURALS = phrases(
  'accounts, regions, tags, types, kinds, states, resource types, types of resources, kinds of resources',
);

/** "in each account", "per region"; or the plural by itself, where no value of it follows. */
export function groupAt(tokens: readonly Token[], at: number): { group: Group; length: number } | null {
  const each = phraseAt(tokens, at, EACH);
  const word = tokens[at + each]?.text ?? '';
  if (each > 0) {
    const group = GROUPS.find(([, words]) => phrases(words).has(word))?.[0];
    return group ? { group, length: each + 1 } : null;
  }
  const length = phraseAt(tokens, at, PLURALS);
  if (length === 0 || ['with', 'by'].includes(tokens[at - 1]?.text ?? '')) return null;
  const next = tokens[at + length];
  if (next?.text.includes('=') || next?.kind === 'name') return null;
  const first = word === 'kinds' || word === 'resource' ? 'types' : word;
  return { group: first as Group, length };
}

const mebibytes = (size: number) =>
  size >= 1024 ? `${Math.round(size / 1024)} GiB` : `${Math.round(size)} MiB`;
const size = (most: boolean, label: string): Extreme => ({
  label,
  most,
  value: sizeOf,
  said: (resource) => mebibytes(sizeOf(resource) ?? 0),
});
const age = (most: boolean, label: string): Extreme => ({
  label,
  most,
  value: ({ createdAt }) => (createdAt === null ? undefined : -Date.parse(createdAt)),
  said: ({ createdAt }) => `created ${(createdAt ?? '').slice(0, 10)}`,
});
const number = (fact: string, label: string, unit: string): Extreme => ({
  label,
  most: true,
  value: ({ facts }) => (facts[fact] === undefined ? undefined : Number(facts[fact])),
  said: ({ facts }) => `${Number(facts[fact]).toLocaleString('en-US')} ${unit}`,
});
const EXTREMES: [string, Extreme][] = [
  ['biggest, largest, most storage, most memory', size(true, 'largest')],
  ['smallest, least storage', size(false, 'smallest')],
  ['oldest', age(true, 'oldest')],
  ['newest, youngest, latest, most recent', age(false, 'newest')],
  [
    'most messages, the most messages, fullest, longest',
    number('ApproximateNumberOfMessages', 'fullest', 'messages'),
  ],
  ['most items, the most items', number('ItemCount', 'fullest', 'items')],
];

export function extremeAt(tokens: readonly Token[], at: number): { extreme: Extreme; length: number } | null {
  for (const [words, extreme] of EXTREMES) {
    const length = phraseAt(tokens, at, phrases(words));
    if (length > 0) return { extreme, length };
  }
  return null;
}

const fact = (label: string, ...names: string[]): Asked => ({
  label,
  value: ({ facts }) => {
    const found = names.map((name) => facts[name]).find((value) => value !== undefined);
    return found === undefined ? null : String(found);
  },
});
const sized = (label: string): Asked => ({
  label,
  value: (resource) => {
    const known = sizeOf(resource);
    return known === undefined ? null : mebibytes(known);
  },
});
const DAY = 86_400_000;
const created: Asked = {
  label: 'creation time',
  value: ({ createdAt }) => {
    if (createdAt === null) return null;
    const days = Math.floor((Date.now() - Date.parse(createdAt)) / DAY);
    return `${createdAt.slice(0, 10)}, ${days} ${days === 1 ? 'day' : 'days'} ago`;
  },
};
const ASKED: [string, Asked][] = [
  ['port, ports, what port does, which port does', fact('port', 'Port')],
  [
    'version, engine version, what version of, which version of, version of',
    fact('version', 'EngineVersion', 'Runtime'),
  ],
  [
    'endpoint, address, host name, hostname, dns name',
    fact('address', 'Endpoint', 'DNSName', 'PublicDnsName', 'PrivateDnsName'),
  ],
  ['private ip, ip, ip address, private ip address', fact('private IP address', 'PrivateIpAddress')],
  ['public ip, public ip address', fact('public IP address', 'PublicIpAddress')],
  ['instance type, instance class, class', fact('instance type', 'InstanceType', 'DBInstanceClass')],
  ['image, ami', fact('image', 'ImageId')],
  ['runtime', fact('runtime', 'Runtime')],
  ['handler', fact('handler', 'Handler')],
  ['time-out, timeout', fact('time-out in seconds', 'Timeout', 'VisibilityTimeout')],
  ['availability zone, zone, az', fact('zone', 'AvailabilityZone')],
  ['memory, size, storage, how big, how large', sized('size')],
  ['created, when was, when, launched, old, how old, age', created],
];

export function askedAt(tokens: readonly Token[], at: number): { asked: Asked; length: number } | null {
  let best: { asked: Asked; length: number } | null = null;
  for (const [words, asked] of ASKED) {
    const length = phraseAt(tokens, at, phrases(words));
    if (length > (best?.length ?? 0)) best = { asked, length };
  }
  return best;
}
