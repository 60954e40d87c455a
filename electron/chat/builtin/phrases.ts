import type { ResourceType } from '../../../preload/contract/models.ts';

/** Words that a sentence may contain without changing what it asks for. */
export const POLITE = phrases(
  "please, pls, plz, kindly, hi, hi there, hello, hey, good morning, good afternoon, good evening, ok, okay, alright, thanks, thank you, thanks a lot, thank you very much, many thanks, cheers, now, right now, for me, for us, just, go ahead and, bitte, danke, por favor, gracias, s'il te plaît, s'il vous plaît, svp, merci, per favore, grazie, пожалуйста",
);
/** Openers that ask for a thing to be done. */
export const OPENERS = phrases(
  "i want to, i want you to, i need to, i need you to, i would like to, i'd like to, i would like you to, i'd like you to, let's, lets, we need to, we want to, we would like to, we'd like to, we have to, i have to",
);
/** Openers after which a question mark is still a request. */
export const POLITE_QUESTIONS = phrases('can you, could you, would you, will you');
export const DETERMINERS = phrases('the, my, our, a, an, this, that');
export const PRONOUNS = phrases(
  'it, this, that, this one, that one, the one, this resource, this instance, them, these, those',
);
export const PREPOSITIONS = phrases('in, on, from, within, of, at');
export const NAME_INTRODUCTIONS = phrases(
  'named, called, with the name, with name, with the id, with id, id, name, arn',
);

/** Words that turn a sentence against what its verb says: after these the change itself is not even offered. */
export const OPPOSITES = phrases(
  "no, not, never, nobody, no-one, noone, nothing, none, nowhere, refuse, forbid, forbidden, don't, dont, doesn't, didn't, cannot, can't, cant, won't, wont, wouldn't, shouldn't, mustn't, isn't, aren't, without, avoid, except, excepting, excluding, exclude, but, besides, unless, other, others, than, instead, keep, skip, ignore, leave, nor, neither, prevent, rather",
);
/** Words of number, time, condition and connection: no name, tag or account gives them another meaning. */
export const RESERVED = new Set([
  ...OPPOSITES,
  ...phrases(
    'all, every, everything, anything, each, any, both, none, only, some, another, many, few, several, rest, and, or, then, also, plus, if, when, whenever, while, until, till, after, before, later, soon, once, tonight, today, tomorrow, yesterday, monday, tuesday, wednesday, thursday, friday, saturday, sunday, am, pm, noon, midnight, morning, afternoon, evening, night, weekend, hour, hours, minute, minutes, second, seconds, day, days, week, weeks, month, months, daily, weekly, nightly, at, to, for, by, with, as, should, shall, may, might, must, why, how, who, whether, because, so, is, are, was, were, be, been, has, have, had, do, does, did, i, you, we, they, he, she',
  ),
]);

/** What a quantity, several targets or a list word is met with. */
export const QUANTITIES = phrases(
  'all, every, everything, anything, each, any, both, some, many, few, several, rest',
);
export const CONNECTORS = phrases('and, or');

/** Words of a request to see something. */
export const LIST_WORDS = phrases(
  "show, list, find, get, give, display, tell, see, search, enumerate, me, us, which, what, what's, whats, how, many, count, number, of, are, is, there, do, does, i, we, you, have, has, got, any, all, every, the, my, our, a, an, currently, exist, exists, with, tag, tags, tagged, in, on, at, from, within, that, resources, resource, everything, use, uses, using, used, run, runs, own, owns, owned, by, environment, env, into",
);
export const COUNT_LEADS = phrases('how many, count, number of, the number of, what is the number of');
export const LIST_LEADS = phrases(
  "show, list, find, get, give me, display, tell me, see, search, enumerate, which, what, what's, whats, how many, count, number of, the number of, are there, is there, do we have, do i have, any, all, are any",
);
export const DESCRIBE_WORDS = phrases(
  "describe, show, me, get, see, open, display, find, what, what's, whats, is, where, where's, how, tell, us, about, give, details, detail, info, information, facts, status, state, region, account, arn, type, tags, engine, of, on, for, the, my, our, a, an, look, at, in, currently, doing, this, that, it, one, list, resource",
);
export const HELP = new Set([
  ...phrases(
    'help, help me, hi, hello, hey, what can you do, what can i do, what can i ask, what can i say, how does this work, commands, what do you understand, who are you',
  ),
]);

export const ENVIRONMENTS: readonly (readonly string[])[] = [
  ['prod', 'production', 'prd'],
  ['staging', 'stage', 'stg'],
  ['dev', 'development'],
  ['test', 'testing', 'qa'],
  ['sandbox'],
];
export const ENVIRONMENT_KEY = /^(env|environment|stage|tier)$/i;

