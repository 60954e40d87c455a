import { splitWords } from '../text.ts';
import { type Concept, type ResourceView, type Wording, wordings } from './concept.ts';

/** `marks` = how names and tags write it; the rest is how people say it. */
const ENVIRONMENTS: [id: string, label: string, marks: string, surely: string, loosely: string][] = [
  [
    'prod',
    'production',
    'prod prd production live prodn productive prod1 prod2 pro',
    'production, prod, prd, prods, productive, production environment, prod env, production env, prod environment, prodn, customer facing, prod system, production system, in production, in prod',
    '',
  ],
  [
    'staging',
    'staging',
    'stage staging stg stag preprod pre-prod preproduction pre pp stage1 nonlive',
    'staging, stage, stg, stag, staging environment, staging env, stage env, preprod, pre prod, pre production, preproduction, preview, pre live, pre release',
    '',
  ],
  [
    'dev',
    'development',
    'dev development devel develop dv dev1 dev2 local',
    'development, dev, devel, development environment, dev environment, dev env, dev system, developer environment, in development, in dev',
    'developer, develop',
  ],
  [
    'test',
    'test',
    'test tst testing qa uat qas int integration ci e2e quality sit',
    'test, testing, tst, qa, quality assurance, uat, user acceptance, acceptance, user acceptance testing, test environment, test env, qa environment, qa env, sit, system integration test',
    'integration, int',
  ],
  [
    'sandbox',
    'sandbox',
    'sandbox sbx sbox sb playground poc lab experiment',
    'sandbox, sbx, playground, poc, proof of concept, lab, experiment, experimental, experimentation',
    '',
  ],
  ['demo', 'demo', 'demo showcase trial', 'demo, demonstration, showcase', 'trial'],
  [
    'dr',
    'disaster recovery',
    'dr disaster recovery failover bcp',
    'disaster recovery, dr, disaster, recovery site, failover site',
    '',
  ],
  [
    'perf',
    'performance',
    'perf performance load loadtest stress',
    'performance, perf, load test, loadtest, load testing, stress test, performance test',
    '',
  ],
];

/** Tag keys that name the environment, as letters only. */
const ENVIRONMENT_KEYS =
  /^(env|environment|envname|environmentname|stage|envtype|environmenttype|deploymentenvironment|lifecycle|tier|landscape|deployenv|appenv|workloadenv|envtier|deploymentstage)$/;

const environmentByMark = new Map(
  ENVIRONMENTS.flatMap(([id, , marks]) => marks.split(' ').map((mark): [string, string] => [mark, id])),
);

/** The environment of a resource: what its tags say, else what its name says, else undefined. */
export function environmentOf(view: ResourceView): string | undefined {
  for (const [key, value] of view.tags) {
    if (!ENVIRONMENT_KEYS.test(key.replace(/^.*[:/]/, '').replace(/[^a-z]/g, ''))) continue;
    const environment = markedIn([value.toLowerCase(), ...splitWords(value)]);
    if (environment) return environment;
  }
  return markedIn(view.nameWords);
}

function markedIn(words: Iterable<string>): string | undefined {
  for (const word of words) {
    const environment = environmentByMark.get(word);
    if (environment) return environment;
  }
  return undefined;
}

const OUTSIDE_PRODUCTION =
  'non prod, nonprod, non production, nonproduction, not production, not prod, lower environment, lower env, not live, non live';

export const environmentConcepts: Concept[] = [
  ...ENVIRONMENTS.map(
    ([id, label]): Concept => ({
      id: `env:${id}`,
      kind: 'tag',
      label: `env: ${label}`,
      holds: (view) => (view.environment(environmentOf) === id ? 1 : 0),
    }),
  ),
  {
    id: 'env:nonprod',
    kind: 'tag',
    label: 'env: not production',
    holds: (view) => {
      const environment = view.environment(environmentOf);
      return environment !== undefined && environment !== 'prod' ? 1 : 0;
    },
  },
];

export const environmentWordings: Wording[] = [
  ...ENVIRONMENTS.flatMap(([id, , , surely, loosely]) => wordings(`env:${id}`, surely, loosely)),
  ...wordings('env:nonprod', OUTSIDE_PRODUCTION),
  { phrase: 'live', concept: 'env:prod', weight: 0.85 },
  // Staging and test environments are told apart by few: each is a fair answer to the other.
  { phrase: 'uat', concept: 'env:staging', weight: 0.4 },
  { phrase: 'preprod', concept: 'env:test', weight: 0.2 },
];
