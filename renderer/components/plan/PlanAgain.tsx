import { Button } from '@mantine/core';
import type { Plan } from '../../../preload/contract/models.ts';
import { RequestError } from '../../api/client.ts';
import { useAction } from '../../api/queries.ts';
import { pushDetails } from '../../state/details.ts';
import { ErrorState } from '../ErrorState.tsx';
import classes from './plan.module.css';

interface Props {
  plan: Plan;
  /** The same once more, or what undoes it. */
  what: 'again' | 'undo';
}

/** Makes a new plan, checked afresh, and shows it. Absent where the plan does not say which action it was made from. */
export function PlanAgain({ plan, what }: Props) {
  const propose = useAction('plans.propose', (view) =>
    pushDetails({ kind: 'plan', planId: view.plan.planId }),
  );
  const action = what === 'again' ? plan.action : plan.undoAction;
  if (!action) return null;
  const { resourceId } = plan.target;
  return (
    <>
      <div className={classes.buttons}>
        <Button
          type="button"
          variant="default"
          loading={propose.isPending}
          onClick={() => propose.mutate({ resourceId, action })}
        >
          {what === 'again' ? 'Plan again' : 'Undo…'}
        </Button>
        <span className={classes.reason}>
          {what === 'again'
            ? 'makes a new plan with fresh checks'
            : 'makes a plan first; nothing runs before you approve it'}
        </span>
      </div>
      <ProposeError error={propose.error} />
    </>
  );
}

/** Why no plan was made. What is so already is an answer, not a failure. */
export function ProposeError({ error }: { error: Error | null }) {
  if (!error) return null;
  const already = error instanceof RequestError && error.data.details?.already !== undefined;
  return already ? <p role="status">{error.message}</p> : <ErrorState error={error} />;
}
