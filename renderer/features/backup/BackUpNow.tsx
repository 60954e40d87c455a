import { Button, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import type { BackupPart } from '../../../preload/contract/models.ts';
import { holds } from '../../components/backupWords.ts';
import classes from './backup.module.css';

interface Props {
  busy: boolean;
  disabled: boolean;
  /** Without parts: everything. */
  onCreate: (parts?: BackupPart[]) => void;
}

/** Everything by one click; a single collection by two. */
export function BackUpNow({ busy, disabled, onCreate }: Props) {
  return (
    <Button.Group>
      <Button loading={busy} disabled={disabled} onClick={() => onCreate()}>
        Back up now
      </Button>
      <Menu position="bottom-start">
        <Menu.Target>
          <Button className={classes.more} disabled={disabled || busy} aria-label="Choose what to back up">
            <IconChevronDown size={14} stroke={1.75} aria-hidden="true" />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => onCreate()}>Everything</Menu.Item>
          {(['chat_history', 'aws_estate', 'state'] as const).map((part) => (
            <Menu.Item key={part} onClick={() => onCreate([part])}>
              {holds([part])}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </Button.Group>
  );
}
