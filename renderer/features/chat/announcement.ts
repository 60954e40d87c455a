import type { ChatMessage } from '../../../preload/contract/models.ts';
import { visible } from '../../components/plan/words.ts';

/** More of an answer than this is read where it stands. */
const SPOKEN = 200;

/** What a screen reader says when this answer, which is no plan, comes: of what kind it is, and why, where there is no answer. */
export function announcement({ parts }: Pick<ChatMessage, 'parts'>): string {
  if (parts.some((part) => part.kind === 'candidates')) return 'CloudOps asks which one you mean.';
  const said = parts.find((part) => part.kind === 'error' || part.kind === 'text');
  const words = said && 'text' in said ? visible(said.text.trim().split('\n', 1)[0] ?? '') : '';
  return words !== '' && words.length <= SPOKEN ? words : 'CloudOps has answered.';
}
