import { Button, Checkbox, Popover, ScrollArea, Stack, Text } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useRequest } from '../api/queries.ts';
import { useAccounts } from '../api/useAccounts.ts';
import { usePatchSettings, useScope } from '../api/useSettings.ts';
import { shortAccount } from '../state/format.ts';
import { notifyError } from '../state/toasts.ts';

interface Choice {
  value: string;
  label: string;
  hint?: string;
}

/** The accounts and regions that every screen shows. */
export function ScopeSelector() {
  const scope = useScope();
  const patch = usePatchSettings();
  const { accounts } = useAccounts();
  const regions = useScannedRegions();
  const change = (part: Partial<typeof scope>) => {
    patch({ scope: { ...scope, ...part } }).catch(notifyError);
  };
  return (
    <>
      <ScopePart
        name="accounts"
        choices={accounts.map((a) => ({
          value: a.accountId,
          label: a.name,
          hint: shortAccount(a.accountId),
        }))}
        chosen={scope.accountIds}
        onChange={(accountIds) => change({ accountIds })}
      />
      <ScopePart
        name="regions"
        choices={regions.map((region) => ({ value: region, label: region }))}
        chosen={scope.regions}
        onChange={(regions) => change({ regions })}
      />
    </>
  );
}

function useScannedRegions(): string[] {
  const { data } = useRequest('scan.status', {});
  const known = data?.coverage.regions;
  return useMemo(() => {
    const withRows = known?.filter(({ found }) => found > 0) ?? [];
    const shown = withRows.length > 0 ? withRows : (known ?? []);
    return shown.map(({ region }) => region).sort();
  }, [known]);
}

interface PartProps {
  name: 'accounts' | 'regions';
  choices: Choice[];
  chosen: string[];
  onChange: (chosen: string[]) => void;
}

function ScopePart({ name, choices, chosen, onChange }: PartProps) {
  const single = choices.find((choice) => choice.value === chosen[0]);
  const label =
    chosen.length === 0
      ? `All ${name}`
      : chosen.length === 1
        ? (single?.label ?? chosen[0])
        : `${chosen.length} ${name}`;
  const toggle = (value: string, on: boolean) => {
    const next = on ? [...chosen, value] : chosen.filter((each) => each !== value);
    onChange(next.length === choices.length ? [] : next);
  };
  return (
    <Popover position="bottom-end" trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="default"
          h={28}
          px={8}
          fw={400}
          maw={200}
          rightSection={<IconChevronDown size={14} stroke={1.75} />}
          // Not a "button" by role: screens are, and one of them is called Accounts.
          role="combobox"
          aria-haspopup="dialog"
          aria-label={`Scope: ${name}`}
        >
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={8} aria-label={`Choose ${name}`}>
        <ScrollArea.Autosize mah={360} type="auto">
          <Stack gap={6} miw={220} p={4}>
            <Checkbox
              label={`All ${name}`}
              checked={chosen.length === 0}
              onChange={() => onChange([])}
              fw={600}
            />
            {choices.map(({ value, label, hint }) => (
              <Checkbox
                key={value}
                checked={chosen.includes(value)}
                onChange={(event) => toggle(value, event.currentTarget.checked)}
                label={
                  <>
                    {label} {hint && <span className="soft mono">{hint}</span>}
                  </>
                }
              />
            ))}
            {choices.length === 0 && (
              <Text c="dimmed" size="xs">
                {name === 'accounts' ? 'No account is connected yet.' : 'No region has been scanned yet.'}
              </Text>
            )}
          </Stack>
        </ScrollArea.Autosize>
      </Popover.Dropdown>
    </Popover>
  );
}
