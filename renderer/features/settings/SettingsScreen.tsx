import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Settings } from '../../../preload/contract/models.ts';
import { cacheSync } from '../../api/cacheSync.ts';
import { useAction, useRequest } from '../../api/queries.ts';
import { usePatchSettings, useSettings } from '../../api/useSettings.ts';
import { ErrorState } from '../../components/ErrorState.tsx';
import { Facts } from '../../components/Facts.tsx';
import { Id } from '../../components/Id.tsx';
import { notifyError } from '../../state/toasts.ts';
import { PrivacyFacts } from './PrivacyFacts.tsx';
import { StorageHealth } from './StorageHealth.tsx';
import classes from './settings.module.css';

export function SettingsScreen() {
  return (
    <div className="screen-scroll" style={{ height: '100%', boxSizing: 'border-box' }}>
      <div className={classes.page}>
        <Section title="Look">
          <Look />
        </Section>
        <Section title="Work">
          <DefaultRegion />
        </Section>
        <Section title="Workspace">
          <Workspace />
        </Section>
        <Section title="Storage">
          <StorageHealth />
        </Section>
        <Section title="Privacy">
          <PrivacyFacts />
        </Section>
      </div>
    </div>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.section} aria-label={title}>
      <h2 className="section-title">{title}</h2>
      <div className={classes.body}>{children}</div>
    </section>
  );
}

function Line({ label, hint, children }: { label: string; hint?: string; children: ReactNode }) {
  return (
    <div className={classes.line}>
      <div>
        <div>{label}</div>
        {hint && <div className={classes.hint}>{hint}</div>}
      </div>
      <div>{children}</div>
    </div>
  );
}

function Look() {
  const settings = useSettings();
  const patch = usePatchSettings();
  const set = (part: Partial<Settings>) => void patch(part).catch(notifyError);
  return (
    <>
      <Line label="Theme">
        <SegmentedControl
          aria-label="Theme"
          data={[
            { value: 'system', label: 'System' },
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ]}
          value={settings.theme}
          onChange={(theme) => set({ theme })}
        />
      </Line>
      <Line label="Rows" hint="28 or 36 px high">
        <SegmentedControl
          aria-label="Row height"
          data={[
            { value: 'compact', label: 'Compact' },
            { value: 'comfortable', label: 'Comfortable' },
          ]}
          value={settings.density}
          onChange={(density) => set({ density })}
        />
      </Line>
    </>
  );
}

const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;

function DefaultRegion() {
  const { defaultRegion } = useSettings();
  const patch = usePatchSettings();
  const [text, setText] = useState<string | null>(null);
  const shown = text ?? defaultRegion ?? '';
  const wrong = shown !== '' && !REGION.test(shown);
  const save = () => {
    if (text === null || wrong) return;
    patch({ defaultRegion: text === '' ? null : text })
      .then(() => setText(null))
      .catch(notifyError);
  };
  return (
    <Line label="Default region" hint="Told to the assistant with each sentence, as the region you work in.">
      <TextInput
        aria-label="Default region"
        placeholder="us-west-2"
        w={200}
        value={shown}
        error={wrong && 'A region is written like us-west-2.'}
        onChange={(event) => setText(event.currentTarget.value.trim().toLowerCase())}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.key === 'Enter') save();
        }}
      />
    </Line>
  );
}

function Workspace() {
  const { data: status } = useRequest('app.status', {});
  const open = useAction('workspace.open', (next) => cacheSync.setStatus(next));
  if (!status) return null;
  const { workspace, key, version } = status;
  const other = workspace.sample ? 'default' : 'sample';
  return (
    <>
      <Facts
        facts={[
          { label: 'Name', value: workspace.sample ? `${workspace.name} (simulated AWS)` : workspace.name },
          { label: 'Folder', value: <Id value={workspace.path} max={64} /> },
          { label: 'Key', value: keyWords(key) },
          { label: 'Version', value: version },
        ]}
      />
      {open.error && <ErrorState error={open.error} />}
      <Button variant="default" mt={12} loading={open.isPending} onClick={() => open.mutate({ name: other })}>
        {workspace.sample ? 'Open my own workspace' : 'Open the sample estate'}
      </Button>
    </>
  );
}

function keyWords(key: { source: string; filePath: string | null }): string {
  if (key.source === 'keychain') return 'in the keychain of this machine';
  if (key.source === 'env') return 'from an environment variable';
  if (key.source === 'file') return `in a file only you can read${key.filePath ? ` (${key.filePath})` : ''}`;
  return 'none yet';
}
