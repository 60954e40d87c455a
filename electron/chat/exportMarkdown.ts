import type {
  ChatMessage,
  Conversation,
  MessagePart,
  PlanView,
  ResourceSummary,
} from '../../preload/contract/models.ts';
import { visible } from './visible.ts';

/**
 * Markdown in which everything that came from outside (names, tags, messages) stays text: no markup, no HTML,
 * no links, whatever renders it.
 */
const WHO: Record<ChatMessage['role'], string> = { user: 'You', assistant: 'CloudOps', system: 'System' };

export function conversationHead(
  { title, createdAt, messageCount, labels }: Conversation,
  now: Date,
): string {
  const lines = [
    `# ${line(title)}`,
    '',
    `Begun ${createdAt}, ${messageCount} messages, exported ${now.toISOString()}.`,
    ...(labels.length > 0 ? ['', `Labels: ${labels.map(line).join(', ')}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

export function messageMarkdown(message: ChatMessage, plans: readonly PlanView[]): string {
  const parts = message.parts.map((part) => partMarkdown(part, plans)).filter(Boolean);
  const sources = message.sources.map(
    ({ name, resourceType, asOf }) => `- ${line(name)} (${line(resourceType)}, as of ${asOf})`,
  );
  return [
    `\n## ${WHO[message.role]}, ${message.timestamp}`,
    ...parts,
    ...(sources.length > 0 ? [`Sources:\n\n${sources.join('\n')}`] : []),
  ]
    .join('\n\n')
    .concat('\n');
}

function partMarkdown(part: MessagePart, plans: readonly PlanView[]): string {
  switch (part.kind) {
    case 'text':
      return paragraph(part.text);
    case 'error':
      return `Error ${part.code}: ${paragraph(part.text)}`;
    case 'facts':
      return `${line(part.title)}\n\n${table(
        ['Fact', 'Value'],
        part.rows.map(({ label, value }) => [label, value]),
      )}`;
    case 'resources':
      return resources(part.rows, part.total);
    case 'candidates':
      return `${paragraph(part.question)}\n\n${resources(part.rows, part.rows.length)}`;
    case 'suggestions':
      return '';
    case 'plan':
      return planMarkdown(
        part.planId,
        plans.find(({ plan }) => plan.planId === part.planId),
      );
  }
}

function resources(rows: readonly ResourceSummary[], total: number): string {
  if (rows.length === 0) return '';
  const cells = rows.map(({ name, resourceType, accountId, region, state, asOf }) => [
    name,
    resourceType,
    accountId,
    region,
    state ?? '',
    asOf,
  ]);
  const shown = table(['Name', 'Type', 'Account', 'Region', 'State', 'As of'], cells);
  return total > rows.length ? `${shown}\n\n${rows.length} of ${total} shown.` : shown;
}

function planMarkdown(planId: string, view: PlanView | undefined): string {
  if (view === undefined) return `Plan ${line(planId)}, not known any more.`;
  const { plan, status, execution } = view;
  const { target, identity, call } = plan;
  return table(
    ['Plan', line(plan.title)],
    [
      ['Target', `${target.name} (${target.resourceType}, ${target.region})`],
      ['Account', `${identity.accountName} ${identity.accountId}, profile ${identity.profile}`],
      ['Call', call.cli],
      ['Risk', plan.risk],
      ['Decision', status],
      ...(execution === null
        ? []
        : [['Outcome', [execution.state, execution.finishedAt ?? ''].join(' ').trim()]]),
    ],
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]) => `| ${cells.map(line).join(' | ')} |`;
  return [row(head), `|${head.map(() => ' --- |').join('')}`, ...rows.map(row)].join('\n');
}

/** Text with its own line breaks. */
function paragraph(text: string): string {
  return visible(text)
    .split(/\r\n|[\r\n]/)
    .map(literal)
    .join('  \n');
}

/** Text on one line, as in a heading or a table. */
function line(text: string): string {
  return literal(visible(text).replace(/\s+/g, ' '));
}

function literal(text: string): string {
  return text
    .replace(/^[ \t]+/, (blank) => '\u00a0'.repeat(blank.length))
    .replace(/[\\`*_[\]<>&|~$@{}]/g, '\\$&')
    .replace(/^(\u00a0*)([#+=-])/, '$1\\$2')
    .replace(/^(\u00a0*\d+)([.)])/, '$1\\$2')
    .replace(/:(?=\/\/)/g, '\\:')
    .replace(/\bwww\./gi, (www) => `${www.slice(0, -1)}\\.`);
}
