import type { MessagePart } from '../../../../preload/contract/models.ts';
import { AccountBadge } from '../../../components/AccountBadge.tsx';
import { visible, visibleLines, visibleName } from '../../../components/plan/words.ts';
import { StateLabel } from '../../../components/StateLabel.tsx';
import { typeName } from '../../../state/format.ts';
import classes from '../chat.module.css';

type Props = Extract<MessagePart, { kind: 'candidates' }> & {
  disabled: boolean;
  onPick: (resourceId: string) => void;
};

/** A question with its possible answers: the app never picks among several by itself. */
export function Candidates({ question, rows, disabled, onPick }: Props) {
  return (
    <fieldset className={classes.candidates} disabled={disabled}>
      <legend>{visibleLines(question)}</legend>
      {rows.map((row) => (
        <button key={row.id} type="button" className={classes.candidate} onClick={() => onPick(row.id)}>
          <span className={classes.candidateName}>
            <bdi>{visibleName(row.name)}</bdi>
            {row.nativeId !== row.name && row.nativeId !== row.arn && (
              <span className="mono soft">{visible(row.nativeId)}</span>
            )}
          </span>
          <span>{typeName(row.resourceType)}</span>
          <AccountBadge accountId={row.accountId} />
          <span className="mono" data-uncut="region">
            {row.region}
          </span>
          <StateLabel state={row.state} />
        </button>
      ))}
    </fieldset>
  );
}
