import { VisuallyHidden } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Plan } from '../../../preload/contract/models.ts';
import { plural, roleName, typeName } from '../../state/format.ts';
import { Age } from '../Age.tsx';
import { ResourceLink } from '../ResourceLink.tsx';
import { StateLabel } from '../StateLabel.tsx';
import { CopyText } from './CopyText.tsx';
import { PlanOrigin } from './PlanOrigin.tsx';
import classes from './plan.module.css';
import { callText, clock, endsSoon, moreWords, sessionWords, visible } from './words.ts';

interface Props {
  plan: Plan;
  now: number;
  /** A record: what was true when it was made, without what goes on ticking. */
  frozen: boolean;
}

/** On what, and who acts: what must stay in sight while the rest of a long card is read. */
export function PlanSubject({ plan: { target, identity }, now, frozen }: Props) {
  const native = target.nativeId !== target.name && target.nativeId !== target.arn;
  return (
    <>
      <div className={classes.target}>
        <bdi className={classes.name}>
          <ResourceLink id={target.resourceId} name={target.name} />
        </bdi>
        {native && <span className="mono">{visible(target.nativeId)}</span>}
        <span className={classes.targetFacts}>
          <span>{target.kind ?? typeName(target.resourceType)}</span>
          <span className="mono">{target.region}</span>
          {frozen ? (
            <span className="soft">
              was {target.state ?? 'in no state'} at {clock(target.asOf, now)}
            </span>
          ) : (
            <>
              <StateLabel state={target.state} />
              <span className="soft">
                <Age iso={target.asOf} />
              </span>
            </>
          )}
        </span>
      </div>
      <dl className={classes.facts}>
        <Fact label="as">
          <Actor identity={identity} now={now} frozen={frozen} />
        </Fact>
      </dl>
    </>
  );
}

/** The rest of the plan, as label and value; never shortened, because this is what is approved. */
export function PlanFacts({ plan, inThread }: { plan: Plan; inThread: boolean }) {
  const { call, checks, affects, undo, undoNote } = plan;
  const more = moreWords(plan);
  return (
    <dl className={classes.facts}>
      <Fact label="call">
        <CopyText label="Copy call" text={callText(call)} />
        <CopyText label="Copy CLI command" text={visible(call.cli)} words />
        {more !== null && <p className={classes.warning}>{more}</p>}
      </Fact>
      {checks.length > 0 && (
        <Fact label="checks">
          <Checks checks={checks} />
        </Fact>
      )}
      <Fact label="affects">
        <Affects affects={affects} />
      </Fact>
      <Fact label="undo">
        {undo === null ? (
          <strong>nothing can undo this</strong>
        ) : (
          <CopyText label="Copy undo command" text={visible(undo)} words />
        )}
        {undoNote !== null && <p className="soft">{visible(undoNote)}</p>}
      </Fact>
      {!inThread && (
        <Fact label="from">
          <PlanOrigin origin={plan.origin} conversationId={plan.conversationId} />
        </Fact>
      )}
    </dl>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Actor({ identity, now, frozen }: { identity: Plan['identity']; now: number; frozen: boolean }) {
  return (
    <span className={classes.actor}>
      <span>
        <strong title={identity.arn}>{visible(roleName(identity.arn))}</strong> @{' '}
        {visible(identity.accountName)} <span className="num">({identity.accountId})</span>
      </span>
      {identity.production && <span className={classes.production}>production</span>}
      <span className="soft">profile {visible(identity.profile)}</span>
      {!frozen && (
        <span className={classes.session} data-short={endsSoon(identity.expiresAt, now) || undefined}>
          {sessionWords(identity.expiresAt, now)}
        </span>
      )}
    </span>
  );
}

const CHECK: Record<Plan['checks'][number]['status'], { mark: string; word: string }> = {
  pass: { mark: '✓', word: 'Passed' },
  fail: { mark: '✕', word: 'Failed' },
  unknown: { mark: '?', word: 'Unknown' },
  none: { mark: '–', word: 'Not available' },
};

function Checks({ checks }: { checks: Plan['checks'] }) {
  return (
    <ul className={classes.checks}>
      {checks.map((check) => (
        <li key={`${check.name} ${check.text}`} data-status={check.status}>
          <span className={classes.checkMark} aria-hidden="true">
            {CHECK[check.status].mark}
          </span>
          <span>
            <VisuallyHidden>{CHECK[check.status].word}: </VisuallyHidden>
            {visible(check.text)}
          </span>
        </li>
      ))}
    </ul>
  );
}

const FEW = 3;

function Affects({ affects }: { affects: Plan['affects'] }) {
  const [all, setAll] = useState(false);
  if (affects.length === 0) return <span className="soft">nothing else that is known</span>;
  const shown = all ? affects : affects.slice(0, FEW);
  return (
    <>
      <ul className={classes.affects}>
        {shown.map((item, index) => (
          <li key={`${item.resourceId ?? index} ${item.name}`}>
            <ResourceLink id={item.resourceId} name={item.name} />
            <span className="soft">{visible(item.text)}</span>
          </li>
        ))}
      </ul>
      {affects.length > FEW && (
        <button type="button" className="link-button" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'show fewer' : `show ${plural(affects.length - FEW, 'more', 'more')}`}
        </button>
      )}
    </>
  );
}
