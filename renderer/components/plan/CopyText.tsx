import { ActionIcon, Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { Fragment } from 'react';
import classes from './plan.module.css';

interface Props {
  label: string;
  text: string;
  /** A command line: broken between its words, so that no option is torn at its hyphens. */
  words?: boolean;
}

/** Code shown in full, with a button that copies exactly what is seen. */
export function CopyText({ label, text, words = false }: Props) {
  const clipboard = useClipboard({ timeout: 1_500 });
  return (
    <div className={classes.code} data-words={words || undefined}>
      <code>{words ? <Words text={text} /> : text}</code>
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

/** Text that contains options: broken between its words only. */
function Words({ text }: { text: string }) {
  return text.split(' ').map((word, index) => (
    <Fragment key={index}>
      {index > 0 && ' '}
      <span className={classes.word}>{word}</span>
    </Fragment>
  ));
}
