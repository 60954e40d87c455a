import { Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  title: string;
  /** What it means and what to do. */
  children?: ReactNode;
  actions?: ReactNode;
}

/** Nothing to show, said in words, with the way on. */
export function EmptyState({ title, children, actions }: Props) {
  return (
    <Stack align="center" justify="center" gap={8} p={24} h="100%" ta="center">
      <Title order={2}>{title}</Title>
      {children && (
        <Text c="dimmed" maw={440}>
          {children}
        </Text>
      )}
      {actions && <div style={{ display: 'flex', gap: 8, marginTop: 8 }}>{actions}</div>}
    </Stack>
  );
}
