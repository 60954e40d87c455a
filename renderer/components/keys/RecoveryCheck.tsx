import { Button, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useAction } from '../../api/queries.ts';
import { ErrorState } from '../ErrorState.tsx';
import classes from './keys.module.css';
import { wrongGroups } from './secret.ts';

interface Props {
  groups: readonly string[];
  /** Positions from 0. */
  ask: readonly number[];
  onBack: () => void;
  onDone: () => void;
}

/** A few groups typed back: the key becomes valid only when it was really kept. */
export function RecoveryCheck({ groups, ask, onBack, onDone }: Props) {
  const [typed, setTyped] = useState<readonly string[]>(() => ask.map(() => ''));
  const [wrong, setWrong] = useState<readonly number[]>([]);
  const confirm = useAction('key.confirmRecovery', onDone);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const submit = () => {
    const differ = wrongGroups(groups, ask, typed);
    setWrong(differ);
    if (differ.length === 0) confirm.mutate({ typed: [...typed] });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <p className={classes.text}>Type these groups of it from where you kept it. Then the key is valid.</p>
      <div className={classes.asked}>
        {ask.map((group, at) => (
          <TextInput
            key={group}
            label={`Group ${group + 1}`}
            classNames={{ input: classes.recoveryInput ?? '' }}
            w={120}
            maxLength={20}
            autoComplete="off"
            spellCheck={false}
            ref={at === 0 ? first : undefined}
            value={typed[at] ?? ''}
            error={wrong.includes(group) && 'Not what was shown.'}
            onChange={(event) => {
              const text = event.currentTarget.value.toUpperCase();
              setTyped(typed.map((old, index) => (index === at ? text : old)));
              setWrong(wrong.filter((one) => one !== group));
            }}
          />
        ))}
      </div>
      {confirm.error && <ErrorState error={confirm.error} />}
      <div className={classes.foot}>
        <Button variant="default" onClick={onBack}>
          Show it again
        </Button>
        <Button type="submit" loading={confirm.isPending}>
          Finish
        </Button>
      </div>
    </form>
  );
}
