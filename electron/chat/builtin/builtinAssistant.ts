import type { Assistant, AssistantReply, AssistantRequest } from '../request.ts';
import { visible } from '../visible.ts';
import { beyondReach } from './beyond.ts';
import { parseRequest } from './changeGrammar.ts';
import { offerSimilar } from './changeOffers.ts';
import { answerAbilities, answerOutlook, asksForAbilities } from './changeOutlook.ts';
import { parseChoice } from './changeFollowUp.ts';
import { explainNoPlan } from './changeRefusals.ts';
import { type ChangeSurvey, surveyChange } from './changeSurvey.ts';
import { answerChange } from './changes.ts';
import { corrected, misspeltRequest } from './changeTypos.ts';
import { answerCommandLine } from './commandLine.ts';
import { ask, type BuiltinPorts, type Context, selectedOf } from './context.ts';
import { type EstateWords, Lexicon } from './lexicon.ts';
import { parseRead } from './readGrammar.ts';
import { answerList } from './lists.ts';
import { answerDescribe, explainUnread } from './reads.ts';
import { readSentence } from './tokens.ts';

const LONGEST_SENTENCE = 500;
const HELP =
  'Name one resource and what to do: start, stop or reboot an EC2 or RDS instance, terminate an EC2 instance, snapshot or delete an RDS instance. Each change is shown as a plan first. Or ask what there is: by type, state, region, account or tag.';
const EMPTY =
  'The estate is empty: nothing has been scanned yet. Open Accounts, add a profile and start a scan; then ask again.';

/**
 * Answers offline and always alike: verbs of the catalogue, the words of the estate, and nothing else. A
 * sentence is used to its last word or answered with a question.
 */
export class BuiltinAssistant implements Assistant {
  readonly name = 'built-in';
  readonly #ports: BuiltinPorts;

  constructor(ports: BuiltinPorts) {
    this.#ports = ports;
  }

  async answer(request: AssistantRequest): Promise<AssistantReply> {
    const { find, estate, planner } = this.#ports;
    const everything = await find.query({ text: '', filter: {}, sort: [], ignoreChips: [] });
    const words = await this.#words(everything.facets);
    const lexicon = new Lexicon(planner, words);
    const prompt = visible(request.prompt);
    if (prompt.length > LONGEST_SENTENCE)
      return ask('That is more than one sentence. Say one change, or one question.', ['Help']);

    const usable = request.identified_resources.filter(
      ({ match }) => match === 'exact' || match === 'selected',
    );
    const sentence = readSentence(prompt, usable, lexicon.isKnown);
    // `indexing` alone may mean words of the search only; names and filters lack nothing then.
    const indexing = everything.indexing && (await estate.count()) > everything.total;
    const context: Context = { request, sentence, lexicon, words, indexing, find, estate };
    return this.#answer(context, everything.total === 0 && !indexing);
  }

  async #answer(context: Context, isEmpty: boolean): Promise<AssistantReply> {
    const { sentence, lexicon } = context;
    const read = parseRead(sentence.tokens, lexicon, context.words, selectedOf(context.request) !== null);
    if (read.intent === 'help') return information(HELP);
    if (isEmpty) return information(EMPTY);
    const commandLine = await answerCommandLine(context);
    if (commandLine) return commandLine;
    const request = parseRequest(sentence.tokens, lexicon);
    if (request) return answerChange(context, request);
    const choice = parseChoice(context);
    if (choice) return answerChange(context, choice);
    const asked = surveyChange(sentence.tokens, lexicon, { bare: true });
    if (asked) return this.#noPlan(context, asked);
    if (asksForAbilities(sentence.tokens)) return answerAbilities(context, read.names);
    if (read.unused.size > 0 || read.intent === 'none') {
      const slip = misspeltRequest(sentence.tokens, lexicon);
      if (slip) return corrected(await answerChange(context, slip.request), slip);
      const told = surveyChange(sentence.tokens, lexicon, { bare: false });
      if (told && (told.names.length > 0 || told.mood === 'question')) return this.#noPlan(context, told);
    }
    const beyond = read.unused.size > 0 || read.intent === 'none' ? beyondReach(sentence.tokens) : null;
    if (beyond) return information(beyond);
    if (read.intent === 'describe') return answerDescribe(context, read);
    if (read.intent === 'list' || read.intent === 'count') return answerList(context, read);
    return explainUnread(context, read);
  }

  async #noPlan(context: Context, survey: ChangeSurvey): Promise<AssistantReply> {
    if (survey.mood !== 'request' && survey.verbs.length === 1) return answerOutlook(context, survey);
    return (await offerSimilar(context, survey)) ?? explainNoPlan(context, survey);
  }

  async #words(facets: Awaited<ReturnType<BuiltinPorts['find']['query']>>['facets']): Promise<EstateWords> {
    const values = (list: { value: string }[]) => list.map(({ value }) => value);
    return {
      regions: values(facets.regions),
      states: values(facets.states).filter((state) => state !== 'none'),
      tags: values(facets.tags),
      accountIds: values(facets.accountIds),
      accounts: await this.#ports.accounts(),
    };
  }
}

function information(text: string): AssistantReply {
  return { kind: 'information', text, describe: null, list: null, source_ids: [], suggestions: [] };
}
