import { Button } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { useState } from 'react';
import { useRequest } from '../../api/queries.ts';
import { ErrorState } from '../../components/ErrorState.tsx';
import { TextSkeleton } from '../../components/Skeletons.tsx';
import classes from './backup.module.css';

/** What the bucket and the role must allow, to copy: enough to write backups, too little to destroy them. */
export function Policies({ bucket }: { bucket: string }) {
  const [open, setOpen] = useState(false);
  return (
    <div className={classes.policies}>
      <button type="button" className="link-button" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? 'Hide the policies' : 'Show the bucket and role policies it needs'}
      </button>
      {open && <PolicyTexts bucket={bucket} />}
    </div>
  );
}

function PolicyTexts({ bucket }: { bucket: string }) {
  const { data, error, refetch } = useRequest('backup.policies', { bucket }, { keepPrevious: true });
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <TextSkeleton lines={6} />;
  return (
    <>
      <p className="soft">
        Least privilege: neither lets a backup's versions be deleted, so stolen credentials cannot destroy
        them. Turn on versioning for the bucket.
      </p>
      <div className={classes.policyPair}>
        <Policy title="Bucket policy" text={data.bucketPolicy} />
        <Policy title="Role policy" text={data.rolePolicy} />
      </div>
    </>
  );
}

function Policy({ title, text }: { title: string; text: string }) {
  const clipboard = useClipboard({ timeout: 1_500 });
  return (
    <div className={classes.policy}>
      <div className={classes.policyHead}>
        <h3>{title}</h3>
        <Button variant="default" h={24} px={8} onClick={() => clipboard.copy(text)}>
          {clipboard.copied ? 'Copied' : 'Copy'}
          <span className="visually-hidden"> the {title.toLowerCase()}</span>
        </Button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <pre className={classes.policyText} tabIndex={0}>
        {text}
      </pre>
    </div>
  );
}
