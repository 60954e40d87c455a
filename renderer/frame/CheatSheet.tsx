import { Kbd, Modal } from '@mantine/core';
import { modKey } from '../state/platform.ts';
import classes from './CheatSheet.module.css';

const GROUPS: { name: string; keys: [string[], string][] }[] = [
  {
    name: 'Everywhere',
    keys: [
      [[modKey, 'K'], 'Command palette'],
      [['G', 'C'], 'Chat'],
      [['G', 'E'], 'Explorer'],
      [['G', 'A'], 'Activity'],
      [['G', 'P'], 'Accounts and profiles'],
      [['G', 'B'], 'Backups'],
      [['G', 'S'], 'Settings'],
      [[modKey, '.'], 'Dark or light theme'],
      [['Esc'], 'Close the panel'],
      [['?'], 'This list'],
    ],
  },
  {
    name: 'Lists',
    keys: [
      [['/'], 'Search'],
      [['J'], 'Next row, also ↓'],
      [['K'], 'Previous row, also ↑'],
      [['Enter'], 'Open the row; again: go into it'],
      [['Space'], 'Select the row'],
      [['Shift', '↓'], 'Select on'],
      [['↓'], 'Next filter, also ↑'],
    ],
  },
  { name: 'Chat', keys: [[[modKey, 'Enter'], 'Send']] },
];

export function CheatSheet({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keys" size={560}>
      <div className={classes.root}>
        {GROUPS.map((group) => (
          <section key={group.name}>
            <h3 className={classes.heading}>{group.name}</h3>
            <dl className={classes.list}>
              {group.keys.map(([keys, what]) => (
                <div key={what} className={classes.line}>
                  <dt>{what}</dt>
                  <dd className={classes.keys}>
                    {keys.map((key) => (
                      <Kbd key={key} size="xs">
                        {key}
                      </Kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}
