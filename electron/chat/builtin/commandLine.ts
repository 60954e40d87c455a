import { RESOURCE_TYPES } from '../../../preload/contract/models.ts';
import { kebab } from '../../execute/catalog/cli.ts';
import type { PlannedAction } from '../planner.ts';
import type { AssistantReply } from '../request.ts';
import { lookAt } from './changeRefusals.ts';
import { answerChange } from './changes.ts';
import { ask, type Context } from './context.ts';
import type { Attribute } from './lexicon.ts';
import type { Token } from './tokens.ts';
import type { Verb } from './verbs.ts';
import { shown } from './wording.ts';

/** The flag that names the resource, by service. */
const ID_FLAGS: Record<string, string> = { ec2: '--instance-ids', rds: '--db-instance-identifier' };
/** Flags that change how the CLI prints, not what it asks for, with the values they take: one of these, or none. */
const PRINTING: Record<string, readonly string[]> = {
  '--no-cli-pager': [],
  '--output': ['json', 'text', 'table', 'yaml', 'yaml-stream', 'off'],
};

interface Line {
  action: PlannedAction;
  ids: Token[];
  conditions: Attribute[];
  /** Flags that the app's own call does not have. */
  foreign: string[];
}

/**
 * A line of the AWS CLI, when it is one of the catalogue's calls about one resource; null when the sentence is
 * no such line. Its own values never become parameters: the plan makes the call anew and shows it.
 */
export async function answerCommandLine(context: Context): Promise<AssistantReply | null> {
  const tokens = context.sentence.tokens.filter(({ kind, text }) => kind !== 'mark' || text !== '`');
  if (tokens[0]?.text !== 'aws' || tokens.length < 3) return null;
  const named = [...new Set(tokens.flatMap((token) => (token.kind === 'name' ? token.span.resources : [])))];
  const line = readLine(context, tokens);
  if (line === null) {
    const command = shown(tokens.map(({ raw }) => raw).join(' '));
    return lookAt(
      context,
      `The app runs no command lines, and cannot make this call: ${command}. Nothing is planned.`,
      named,
    );
  }
  const { action, ids, conditions, foreign } = line;
  if (foreign.length > 0)
    return lookAt(
      context,
      `Nothing is planned: ${foreign.map(shown).join(', ')} is an option that the app's ${action.operation} does not have.`,
      named,
    );
  if (ids.length > 1) return lookAt(context, 'One resource at a time, so nothing is planned.', named);
  const [id] = ids;
  if (id?.kind !== 'name')
    return ask(`Nothing in the estate has the id ${shown(id?.raw ?? '')}. Nothing is planned.`);
  // The CLI takes ids; a resource that is only named like one is another.
  const resources = id.span.resources.filter((resource) => resource.id === id.span.text);
  if (resources.length === 0)
    return lookAt(context, `${shown(id.raw)} is no id, and the CLI takes ids. Nothing is planned.`, named);
  return answerChange(context, {
    verb: verbOf(context, action),
    names: [{ ...id.span, resources }],
    attributes: conditions,
    pronoun: false,
    quantity: false,
    finalSnapshot: false,
  });
}

/** Only this call: the same verb may do something else to another type. */
function verbOf({ lexicon }: Context, action: PlannedAction): Verb {
  const types = RESOURCE_TYPES.filter((type) => lexicon.actionsOf(type).some(({ id }) => id === action.id));
  return {
    phrase: action.verbs[0] ?? '',
    actions: new Map(types.map((type) => [type, action])),
    destroys: action.effect === 'destroys',
  };
}

function readLine({ lexicon }: Context, tokens: readonly Token[]): Line | null {
  const [, service, operation] = tokens;
  const action = lexicon.allActions.find(
    (known) => known.service === service?.text && kebab(known.operation) === operation?.text,
  );
  const idFlag = ID_FLAGS[service?.text ?? ''];
  if (!action || idFlag === undefined) return null;
  const line: Line = { action, ids: [], conditions: [], foreign: [] };
  let at = 3;
  while (at < tokens.length) {
    const flag = tokens[at]?.text ?? '';
    const from = at + 1;
    at = from;
    while (at < tokens.length && !tokens[at]?.text.startsWith('--')) at += 1;
    const values = tokens.slice(from, at);
    if (flag === idFlag) line.ids.push(...values);
    else if (isPrinting(flag, values)) continue;
    else {
      const place = placeOf(lexicon, flag, values);
      if (place) line.conditions.push(place);
      else line.foreign.push(flag);
    }
  }
  return line;
}

/** With a word behind it that is no value of the flag, the line is not only a command: "--no-cli-pager do not run". */
function isPrinting(flag: string, values: readonly Token[]): boolean {
  const known = PRINTING[flag];
  if (known === undefined) return false;
  return known.length === 0
    ? values.length === 0
    : values.length === 1 && known.includes(values[0]?.text ?? '');
}

/** `--region`, and a `--profile` that is called like a known account. */
function placeOf(lexicon: Context['lexicon'], flag: string, values: readonly Token[]): Attribute | null {
  if (values.length !== 1) return null;
  const named = lexicon.attributeAt(values, 0, { tagValues: false, introduced: true })?.attribute;
  if (flag === '--region' && named?.about === 'region') return named;
  return flag === '--profile' && named?.about === 'account' ? named : null;
}
