import { Button, PasswordInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { cacheSync } from '../../api/cacheSync.ts';
import { useAction } from '../../api/queries.ts';
import { Dialog } from '../Dialog.tsx';
import { ErrorState } from '../ErrorState.tsx';
import classes from './keys.module.css';
import { passphraseStrength } from './secret.ts';

interface Props {
  /** One is set already: this takes its place. */
  change: boolean;
  /** At the first start: the key of the workspace goes into a file under it. */
  keyFile?: boolean;
  onClose: () => void;
}

/** Sets or changes the passphrase, typed twice, above the floor. */
export function PassphraseDialog({ change, keyFile = false, onClose }: Props) {
  const [text, setText] = useState('');
  const [again, setAgain] = useState('');
  const [differs, setDiffers] = useState(false);
  const setOnly = useAction('key.setPassphrase', onClose);
  const useFile = useAction('key.useFile', (next) => {
    cacheSync.setStatus(next);
    onClose();
  });
  const set = keyFile ? useFile : setOnly;
  const { reset } = set;
  useEffect(() => reset, [reset]);
  const strength = passphraseStrength(text);
  const submit = () => {
    setDiffers(text !== again);
    if (text === again && strength.level !== 'refused') set.mutate({ passphrase: text });
  };
  return (
    <Dialog onClose={onClose} title={change ? 'Change the passphrase' : 'Set a passphrase'} size={440}>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <p className={classes.text}>
          {keyFile
            ? 'The key is kept in a file that opens with this passphrase alone; it is asked for at each start. Without it nobody opens this workspace, unless you make a recovery key as well.'
            : 'It opens this workspace and its backups, as the recovery key does.'}
          {change &&
            ' Backups made before still open with the old one. If someone else may have it, back up again and delete those: the Backups screen marks them.'}
        </p>
        <PasswordInput
          label="Passphrase"
          size="xs"
          data-autofocus
          autoComplete="new-password"
          maxLength={1_000}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setDiffers(false);
          }}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the passphrase' }}
          inputWrapperOrder={['label', 'input', 'description']}
          description={<span data-level={strength.level}>{strength.words}</span>}
        />
        <PasswordInput
          label="The same again"
          size="xs"
          autoComplete="new-password"
          maxLength={1_000}
          value={again}
          error={differs && 'This differs from the first.'}
          onChange={(event) => {
            setAgain(event.currentTarget.value);
            setDiffers(false);
          }}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the repeated passphrase' }}
        />
        {set.error && <ErrorState error={set.error} />}
        <div className={classes.foot}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            disabled={strength.level === 'refused' || again === ''}
            loading={set.isPending}
          >
            {change ? 'Change the passphrase' : 'Set the passphrase'}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
