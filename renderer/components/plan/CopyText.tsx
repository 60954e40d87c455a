import { ActionIcon, Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import classes from './plan.module.css';

/** Code shown in full, with a button that copies exactly what is seen. */
export function CopyText({ label, text, soft = false }: { label: string; text: string; soft?: boolean }) {
  const clipboard = useClipboard({ timeout: 1_500 });
  return (
    <div className={classes.code} data-soft={soft || undefined}>
      <code>{text}</code>
      <Tooltip label={clipboard.copied ? 'Copied' : label}>
        <ActionIcon size="xs" aria-label={label} onClick={() => clipboard.copy(text)}>
          {clipboard.copied ? (
            <IconCheck size={14} stroke={1.75} aria-hidden="true" />
          ) : (
            <IconCopy size={14} stroke={1.75} aria-hidden="true" />
          )}
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
