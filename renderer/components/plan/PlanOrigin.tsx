import type { Plan } from '../../../preload/contract/models.ts';
import { useRequest } from '../../api/queries.ts';
import { navigate } from '../../state/nav.ts';
import { originWords } from './words.ts';

/** Who or what asked for the plan, with the way back to where it was said. */
export function PlanOrigin({ origin, conversationId }: Pick<Plan, 'origin' | 'conversationId'>) {
  const { data } = useRequest('chat.conversations', {});
  const words = originWords(origin.kind);
  if (conversationId === null) return <span>{words}</span>;
  const isThere = data?.conversations.some((one) => one.conversationId === conversationId);
  return (
    <span>
      {words}
      {isThere === true && (
        <>
          {' · '}
          <button
            type="button"
            className="link-button"
            onClick={() => navigate({ screen: 'chat', conversationId })}
          >
            open the conversation
          </button>
        </>
      )}
      {isThere === false && <span className="soft"> · the conversation was deleted</span>}
    </span>
  );
}
