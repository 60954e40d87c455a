import { Button, TextInput } from '@mantine/core';
import { IconLock, IconLockOpen } from '@tabler/icons-react';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { ErrorState } from '../ErrorState.tsx';
import { UnlockDialog } from '../UnlockDialog.tsx';
import classes from './plan.module.css';
import { type PlanNow, useDecision } from './usePlan.ts';
import { clock, duration, visible, visibleName } from './words.ts';

interface Props {
  current: PlanNow;
  /** The person has decided, here and now. */
  onDecided: () => void;
}

/** Everything a person does about a proposed plan. Nothing here takes the focus or a key by itself. */
export function PlanDecision({ current, onDecided }: Props) {
  const { plan } = current.view;
  const [typedName, setTypedName] = useState('');
  const [asking, setAsking] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  // The unlock button goes away when it has worked; the focus stays in the card, never on the approval.
  const unlocked = () => form.current?.focus({ preventScroll: true });
  // A name with characters that cannot be seen is shown spelled out, so it may be typed spelled out.
  const { confirmName } = plan;
  const meant = confirmName !== null && typedName === visibleName(confirmName) ? confirmName : typedName;
  const decision = useDecision(current, meant, { decided: onDecided, unlocked });
  const armed = useArmed(current.lock.state);
  const reasonId = useId();
  const failed = plan.checks.filter((check) => check.status === 'fail').length;

  // Enter in the name box must not approve: only the button does.
  const ignore = (event: FormEvent) => event.preventDefault();

  return (
    <form className={classes.footer} onSubmit={ignore} tabIndex={-1} ref={form}>
      {decision.error && <ErrorState error={decision.error} />}
      <LockLine
        current={current}
        unlocking={decision.unlocking}
        onUnlock={plan.identity.production ? () => setAsking(true) : decision.unlock}
      />
      <UnlockDialog
        opened={asking}
        profile={{ name: plan.identity.profile, arn: plan.identity.arn }}
        account={{
          name: plan.identity.accountName,
          accountId: plan.identity.accountId,
          production: plan.identity.production,
        }}
        onUnlocked={() => {
          setAsking(false);
          decision.unlocked();
        }}
        onClose={() => setAsking(false)}
      />
      {failed > 0 && (
        <p className={classes.warning}>
          A check failed: AWS is likely to refuse this call, or to do less than it says.
        </p>
      )}
      {confirmName !== null && (
        <TextInput
          className={classes.confirm}
          label={
            <>
              Type <bdi className="mono">{visibleName(confirmName)}</bdi> to confirm
            </>
          }
          value={typedName}
          onChange={(event) => setTypedName(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
          disabled={decision.busy}
        />
      )}
      <div className={classes.buttons}>
        <Button
          type="button"
          className={classes.approve}
          color={plan.risk === 'destructive' ? 'red.9' : 'accent'}
          disabled={(decision.block !== null || !armed) && !decision.approving}
          loading={decision.approving}
          aria-describedby={reasonId}
          onClick={decision.approve}
        >
          Approve and run
        </Button>
        <Button type="button" variant="default" disabled={decision.busy} onClick={decision.reject}>
          Reject
        </Button>
        <span id={reasonId} className={classes.reason}>
          {decision.block ?? ''}
        </span>
        <span className={classes.expiry}>expires in {timeLeft(plan.expiresAt, current.now)}</span>
      </div>
    </form>
  );
}

/** A card appears where something else was just clicked: the second half of a double click must not approve. */
const ARMED_AFTER_MS = 700;

/** False for a moment after the card, or the way to approve it, has appeared. */
function useArmed(appearance: string): boolean {
  const [armed, setArmed] = useState<string | null>(null);
  useEffect(() => {
    const timer = window.setTimeout(() => setArmed(appearance), ARMED_AFTER_MS);
    return () => window.clearTimeout(timer);
  }, [appearance]);
  return armed === appearance;
}

function timeLeft(expiresAt: string, now: number): string {
  const left = Date.parse(expiresAt) - now;
  return left >= 120_000 ? `${Math.floor(left / 60_000)} min` : duration(left);
}

interface LockLineProps {
  current: PlanNow;
  unlocking: boolean;
  onUnlock: () => void;
}

function LockLine({ current, unlocking, onUnlock }: LockLineProps) {
  const { lock, view, now } = current;
  const profile = visible(view.plan.identity.profile);
  if (lock.state === 'unlocked' && lock.until !== null) {
    return (
      <p className={classes.lock}>
        <IconLockOpen size={14} stroke={1.75} aria-hidden="true" />
        <span>
          Profile {profile} may change things until {clock(lock.until, now)}.
        </span>
      </p>
    );
  }
  if (lock.state !== 'locked') return null;
  return (
    <div className={classes.lock} data-locked>
      <IconLock size={14} stroke={1.75} aria-hidden="true" />
      <span>
        Profile {profile} is read-only. Unlocking lets it change things in this account; each plan still asks.
      </span>
      <Button type="button" variant="default" size="compact-xs" loading={unlocking} onClick={onUnlock}>
        Unlock for 1 hour
      </Button>
    </div>
  );
}
