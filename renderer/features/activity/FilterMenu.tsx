import { Button, Checkbox, Popover, Stack } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';

interface Props<V extends string> {
  label: string;
  options: readonly { value: V; label: string }[];
  chosen: readonly V[];
  onChange: (chosen: V[]) => void;
}

/** A filter of alternatives; none chosen = all. */
export function FilterMenu<V extends string>({ label, options, chosen, onChange }: Props<V>) {
  const [opened, setOpened] = useState(false);
  const single =
    chosen.length === 1 ? options.find((option) => option.value === chosen[0])?.label : undefined;
  const shown = chosen.length === 0 ? label : `${label}: ${single ?? chosen.length}`;
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant={chosen.length > 0 ? 'light' : 'default'}
          rightSection={<IconChevronDown size={14} stroke={1.75} aria-hidden="true" />}
          aria-haspopup="dialog"
          aria-expanded={opened}
          onClick={() => setOpened(!opened)}
        >
          {shown}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={12} aria-label={label}>
        <Checkbox.Group
          aria-label={label}
          value={[...chosen]}
          onChange={(values) =>
            onChange(options.map(({ value }) => value).filter((value) => values.includes(value)))
          }
        >
          <Stack gap={8} mah={320} style={{ overflow: 'auto' }}>
            {options.map((option) => (
              <Checkbox key={option.value} value={option.value} label={option.label} />
            ))}
          </Stack>
        </Checkbox.Group>
        <Button mt={12} variant="default" disabled={chosen.length === 0} onClick={() => onChange([])}>
          Clear
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
