import type { ResourceFilter, ResourceType } from '../../../preload/contract/models.ts';
import type { IdentifiedResource } from '../request.ts';
import type { Attribute, EstateWords } from './lexicon.ts';
import { ENVIRONMENT_KEY, ENVIRONMENTS } from './phrases.ts';
import { aNoun, joined, nouns, shown } from './wording.ts';

/** Whether what the sentence says of a resource is true. */
export function holds(attribute: Attribute, resource: IdentifiedResource): boolean {
  switch (attribute.about) {
    case 'type':
      return attribute.types.includes(resource.type);
    case 'region':
      return resource.region === attribute.region;
    case 'zone':
      return resource.metadata.AvailabilityZone === attribute.zone;
    case 'state':
      return (
        resource.current_state === attribute.state ||
        // RDS calls a running instance available.
        (attribute.state === 'running' &&
          resource.type === 'rds_instance' &&
          resource.current_state === 'available')
      );
    case 'account':
      return attribute.accountIds.includes(resource.account);
    case 'tag':
      return resource.tags[attribute.key] === attribute.value;
    case 'environment':
      return Object.entries(resource.tags).some(
        ([key, value]) => ENVIRONMENT_KEY.test(key) && attribute.names.includes(value.toLowerCase()),
      );
    case 'engine':
      return attribute.engines.includes(String(resource.metadata.Engine).toLowerCase());
    case 'tagValue':
      return attribute.pairs.some((pair) => {
        const cut = pair.indexOf('=');
        return resource.tags[pair.slice(0, cut)] === pair.slice(cut + 1);
      });
  }
}

/** Why it does not hold: "pg-main1 is in us-west-2, not in eu-west-1." */
export function contradiction(attribute: Attribute, resource: IdentifiedResource): string {
  const name = shown(resource.name);
  switch (attribute.about) {
    case 'type':
      return `${name} is ${aNoun(resource.type)}.`;
    case 'region':
      return `${name} is in ${resource.region}, not in ${attribute.region}.`;
    case 'zone':
      return `${name} is in ${shown(String(resource.metadata.AvailabilityZone ?? resource.region))}, not in ${attribute.zone}.`;
    case 'state':
      return resource.current_state === null
        ? `${name} has no state.`
        : `${name} is ${shown(resource.current_state)}, not ${shown(attribute.state)}.`;
    case 'account':
      return `${name} is in account ${resource.account}, not in ${joined(attribute.accountIds, 'or')}.`;
    case 'tag':
      return `${name} does not have the tag ${shown(`${attribute.key}=${attribute.value}`)}.`;
    case 'environment':
      return `No tag of ${name} says ${attribute.names[0]}.`;
    case 'engine':
      return `The engine of ${name} is ${shown(String(resource.metadata.Engine ?? 'not known'))}.`;
    case 'tagValue':
      return `${name} does not have the tag ${shown(attribute.pairs[0] ?? '')}.`;
  }
}

/** What the environments of a sentence say besides tags: accounts that a person marked as production. */
export function productionAccounts(attributes: readonly Attribute[], estate: EstateWords): string[] {
  const asked = attributes.some((a) => a.about === 'environment' && a.names === ENVIRONMENTS[0]);
  return asked ? estate.accounts.flatMap(({ accountId, production }) => (production ? [accountId] : [])) : [];
}

/** A list's filter, or the word that cannot be made one. */
export type Criteria =
  | { filter: ResourceFilter }
  /** Tags of several keys fit a word; each is a question of its own. */
  | { alternatives: string[]; word: string }
  | { unusable: string };

