import type { Resource } from '../../../preload/contract/models.ts';
import type { PlannedAction } from '../planner.ts';
import type { AssistantReply, IdentifiedResource } from '../request.ts';
import { explainNoPlan, lookAt } from './changeRefusals.ts';
import type { ChangeSurvey } from './changeSurvey.ts';
import { ask, type Context } from './context.ts';
import * as vocabulary from './phrases.ts';
import { phraseAt, type Span, type Token } from './tokens.ts';
import type { Verb } from './verbs.ts';
import { aNoun, joined, shown } from './wording.ts';

/** What a change does, whatever its target is; the target's own facts follow. */
const EFFECTS: Record<string, string> = {
  'rds.start': 'It can be used again after some minutes, and costs money from then on.',
  'rds.stop':
    'All connections end and it is unavailable until it is started; AWS starts it by itself after 7 days.',
  'rds.reboot': 'All connections end and it is unavailable until the reboot is over.',
  'rds.delete': 'This is destructive and cannot be undone: all connections end and it is gone.',
  'rds.snapshot': 'It adds a snapshot and removes nothing; without Multi-AZ, I/O may pause for a moment.',
  'ec2.start': 'It runs again after a minute or so, and costs money from then on.',
  'ec2.stop':
    'All connections end and it is unavailable until it is started. A public IPv4 address that is not an Elastic IP changes, and data on instance store volumes is lost.',
  'ec2.reboot':
    'All connections end and it is unavailable until the reboot is over; addresses and volumes stay.',
  'ec2.terminate': 'This is destructive and cannot be undone: it is gone and cannot be started again.',
};
const MOST_AFFECTED = 6;

/** A question about a change, from what is stored of its target. Nothing to click but the target itself. */
export async function answerOutlook(context: Context, survey: ChangeSurvey): Promise<AssistantReply> {
  const named = [...new Set(survey.names.flatMap(({ resources }) => resources))];
  const [verb] = survey.verbs;
  const [target, ...others] = named;
  if (!verb || !target) {
    const phrase = verb?.phrase ?? 'stop';
    return ask(
      `This reads as a question, so nothing is planned. To ${phrase} a resource, write "${phrase}" and its name: a plan shows what would happen before anything runs.`,
    );
  }
  if (others.length > 0)
    return survey.names.length > 1
      ? explainNoPlan(context, survey)
      : lookAt(
          context,
          `${named.length} resources are called ${shown(target.name)}. Which one do you mean?`,
          named,
        );
  if (survey.mood === 'past') return information(target, past(context, verb, target));
  const action = verb.actions.get(target.type);
  const resource = await context.estate.get(target.resource_id);
  if (!action || !resource)
    return information(
      target,
      `Nothing is planned. ${shown(target.name)} is ${aNoun(target.type)}, and the app cannot ${verb.phrase} it.`,
    );
  const related = await context.find.related(target.resource_id);
  const sentences = [
    `This is a question, so nothing is planned.`,
    `${shown(target.name)} is ${aNoun(target.type)}${stateOf(resource, action)}.`,
    EFFECTS[action.id] ?? '',
    verdict(action, resource),
    affected(action, resource, related),
    dependents(related),
  ];
  return information(target, sentences.filter(Boolean).join(' '));
}

function stateOf({ state }: Resource, action: PlannedAction): string {
  if (state === null) return '';
  const word = action.verbs[0] ?? '';
  return action.from.includes(state)
    ? `, ${shown(state)} now`
    : `, ${shown(state)} now: ${word} is possible only when it is ${joined(action.from, 'or')}`;
}

function verdict(action: PlannedAction, resource: Resource): string {
  const { status, text } = action.constraint(resource);
  if (status === 'none') return '';
  const sentence = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return sentence.endsWith('.') ? sentence : `${sentence}.`;
}

type Related = Parameters<PlannedAction['affects']>[1];

function affected(action: PlannedAction, resource: Resource, related: Related): string {
  const list = action.affects(resource, related).slice(0, MOST_AFFECTED);
  if (list.length === 0) return '';
  return `Affected: ${list.map(({ name, text }) => `${shown(name)} (${text})`).join('; ')}.`;
}

/** Who points at it, as far as the estate knows. */
function dependents(related: Related): string {
  const names = related
    .filter(({ direction }) => direction === 'in')
    .map(({ name, nativeId }) => shown(name || nativeId));
  if (names.length === 0)
    return 'Nothing in the estate is known to depend on it; who connects to it is not recorded here.';
  const more = names.length > MOST_AFFECTED ? ` and ${names.length - MOST_AFFECTED} more` : '';
  return `Known to be connected with it: ${names.slice(0, MOST_AFFECTED).join(', ')}${more}.`;
}

function past(_context: Context, verb: Verb, target: IdentifiedResource): string {
  const state =
    target.current_state === null ? '' : ` ${shown(target.name)} is ${shown(target.current_state)} now.`;
  return `The app knows only what was done through it: that is under Activity. Who else did ${verb.phrase} ${shown(target.name)}, and when, is in CloudTrail.${state}`;
}

const ABILITIES = vocabulary.phrases(
  'what can i do with, what can i do to, what can you do with, what can you do to, what can we do with, what can be done with, what can be done to, which actions are possible for, what actions are possible for, what actions can i take on, which changes are possible for, what can the app do with',
);

export function asksForAbilities(tokens: readonly Token[]): boolean {
  const text = tokens
    .slice(0, 6)
    .filter(({ kind }) => kind === 'word')
    .map((token) => token.text)
    .join(' ');
  return [...ABILITIES].some((phrase) => text.startsWith(phrase)) || phraseAt(tokens, 0, ABILITIES) > 0;
}

/** "What can I do with X?" */
export async function answerAbilities(context: Context, names: readonly Span[]): Promise<AssistantReply> {
  const named = [...new Set(names.flatMap(({ resources }) => resources))];
  const [target, ...others] = named;
  if (!target) return ask('Name the resource in full: what can be done depends on its type and state.');
  if (others.length > 0)
    return lookAt(context, `${named.length} resources fit. Which one do you mean?`, named);
  const can = context.lexicon.changesOf(target.type);
  const state = target.current_state === null ? '' : `, ${shown(target.current_state)} now`;
  const text =
    can.length === 0
      ? `${shown(target.name)} is ${aNoun(target.type)}${state}. The app shows it and changes nothing of it.`
      : `${shown(target.name)} is ${aNoun(target.type)}${state}. The app can ${joined(can, 'and')} it, each as a plan that you approve first.`;
  return information(target, text);
}

function information(target: IdentifiedResource, text: string): AssistantReply {
  return {
    kind: 'information',
    text,
    describe: target.resource_id,
    list: null,
    source_ids: [],
    suggestions: [],
  };
}