/** Engines as a person says them, and what RDS calls them. */
export const ENGINES: Record<string, readonly string[]> = {
  postgres: ['postgres', 'aurora-postgresql'],
  postgresql: ['postgres', 'aurora-postgresql'],
  mysql: ['mysql', 'aurora-mysql'],
  mariadb: ['mariadb'],
  oracle: ['oracle-ee', 'oracle-se2', 'oracle-ee-cdb', 'oracle-se2-cdb'],
  aurora: ['aurora', 'aurora-mysql', 'aurora-postgresql'],
  'sql server': ['sqlserver-ee', 'sqlserver-se', 'sqlserver-ex', 'sqlserver-web'],
};

const EC2: ResourceType[] = ['ec2_instance'];
const RDS: ResourceType[] = ['rds_instance'];
const INSTANCES: ResourceType[] = ['ec2_instance', 'rds_instance'];
/** Singulars; a plural is formed with s or es. */
export const TYPE_NOUNS: Record<string, ResourceType[]> = {
  instance: INSTANCES,
  server: INSTANCES,
  machine: EC2,
  vm: EC2,
  'virtual machine': EC2,
  ec2: EC2,
  'ec2 instance': EC2,
  'ec2 server': EC2,
  rds: RDS,
  'rds instance': RDS,
  'rds database': RDS,
  'rds db': RDS,
  db: RDS,
  'db instance': RDS,
  'db server': RDS,
  database: RDS,
  'database instance': RDS,
  'database server': RDS,
  volume: ['ec2_volume'],
  'ebs volume': ['ec2_volume'],
  ebs: ['ec2_volume'],
  disk: ['ec2_volume'],
  vpc: ['ec2_vpc'],
  network: ['ec2_vpc'],
  subnet: ['ec2_subnet'],
  'security group': ['ec2_security_group'],
  sg: ['ec2_security_group'],
  s3: ['s3_bucket'],
  bucket: ['s3_bucket'],
  's3 bucket': ['s3_bucket'],
  lambda: ['lambda_function'],
  'lambda function': ['lambda_function'],
  function: ['lambda_function'],
  'load balancer': ['elbv2_load_balancer'],
  loadbalancer: ['elbv2_load_balancer'],
  elb: ['elbv2_load_balancer'],
  lb: ['elbv2_load_balancer'],
  'target group': ['elbv2_target_group'],
  tg: ['elbv2_target_group'],
  dynamodb: ['dynamodb_table'],
  'dynamodb table': ['dynamodb_table'],
  ddb: ['dynamodb_table'],
  table: ['dynamodb_table'],
  sqs: ['sqs_queue'],
  'sqs queue': ['sqs_queue'],
  queue: ['sqs_queue'],
};

export const REGION_NAMES: Record<string, string> = {
  'us-east-1': 'virginia, n. virginia, n virginia, north virginia, northern virginia',
  'us-east-2': 'ohio',
  'us-west-1': 'california, n. california, n california, north california, northern california',
  'us-west-2': 'oregon',
  'ca-central-1': 'montreal, canada',
  'ca-west-1': 'calgary',
  'sa-east-1': 'sao paulo, são paulo',
  'mx-central-1': 'mexico',
  'eu-central-1': 'frankfurt',
  'eu-central-2': 'zurich, zürich',
  'eu-west-1': 'ireland, dublin',
  'eu-west-2': 'london',
  'eu-west-3': 'paris',
  'eu-north-1': 'stockholm',
  'eu-south-1': 'milan',
  'eu-south-2': 'spain',
  'ap-south-1': 'mumbai',
  'ap-south-2': 'hyderabad',
  'ap-southeast-1': 'singapore',
  'ap-southeast-2': 'sydney',
  'ap-southeast-3': 'jakarta',
  'ap-southeast-4': 'melbourne',
  'ap-southeast-5': 'malaysia',
  'ap-southeast-7': 'thailand',
  'ap-northeast-1': 'tokyo',
  'ap-northeast-2': 'seoul',
  'ap-northeast-3': 'osaka',
  'ap-east-1': 'hong kong',
  'ap-east-2': 'taipei',
  'me-south-1': 'bahrain',
  'me-central-1': 'uae',
  'il-central-1': 'tel aviv',
  'af-south-1': 'cape town',
};

export const STATES = phrases(
  'running, stopped, stopping, starting, pending, available, terminated, rebooting, deleting, creating, active, inactive, failed, in-use, in use, modifying, backing-up, shutting-down',
);

export function phrases(list: string): Set<string> {
  return new Set(list.split(',').map((phrase) => phrase.trim()));
}
