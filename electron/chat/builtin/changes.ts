import { mayDeceive } from '../../../preload/contract/spelling.ts';
import type { AssistantReply, CommandsReply, IdentifiedResource } from '../request.ts';
import { hasHidden } from '../visible.ts';
import { contradiction, holds } from './attributes.ts';
import type { ChangeSentence } from './changeGrammar.ts';
import { doubtfulOf, offerFitting } from './changeOffers.ts';
import { cannot, lookAt } from './changeRefusals.ts';
import {
  ask,
  askWhich,
  type Context,
  MOST_CANDIDATES,
  mentionedIn,
  promptFor,
  selectedOf,
} from './context.ts';
import type { Span } from './tokens.ts';
import type { Verb } from './verbs.ts';
import { shown } from './wording.ts';

const ids = (resources: readonly IdentifiedResource[]) => resources.map(({ resource_id }) => resource_id);

/** A plan for exactly one resource that the sentence names in full or the person clicked; else a question. */
export async function answerChange(context: Context, change: ChangeSentence): Promise<AssistantReply> {
  const { request, lexicon } = context;
  const { verb } = change;
  const selected = selectedOf(request);
  const named = targetsOf(change.names);
  if (selected && !change.quantity) {
    if (change.names.length > 0 && !named.some((r) => r.resource_id === selected.resource_id)) {
      const question = `You picked ${shown(selected.name)}, but the sentence names another resource. Which one do you mean?`;
      return askWhich(question, `${verb.phrase} this resource`, ids([selected, ...spanned(change.names)]));
    }
    return decide(context, change, verb, [selected]);
  }
  if (change.names.length === 0) return askForName(context, change, verb);
  if (change.quantity || named.length === 0) {
    return askWhich(
      `One change at a time. Which one do you want to ${verb.phrase} first?`,
      `${verb.phrase} this resource`,
      ids(spanned(change.names)),
    );
  }
  const doubt = doubtAbout(context, change, named);
  if (doubt) {
    const candidates = ablest(verb, [...named, ...change.names.flatMap(({ inside }) => inside)]);
    return askWhich(doubt, promptFor(verb.phrase, candidates, lexicon), ids(candidates));
  }
  return decide(context, change, verb, named);
}

/** The resources all names agree on: a name and the id of the same resource are one target. */
function targetsOf(names: readonly Span[]): IdentifiedResource[] {
  const [first, ...others] = names;
  return (first?.resources ?? []).filter((r) => others.every(({ resources }) => resources.includes(r)));
}

const spanned = (names: readonly Span[]) => [...new Set(names.flatMap(({ resources }) => resources))];

/** Why a full name is still no sure target, or null. A click settles each of these. */
function doubtAbout(context: Context, change: ChangeSentence, named: IdentifiedResource[]): string | null {
  const { request, sentence } = context;
  const exact = request.identified_resources.filter(({ match }) => match === 'exact');
  const name = shown(change.names[0]?.text ?? '');
  if (context.indexing)
    return `The estate is still being read, so more resources may be called ${name}. Which one do you mean?`;
  if (hasHidden(request.prompt))
    return 'The sentence holds characters that cannot be seen. Pick the resource you mean.';
  if (request.exact_total > exact.length)
    return `${request.exact_total} resources fit this name; these are the first. Add the id or ARN, or pick one.`;
  if (sentence.doubtful.some((span) => change.names.includes(span)))
    return `"${name}" can be read in more than one way. Which resource do you mean?`;
  // Where it is said does not decide: the id in another region may be the one that was copied.
  if (change.names.some(isIdAndName))
    return `${name} is the id of one resource and the name of another. Which one do you mean?`;
  if (named.some((resource) => mayDeceive(resource.name)))
    return `The name ${name} can pass for another, by its letters or the marks around it. Check its id, then pick it.`;
  return null;
}

function isIdAndName({ text, resources }: Span): boolean {
  const said = text.toLowerCase();
  const byId = resources.filter(({ id, arn }) => [id, arn].some((known) => known.toLowerCase() === said));
  return byId.length > 0 && byId.length < resources.length && byId.some(({ id, name }) => id !== name);
}

const POWER = new Set(['start', 'stop', 'reboot']);

/** Start, stop and reboot mean nothing to other types, so a volume of the same name is not meant; a deletion may be. */
function ablest(verb: Verb, resources: IdentifiedResource[]): IdentifiedResource[] {
  const isPower = [...verb.actions.values()].every(({ id }) => POWER.has(id.split('.')[1] ?? ''));
  const able = resources.filter(({ type }) => verb.actions.has(type));
  return isPower && able.length > 0 ? able : resources;
}

