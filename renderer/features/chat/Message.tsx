import { useQueryClient } from '@tanstack/react-query';
import { memo } from 'react';
import type { ChatMessage, MessagePart } from '../../../preload/contract/models.ts';
import { PlanCard } from '../../components/plan/PlanCard.tsx';
import { visibleLines } from '../../components/plan/words.ts';
import classes from './chat.module.css';
import { MessageFrame } from './MessageFrame.tsx';
import { Candidates } from './parts/Candidates.tsx';
import { ErrorText } from './parts/ErrorText.tsx';
import { Facts } from './parts/Facts.tsx';
import { Resources } from './parts/Resources.tsx';
import { Sources } from './parts/Sources.tsx';
import { Suggestions } from './parts/Suggestions.tsx';
import { sendMessage } from './sendMessage.ts';

interface Props {
  message: ChatMessage;
  /** A message of this conversation is on its way: no other may be sent meanwhile. */
  busy: boolean;
  /** A search led here. */
  found?: boolean;
}

/** One stored message. Its texts are plain: nothing in them is ever read as markup. */
export const Message = memo(function Message({ message, busy, found = false }: Props) {
  return (
    <MessageFrame speaker={message.role} timestamp={message.timestamp} found={found}>
      {message.parts.map((part, index) => (
        <Part key={index} part={part} conversationId={message.conversationId} busy={busy} />
      ))}
      <Sources sources={message.sources} />
    </MessageFrame>
  );
});

interface PartProps {
  part: MessagePart;
  conversationId: string;
  busy: boolean;
}

function Part({ part, conversationId, busy }: PartProps) {
  const client = useQueryClient();
  const ask = (text: string, resourceId: string | null = null) =>
    void sendMessage(client, conversationId, text, resourceId);
  switch (part.kind) {
    case 'text':
      return <p className={classes.text}>{visibleLines(part.text)}</p>;
    case 'facts':
      return <Facts {...part} />;
    case 'resources':
      return <Resources {...part} />;
    case 'candidates':
      return <Candidates {...part} disabled={busy} onPick={(resourceId) => ask(part.prompt, resourceId)} />;
    case 'suggestions':
      return <Suggestions texts={part.texts} disabled={busy} onPick={ask} />;
    case 'plan':
      return <PlanCard planId={part.planId} inThread />;
    case 'error':
      return <ErrorText text={part.text} />;
  }
}
