import { describe, expect, it } from 'vitest';
import { RESOURCE_TYPES } from '../../../preload/contract/models.ts';
import { conceptBits, correctWord, keptConcepts, matchPhrase } from './dictionary.ts';
import { testResource } from './testResources.ts';
import { terms } from './text.ts';

const said = (text: string) => matchPhrase(terms(text), 0)?.senses[0]?.concept.id;
const holds = (resource: Parameters<typeof testResource>[0]) =>
  conceptBits(testResource(resource)).map((bit) => keptConcepts[bit]?.id);

describe('dictionary', () => {
  it('every type answers to its own contract name', () => {
    for (const type of RESOURCE_TYPES) expect(said(type)).toBe(`type:${type}`);
  });

  it.each([
    ['load balancer target groups', 'type:elbv2_target_group'],
    ['network load balancers', 'fact:network'],
    ['elastic load balancers', 'type:elbv2_load_balancer'],
    ['databases', 'type:rds_instance'],
    ['boxes', 'type:ec2_instance'],
    ['us west 2', 'region:us-west-2'],
    ['usw2', 'region:us-west-2'],
    ['Frankfurt', 'region:eu-central-1'],
    ['Europe', 'regions:Europe'],
    ['pre-production', 'env:staging'],
    ['non-prod', 'env:nonprod'],
    ['turned off', 'state:stopped'],
    ['not running', 'state:stopped'],
    ['postgresql', 'fact:postgres'],
    ['without any tags', 'fact:untagged'],
    ['multi-az', 'fact:multi_az'],
  ])('%s means %s', (text, concept) => {
    expect(said(text)).toBe(concept);
  });

  it.each([
    ['databsae', 'database'],
    ['prodction', 'production'],
    ['virgina', 'virginia'],
    ['subent', 'subnet'],
  ])('%s is corrected to %s', (slip, word) => {
    expect(correctWord(slip)).toBe(word);
  });

  it('short words and ids are not corrected', () => {
    expect(correctWord('prd')).toBeNull();
    expect(correctWord('qeue')).toBeNull();
    expect(correctWord('0abc12de')).toBeNull();
  });

  it('a tag decides the environment before the name does', () => {
    expect(holds({ name: 'prod-copy', tags: { Environment: 'Staging' } })).toContain('env:staging');
    expect(holds({ name: 'orders-prd-01' })).toContain('env:prod');
    expect(holds({ name: 'products' })).not.toContain('env:prod');
  });

  it('available means serving for a database and loose for a volume', () => {
    expect(holds({ name: 'a', resourceType: 'rds_instance', state: 'available' })).toContain('state:serving');
    const volume = holds({ name: 'b', resourceType: 'ec2_volume', state: 'available' });
    expect(volume).toContain('state:unattached');
    expect(volume).not.toContain('state:serving');
  });

  it('an unknown encryption is neither encrypted nor unencrypted', () => {
    const ids = holds({ name: 'a', resourceType: 's3_bucket' });
    expect(ids).not.toContain('fact:encrypted');
    expect(ids).not.toContain('fact:unencrypted');
  });
});
