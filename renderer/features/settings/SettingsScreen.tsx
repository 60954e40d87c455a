import { Button, SegmentedControl, TextInput } from '@mantine/core';
import { type ReactNode, type RefObject, useEffect, useRef, useState } from 'react';
import type { Settings } from '../../../preload/contract/models.ts';
import { cacheSync } from '../../api/cacheSync.ts';
import { useAction, useRequest } from '../../api/queries.ts';
import { usePatchSettings, useSettings } from '../../api/useSettings.ts';
import { ErrorState } from '../../components/ErrorState.tsx';
import { Facts } from '../../components/Facts.tsx';
import { takeIntent, useNav } from '../../state/nav.ts';
import { notifyError } from '../../state/toasts.ts';
import { DeleteEverything } from './DeleteEverything.tsx';
import { IdleLock } from './IdleLock.tsx';
import { Keys } from './Keys.tsx';
import { Line } from './Line.tsx';
import { MoveEngine } from './MoveEngine.tsx';
import { PrivacyFacts } from './PrivacyFacts.tsx';
import { StorageHealth } from './StorageHealth.tsx';
import classes from './settings.module.css';

export function SettingsScreen() {
  const storage = useRef<HTMLElement>(null);
  const keys = useRef<HTMLElement>(null);
  useShownSection({ storage, keys });
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
        <Section title="Storage" sectionRef={storage}>
          <StorageHealth />
          <MoveEngine />
        </Section>
        <Section title="Keys" sectionRef={keys}>
          <Keys />
        </Section>
        <Section title="Lock">
          <IdleLock />
        </Section>
        <Section title="Privacy">
          <PrivacyFacts />
        </Section>
        <Section title="Delete everything">
          <DeleteEverything />
        </Section>
      </div>
    </div>
  );
}

/** The status bar and other screens point at a part of the settings. */
function useShownSection(sections: Record<'storage' | 'keys', RefObject<HTMLElement | null>>): void {
  const intent = useNav((state) => state.intent);
  const latest = useRef(sections);
  useEffect(() => {
    if (intent?.screen !== 'settings') return;
    const taken = takeIntent('settings');
    if (taken) latest.current[taken.section].current?.scrollIntoView({ block: 'start' });
  }, [intent]);
}

interface SectionProps {
  title: string;
  sectionRef?: RefObject<HTMLElement | null>;
  children: ReactNode;
}

function Section({ title, sectionRef, children }: SectionProps) {
  return (
    <section ref={sectionRef} className={classes.section} aria-label={title}>
      <h2 className="section-title">{title}</h2>
      <div className={classes.body}>{children}</div>
    </section>
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
  const { workspace, version } = status;
  const other = workspace.sample ? 'default' : 'sample';
  return (
    <>
      <Facts
        facts={[
          { label: 'Name', value: workspace.sample ? `${workspace.name} (simulated AWS)` : workspace.name },
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
