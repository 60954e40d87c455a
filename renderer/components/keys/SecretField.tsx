import { PasswordInput, SegmentedControl, Textarea } from '@mantine/core';
import classes from './keys.module.css';
import { askedKind, inGroups, type TypedSecret } from './secret.ts';

interface Props {
  secret: TypedSecret;
  /** What was made of these; absent = not known, so each may be tried. */
  opensWith?: readonly TypedSecret['kind'][] | undefined;
  onChange: (secret: TypedSecret) => void;
  /** Why it was refused or cannot be tried yet. */
  error?: string | null;
  onSubmit: () => void;
}

const KINDS: { value: TypedSecret['kind']; label: string }[] = [
  { value: 'recovery', label: 'Recovery key' },
  { value: 'passphrase', label: 'Passphrase' },
];

/** A recovery key or a passphrase, typed or pasted. */
export function SecretField({ secret: typed, opensWith, onChange, error = null, onSubmit }: Props) {
  const secret = askedKind(typed, opensWith);
  const submitOnEnter = (event: React.KeyboardEvent) => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
    event.preventDefault();
    onSubmit();
  };
  return (
    <div className={classes.secret}>
      {opensWith?.length !== 1 && (
        <SegmentedControl
          aria-label="Open with"
          data={KINDS}
          value={secret.kind}
          onChange={(kind) => onChange({ ...secret, kind })}
        />
      )}
      {secret.kind === 'recovery' ? (
        <Textarea
          label="Recovery key"
          description="14 groups of 4 characters, in any case, with or without gaps."
          size="xs"
          rows={2}
          classNames={{ input: classes.recoveryInput ?? '' }}
          autoComplete="off"
          spellCheck={false}
          maxLength={200}
          value={secret.recovery}
          error={error}
          onChange={(event) => onChange({ ...secret, recovery: event.currentTarget.value })}
          onBlur={() => onChange({ ...secret, recovery: inGroups(secret.recovery) })}
          onKeyDown={submitOnEnter}
        />
      ) : (
        <PasswordInput
          label="Passphrase"
          description="The one that was set in Settings, under Keys."
          size="xs"
          autoComplete="off"
          maxLength={1_000}
          value={secret.passphrase}
          error={error}
          onChange={(event) => onChange({ ...secret, passphrase: event.currentTarget.value })}
          onKeyDown={submitOnEnter}
          visibilityToggleButtonProps={{ 'aria-label': 'Show the passphrase' }}
        />
      )}
    </div>
  );
}
