import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconExternalLink, IconRefresh } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import type { Resource, ResourceDetail } from '../../preload/contract/models.ts';
import { request } from '../api/client.ts';
import { queryKey, useAction, useRequest } from '../api/queries.ts';
import { pushDetails } from '../state/details.ts';
import { typeName } from '../state/format.ts';
import { notifyError } from '../state/toasts.ts';
import { AccountBadge } from './AccountBadge.tsx';
import { Age } from './Age.tsx';
import { consoleUrl } from './consoleUrl.ts';
import { ErrorState } from './ErrorState.tsx';
import { Facts } from './Facts.tsx';
import { Id } from './Id.tsx';
import { ProposeError } from './plan/PlanAgain.tsx';
import { visible, visibleName } from './plan/words.ts';
import { RelatedList } from './RelatedList.tsx';
import classes from './ResourceDetails.module.css';
import { resourceActions } from './resourceActions.ts';
import { TextSkeleton } from './Skeletons.tsx';
import { StateLabel } from './StateLabel.tsx';

/** The editor is a third of the page's code and wanted rarely. */
const RawJson = lazy(() => import('./RawJson.tsx').then((module) => ({ default: module.RawJson })));

/** All that is known of one resource, how old it is, and what can be asked of it. */
export function ResourceDetails({ id }: { id: string }) {
  const { data, error, refetch } = useRequest('resources.get', { id });
  const client = useQueryClient();
  const refresh = useAction('resources.refresh', (detail) =>
    client.setQueryData(queryKey('resources.get', { id }), detail),
  );
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <TextSkeleton lines={12} />;
  const { resource } = data;
  return (
    <article aria-label={visibleName(resource.name)}>
      <header className={classes.head}>
        <div className={classes.kind}>{typeName(resource.resourceType, resource.facts.Engine)}</div>
        <h2 className={classes.name}>{visibleName(resource.name)}</h2>
        <div className={classes.stateLine}>
          <StateLabel state={resource.state} />
          <span className="soft">
            read <Age iso={resource.asOf} />
          </span>
          <Tooltip label="Read it from AWS again">
            <ActionIcon
              size="sm"
              aria-label="Refresh"
              loading={refresh.isPending}
              onClick={() => refresh.mutate({ id })}
            >
              <IconRefresh size={15} stroke={1.75} />
            </ActionIcon>
          </Tooltip>
          <ConsoleLink resource={resource} />
        </div>
      </header>
      {refresh.error && <ErrorState error={refresh.error} />}
      <Actions resource={resource} />
      <Sections detail={data} />
    </article>
  );
}

function Sections({ detail: { resource, related } }: { detail: ResourceDetail }) {
  const tags = Object.entries(resource.tags);
  const facts = Object.entries(resource.facts);
  const constraints = Object.entries(resource.constraints);
  const unknown = Object.entries(resource.unknown ?? {});
  return (
    <>
      <Section title="Identity">
        <Facts
          facts={[
            { label: 'Account', value: <AccountBadge accountId={resource.accountId} /> },
            { label: 'Account id', value: <Id value={resource.accountId} /> },
            { label: 'Region', value: resource.region },
            // Load balancers and target groups are addressed by their ARN.
            ...(resource.nativeId === resource.arn
              ? []
              : [{ label: 'Id', value: <Id value={resource.nativeId} whole /> }]),
            { label: 'ARN', value: <Id value={resource.arn} whole /> },
            { label: 'Created', value: resource.createdAt ? <Age iso={resource.createdAt} /> : '' },
          ]}
        />
      </Section>
      {facts.length > 0 && (
        <Section title="Facts">
          <Facts facts={facts.map(([label, value]) => ({ label, value: visible(String(value)) }))} />
        </Section>
      )}
      {constraints.length > 0 && (
        <Section title="Constraints">
          <Facts
            facts={constraints.map(([name, holds]) => ({ label: words(name), value: holds ? 'yes' : 'no' }))}
          />
        </Section>
      )}
      {related.length > 0 && (
        <Section title="Related" count={related.length}>
          <RelatedList related={related} here={resource} />
        </Section>
      )}
      <Section title="Tags" count={tags.length}>
        {tags.length === 0 ? (
          <p className="soft">{resource.unknown?.tags ? '? Not known.' : 'No tags.'}</p>
        ) : (
          <Facts facts={tags.map(([label, value]) => ({ label: visible(label), value: visible(value) }))} />
        )}
      </Section>
      {unknown.length > 0 && (
        <Section title="Not told by AWS" count={unknown.length}>
          <p className="soft">What stands there is as last known.</p>
          <Facts
            facts={unknown.map(([field, reason]) => ({
              label: visible(field),
              value: `? ${visible(reason)}`,
            }))}
          />
        </Section>
      )}
      <RawSection resource={resource} />
    </>
  );
}

const words = (name: string) => name.replaceAll('_', ' ');

function Section({ title, count, children }: { title: string; count?: number; children: ReactNode }) {
  return (
    <section className={classes.section}>
      <h3 className={classes.title}>
        {title} {count !== undefined && <span className="soft num">{count}</span>}
      </h3>
      {children}
    </section>
  );
}

function RawSection({ resource }: { resource: Resource }) {
  const [open, setOpen] = useState(false);
  return (
    <section className={classes.section}>
      <h3 className={classes.title}>
        <button type="button" className="link-button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Hide what AWS answered' : 'Show what AWS answered (JSON)'}
        </button>
      </h3>
      {open && (
        <div className={classes.raw}>
          <Suspense fallback={<TextSkeleton lines={8} />}>
            <RawJson value={resource.raw} label={`JSON of ${visibleName(resource.name)}`} />
          </Suspense>
        </div>
      )}
    </section>
  );
}

function Actions({ resource }: { resource: Resource }) {
  const propose = useAction('plans.propose', (view) =>
    pushDetails({ kind: 'plan', planId: view.plan.planId }),
  );
  const actions = resourceActions(resource);
  if (actions.length === 0) return null;
  return (
    <>
      <div className={classes.actions} role="toolbar" aria-label="Actions; each shows its plan first">
        {actions.map(({ id, label, destructive }) => (
          <Button
            key={id}
            variant="default"
            h={28}
            {...(destructive ? { c: 'var(--danger)' } : {})}
            loading={propose.isPending && propose.variables?.action === id}
            disabled={propose.isPending && propose.variables?.action !== id}
            onClick={() => propose.mutate({ resourceId: resource.id, action: id })}
          >
            {label}…
          </Button>
        ))}
      </div>
      <ProposeError error={propose.error} />
    </>
  );
}

function ConsoleLink({ resource }: { resource: Resource }) {
  const sample = useRequest('app.status', {}).data?.workspace.sample ?? true;
  const url = consoleUrl(resource);
  if (sample || !url) return null;
  const open = async () => {
    const { opened } = await request('shell.openUrl', { url });
    if (!opened) window.open(url, '_blank', 'noopener,noreferrer');
  };
  return (
    <Tooltip label="Open in the AWS console">
      <ActionIcon size="sm" aria-label="Open in the AWS console" onClick={() => open().catch(notifyError)}>
        <IconExternalLink size={15} stroke={1.75} />
      </ActionIcon>
    </Tooltip>
  );
}