export function criteriaOf(attributes: readonly Attribute[], estate: EstateWords): Criteria {
  const filter: ResourceFilter = {};
  for (const attribute of attributes) {
    switch (attribute.about) {
      case 'type':
        filter.resourceTypes = [...new Set([...(filter.resourceTypes ?? []), ...attribute.types])];
        break;
      case 'region':
        filter.regions = [...(filter.regions ?? []), attribute.region];
        break;
      case 'state':
        filter.states = [...(filter.states ?? []), attribute.state];
        break;
      case 'account':
        filter.accountIds = [...(filter.accountIds ?? []), ...attribute.accountIds];
        break;
      case 'tag':
        filter.tags = [...(filter.tags ?? []), `${attribute.key}=${attribute.value}`];
        break;
      case 'engine':
        return { unusable: attribute.engines[0] ?? '' };
      case 'zone':
        return { unusable: attribute.zone };
      default: {
        const word =
          attribute.about === 'environment' ? (attribute.names[0] ?? '') : (attribute.pairs[0] ?? '');
        const pairs =
          attribute.about === 'environment' ? environmentTags(attribute.names, estate) : attribute.pairs;
        if (keysOf(pairs).size > 1) return { alternatives: pairs, word };
        if (pairs.length > 0) filter.tags = [...(filter.tags ?? []), ...pairs];
        else {
          const accountIds = environmentAccounts(attribute, estate);
          if (accountIds.length === 0) return { unusable: word };
          filter.accountIds = accountIds;
        }
      }
    }
  }
  return { filter: withRunning(filter) };
}

const keysOf = (pairs: readonly string[]) => new Set(pairs.map((pair) => pair.slice(0, pair.indexOf('='))));

function environmentTags(names: readonly string[], estate: EstateWords): string[] {
  const saying = estate.tags.filter((pair) =>
    names.includes(pair.slice(pair.indexOf('=') + 1).toLowerCase()),
  );
  const usual = saying.filter((pair) => ENVIRONMENT_KEY.test(pair.slice(0, pair.indexOf('='))));
  return usual.length > 0 ? usual : saying;
}

/** Accounts with the environment as a word of their name; for estates that tag nothing. */
function environmentAccounts(attribute: Attribute, estate: EstateWords): string[] {
  if (attribute.about !== 'environment') return [];
  return estate.accounts
    .filter(({ name }) =>
      name
        .toLowerCase()
        .split(/[^a-z0-9]+/)
        .some((word) => attribute.names.includes(word)),
    )
    .map(({ accountId }) => accountId);
}

const RUNNABLE: ResourceType[] = ['ec2_instance', 'rds_instance'];

/** RDS calls a running instance available; other types' "available" (volumes) is not running. */
function withRunning(filter: ResourceFilter): ResourceFilter {
  if (!filter.states?.includes('running')) return filter;
  const resourceTypes = (filter.resourceTypes ?? RUNNABLE).filter((type) => RUNNABLE.includes(type));
  if (!resourceTypes.includes('rds_instance')) return filter;
  return { ...filter, resourceTypes, states: [...new Set([...filter.states, 'available'])] };
}

/** "3 RDS instances are stopped in us-west-2." */
export function listSentence(total: number, filter: ResourceFilter, estate: EstateWords): string {
  const subject = nouns(filter.resourceTypes ?? [], total);
  const number = total === 0 ? 'No' : total.toLocaleString('en-US');
  const be = total === 1 ? 'is' : 'are';
  const states = filter.states ? ` ${joined(filter.states.map(shown), 'or')}` : '';
  const start = states
    ? `${number} ${subject} ${be}${states}`
    : `There ${be} ${number.toLowerCase()} ${subject}`;
  const regions = filter.regions?.length ? ` in ${joined(filter.regions, 'or')}` : '';
  const accounts = filter.accountIds?.length
    ? ` in account ${joined(
        filter.accountIds.map((id) => accountName(id, estate)),
        'or',
      )}`
    : '';
  const tags = filter.tags?.length ? ` with tag ${joined(filter.tags.map(shown), tagWord(filter.tags))}` : '';
  return `${start}${regions}${accounts}${tags}.`;
}

const tagWord = (tags: readonly string[]) => (keysOf(tags).size > 1 ? 'and' : 'or');

export function accountName(accountId: string, estate: EstateWords): string {
  const name = estate.accounts.find((account) => account.accountId === accountId)?.name;
  return name && name !== accountId ? `${shown(name)} (${accountId})` : accountId;
}

/** All environment words, for telling production from the rest. */
export const isProduction = (tags: Record<string, string>): boolean =>
  Object.entries(tags).some(
    ([key, value]) => ENVIRONMENT_KEY.test(key) && (ENVIRONMENTS[0] ?? []).includes(value.toLowerCase()),
  );
