import { useQueryClient } from '@tanstack/react-query';
import type { Plan, PlanView } from '../../../preload/contract/models.ts';
import { queryKey, useAction, useRequest } from '../../api/queries.ts';
import { useNow } from '../../state/time.ts';
import {
  afterDecision,
  approvalBlock,
  isFinal,
  type Lock,
  type PlanPhase,
  planPhase,
  profileLock,
} from './planPhase.ts';

/** What the card shows at this moment, and the clock it was judged by. */
export interface PlanNow {
  view: PlanView;
  phase: PlanPhase;
  lock: Lock;
  now: number;
}

/** The plan with its live state; events keep both answers fresh. */
export function usePlan(planId: string) {
  const plan = useRequest('plans.get', { planId });
  const accounts = useRequest('accounts.list', {});
  const { data: view, error, refetch } = plan;
  const now = useNow(view && isRecord(view) ? 60_000 : 1_000);
  if (!view) return { current: null, error, refetch };
  const lock = profileLock(view.plan.identity, accounts.data?.accounts, now);
  return {
    current: { view, phase: planPhase(view, now), lock, now } satisfies PlanNow,
    error: null,
    refetch,
  };
}

/** Nothing of it changes any more: it need not be drawn each second. */
function isRecord({ status, execution }: PlanView): boolean {
  return execution ? isFinal(execution.state) : status === 'rejected' || status === 'expired';
}

/** The person's decisions on one plan. Main checks each again; a refusal is shown and the plan read anew. */
export function useDecision(
  { view, phase, lock }: PlanNow,
  typedName: string,
  on: { decided: () => void; unlocked: () => void },
) {
  const client = useQueryClient();
  const { plan } = view;
  const key = queryKey('plans.get', { planId: plan.planId });
  const store = (decided: PlanView) => {
    on.decided();
    client.setQueryData<PlanView>(key, (old) => afterDecision(old, decided));
  };
  const reread = () => void client.invalidateQueries({ queryKey: key });
  const approve = useAction('plans.approve', store);
  const reject = useAction('plans.reject', store);
  const unlocked = () => {
    on.unlocked();
    void client.invalidateQueries({ queryKey: queryKey('accounts.list', {}) });
  };
  const unlock = useAction('profiles.unlock', unlocked);
  const busy = approve.isPending || reject.isPending;
  const block = approvalBlock({ phase, lock: lock.state, confirmName: plan.confirmName, typedName, busy });
  return {
    block,
    busy,
    approving: approve.isPending,
    unlocking: unlock.isPending,
    error: approve.error ?? reject.error ?? unlock.error,
    approve: () => {
      if (block === null) approve.mutate(approvalOf(plan, typedName), { onError: reread });
    },
    reject: () => reject.mutate({ planId: plan.planId }, { onError: reread }),
    unlocked,
    unlock: () => unlock.mutate({ profile: plan.identity.profile, minutes: 60 }),
  };
}

function approvalOf(plan: Plan, typedName: string) {
  const approval = { planId: plan.planId, digest: plan.digest };
  return plan.confirmName === null ? approval : { ...approval, typedName };
}
