import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { KeyInfo } from '../../../preload/contract/models.ts';
import { queryKey, useAction, useRequest } from '../../api/queries.ts';
import { ConfirmDialog } from '../../components/ConfirmDialog.tsx';
import { ErrorState } from '../../components/ErrorState.tsx';
import { Facts } from '../../components/Facts.tsx';
import { PassphraseDialog } from '../../components/keys/PassphraseDialog.tsx';
import { RecoveryKeyDialog } from '../../components/keys/RecoveryKeyDialog.tsx';
import { TextSkeleton } from '../../components/Skeletons.tsx';
import { exactTime } from '../../state/format.ts';
import { Line } from './Line.tsx';
import { Rotation } from './Rotation.tsx';
import { keySourceWords, revokeWords, slotOf } from './words.ts';

type Kind = KeyInfo['slots'][number]['kind'];

/** Where the key is, what else opens this workspace and its backups, and its renewal. */
export function Keys() {
  const { data: status } = useRequest('app.status', {});
  const { data: keys, error, refetch } = useRequest('key.info', {});
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!keys || !status) return <TextSkeleton lines={5} />;
  return (
    <>
      <Facts facts={[{ label: 'Key', value: keySourceWords(status.key) }]} />
      <RecoveryLine keys={keys} />
      <PassphraseLine keys={keys} />
      <Rotation keys={keys} />
    </>
  );
}

function RecoveryLine({ keys }: { keys: KeyInfo }) {
  const [making, setMaking] = useState(false);
  const slot = slotOf(keys, 'recovery');
  const keep = useKeepKeys();
  const postpone = useAction('key.postponeRecovery', keep);
  const close = useCloseKeys(setMaking);
  return (
    <Line
      label="Recovery key"
      hint={
        slot
          ? `Made ${exactTime(slot.createdAt)}. With it alone, every backup opens on any machine.`
          : 'None. Without one, backups open on this machine only.'
      }
    >
      {!slot && !keys.recoveryPostponed && (
        <Button
          variant="subtle"
          color="gray"
          loading={postpone.isPending}
          onClick={() => postpone.mutate({})}
        >
          Later
        </Button>
      )}
      {slot && <Revoke keys={keys} kind="recovery" />}
      <Button variant={slot ? 'default' : 'filled'} onClick={() => setMaking(true)}>
        {slot ? 'Make a new one' : 'Make a recovery key'}
      </Button>
      {making && <RecoveryKeyDialog replaces={slot !== null} onClose={close} onDone={close} />}
    </Line>
  );
}

function PassphraseLine({ keys }: { keys: KeyInfo }) {
  const [setting, setSetting] = useState(false);
  const slot = slotOf(keys, 'passphrase');
  const close = useCloseKeys(setSetting);
  return (
    <Line
      label="Passphrase"
      hint={
        slot
          ? `Set ${exactTime(slot.createdAt)}. It opens what the recovery key opens.`
          : 'None. A second way in that needs no paper.'
      }
    >
      {slot && <Revoke keys={keys} kind="passphrase" />}
      <Button variant="default" onClick={() => setSetting(true)}>
        {slot ? 'Change it' : 'Set a passphrase'}
      </Button>
      {setting && <PassphraseDialog change={slot !== null} onClose={close} />}
    </Line>
  );
}

function Revoke({ keys, kind }: { keys: KeyInfo; kind: Kind }) {
  const [asking, setAsking] = useState(false);
  const keep = useKeepKeys();
  const revoke = useAction('key.revoke', (next) => {
    keep(next);
    setAsking(false);
  });
  const name = kind === 'recovery' ? 'recovery key' : 'passphrase';
  return (
    <>
      <Button variant="default" onClick={() => setAsking(true)}>
        Revoke<span className="visually-hidden"> the {name}</span>
      </Button>
      <ConfirmDialog
        opened={asking}
        title={`Revoke the ${name}?`}
        confirmLabel="Revoke"
        danger
        busy={revoke.isPending}
        error={revoke.error}
        onConfirm={() => revoke.mutate({ kind })}
        onClose={() => setAsking(false)}
      >
        {revokeWords(keys, kind)}
      </ConfirmDialog>
    </>
  );
}

function useKeepKeys(): (keys: KeyInfo) => void {
  const client = useQueryClient();
  return (keys) => client.setQueryData(queryKey('key.info', {}), keys);
}

/** A dialog that changed keys closes; what is shown is asked again, whether or not its event came. */
function useCloseKeys(setOpen: (open: boolean) => void): () => void {
  const client = useQueryClient();
  return () => {
    setOpen(false);
    void client.invalidateQueries({ queryKey: ['key.info'] });
  };
}
