import type { ChatMessage, MessagePart, ResourceSummary } from '../../../preload/contract/models.ts';

/** What a person sees of a message, one line per part: what a search looks through. */
export function visibleText(message: Pick<ChatMessage, 'parts'>): string {
  return message.parts.map(partText).filter(Boolean).join('\n');
}

function partText(part: MessagePart): string {
  switch (part.kind) {
    case 'text':
    case 'error':
      return part.text;
    case 'facts':
      return [part.title, ...part.rows.map(({ label, value }) => `${label}: ${value}`)].join('\n');
    case 'resources':
      return part.rows.map(resourceText).join('\n');
    case 'candidates':
      return [part.question, ...part.rows.map(resourceText)].join('\n');
    case 'suggestions':
    case 'plan':
      return '';
  }
}

function resourceText({ name, nativeId, region }: ResourceSummary): string {
  return name === nativeId ? `${name} ${region}` : `${name} ${nativeId} ${region}`;
}