function decide(
  context: Context,
  change: ChangeSentence,
  verb: Verb,
  targets: IdentifiedResource[],
): AssistantReply {
  const { request, lexicon } = context;
  const prompt = promptFor(verb.phrase, targets, lexicon);
  const fitting = targets.filter((target) => change.attributes.every((a) => holds(a, target)));
  if (fitting.length === 0) return unfit(context, change, targets, verb);
  const meant = ablest(verb, fitting);
  const [target] = meant;
  if (!target) return ask('Say what to do, and to which resource.');
  if (meant.length > 1) {
    const question = `${meant.length} resources are called ${shown(target.name)}. Which one do you want to ${verb.phrase}?`;
    return askWhich(question, prompt, ids(meant));
  }
  const action = verb.actions.get(target.type);
  if (!action)
    return lookAt(context, `${cannot(context, verb.phrase, [target])} Nothing is planned.`, [target]);
  if (change.finalSnapshot && !takesFinalSnapshot(target))
    return lookAt(context, `AWS takes no final snapshot of ${shown(target.name)}, so nothing is planned.`, [
      target,
    ]);
  if (target.match !== 'selected' && !inScope(request.user_context.scope, target)) {
    const question = `${shown(target.name)} is in ${target.region}, account ${target.account}, which the selected scope leaves out. Pick it to go on.`;
    return askWhich(question, prompt, [target.resource_id]);
  }
  const { id, service, operation } = action;
  return {
    kind: 'commands',
    commands: [{ action: id, resource_id: target.resource_id, service, operation }],
    text: noteOn(id, target),
  } satisfies CommandsReply;
}

/**
 * What the sentence says of them and is not so. Of another type, another thing is meant, and nothing is
 * destroyed on a description that does not fit: those can only be looked at.
 */
function unfit(
  context: Context,
  change: ChangeSentence,
  targets: IdentifiedResource[],
  verb: Verb,
): AssistantReply {
  const [first, ...others] = targets;
  const wrong = change.attributes.find((attribute) => first && !holds(attribute, first));
  const isOther = verb.destroys || wrong?.about === 'type';
  const prompt = promptFor(isOther ? 'Describe' : verb.phrase, targets, context.lexicon);
  if (first && wrong && others.length === 0) {
    const still = isOther ? '' : ` To ${verb.phrase} it all the same, pick it.`;
    return askWhich(`${contradiction(wrong, first)} Nothing is planned.${still}`, prompt, ids(targets));
  }
  const which = isOther ? 'Nothing is planned.' : `Which one do you want to ${verb.phrase}?`;
  return askWhich(
    `None of the ${targets.length} resources called ${shown(first?.name ?? '')} fits the sentence. ${which}`,
    prompt,
    ids(ablest(verb, targets)),
  );
}

function noteOn(actionId: string, target: IdentifiedResource): string | null {
  return actionId === 'ec2.terminate'
    ? `EC2 instances are terminated: ${shown(target.name)} cannot be started again afterwards.`
    : null;
}

/** AWS takes one of a database that stands alone: not of a replica, not of a member of a cluster. */
function takesFinalSnapshot({ type, relations, metadata }: IdentifiedResource): boolean {
  const isMember = Boolean(metadata.DBClusterIdentifier) || /^aurora/.test(String(metadata.Engine ?? ''));
  return type === 'rds_instance' && !isMember && !relations.some(({ kind }) => kind === 'replica_of');
}

function inScope(scope: { accounts: string[]; regions: string[] }, target: IdentifiedResource): boolean {
  return (
    (scope.accounts.length === 0 || scope.accounts.includes(target.account)) &&
    (scope.regions.length === 0 || scope.regions.includes(target.region))
  );
}

/** No full name: what "it" or an everyday word may mean, else what fits, to pick from. */
async function askForName(context: Context, change: ChangeSentence, verb: Verb): Promise<AssistantReply> {
  const types = change.attributes.filter(({ about }) => about === 'type');
  const doubtful = doubtfulOf(context, verb).filter((r) => types.every((type) => holds(type, r)));
  const said = change.pronoun && !change.quantity ? lastSaid(context, change) : [];
  const [only, ...others] = said;
  if (only && others.length === 0 && doubtful.length === 0 && isSure(context, only))
    return decide(context, change, verb, [only]);
  const meant = ids([...doubtful, ...said]);
  const before = mentionedIn(context.request);
  if (meant.length === 0 && change.pronoun && before.length > 0)
    return askWhich(
      `None of the last answer fits. Which one do you want to ${verb.phrase}?`,
      `${verb.phrase} this resource`,
      before,
    );
  if (meant.length === 0) return offerFitting(context, change, verb);
  return askWhich(`Which resource do you want to ${verb.phrase}?`, `${verb.phrase} this resource`, meant);
}

/** Those of the last answer that the words fit: "it", "the one in eu-west-1". */
function lastSaid({ request }: Context, change: ChangeSentence): IdentifiedResource[] {
  return request.identified_resources.filter(
    (resource) =>
      resource.match === 'mentioned' && change.attributes.every((attribute) => holds(attribute, resource)),
  );
}

/** Without a word to choose by, the answer has to have been about one alone; and all of it has to be known. */
function isSure({ request, indexing }: Context, target: IdentifiedResource): boolean {
  const matches = request.identified_resources.map(({ match }) => match);
  const isNamed = matches.includes('exact') || matches.includes('selected');
  // An answer shows no more rows than that: there may have been others.
  const isWhole = matches.filter((match) => match === 'mentioned').length < MOST_CANDIDATES;
  return isWhole && !isNamed && !indexing && !hasHidden(request.prompt) && !mayDeceive(target.name);
}
