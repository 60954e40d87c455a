import { useEffect, useRef, useState } from 'react';
import { useAction } from '../../api/queries.ts';
import { Dialog } from '../Dialog.tsx';
import { ErrorState } from '../ErrorState.tsx';
import { TextSkeleton } from '../Skeletons.tsx';
import { RecoveryCheck } from './RecoveryCheck.tsx';
import { RecoveryShown } from './RecoveryShown.tsx';

interface Props {
  /** There is one already: this takes its place. */
  replaces?: boolean;
  onClose: () => void;
  onDone: () => void;
}

/** Shows a new recovery key once, then asks for parts of it: only a key that was kept somewhere becomes valid. */
export function RecoveryKeyDialog({ replaces = false, onClose, onDone }: Props) {
  const create = useAction('key.createRecovery');
  const [step, setStep] = useState<'shown' | 'check'>('shown');
  const { mutate, reset } = create;
  const asked = useRef(false);
  useEffect(() => {
    // Once per dialog: a second key would make the one on the screen worthless.
    if (!asked.current) mutate({});
    asked.current = true;
  }, [mutate]);
  useEffect(() => reset, [reset]);
  return (
    <Dialog
      onClose={onClose}
      closeOnClickOutside={false}
      title={step === 'shown' ? 'Your recovery key' : 'Is it kept?'}
      size={560}
    >
      {create.error && <ErrorState error={create.error} onRetry={() => mutate({})} />}
      {create.isPending && <TextSkeleton lines={5} />}
      {create.data && step === 'shown' && (
        <RecoveryShown
          replaces={replaces}
          groups={create.data.groups}
          onNext={() => setStep('check')}
          onClose={onClose}
        />
      )}
      {create.data && step === 'check' && (
        <RecoveryCheck {...create.data} onBack={() => setStep('shown')} onDone={onDone} />
      )}
    </Dialog>
  );
}
