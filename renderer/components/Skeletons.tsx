import { Skeleton } from '@mantine/core';

const lineNames = (length: number) => Array.from({ length }, (_, index) => `line-${index}`);

/** Lines of a list that is on its way, as high as the rows that will come. */
export function RowSkeletons({ rows = 12 }: { rows?: number }) {
  return (
    <div role="status" aria-label="Loading">
      {lineNames(rows).map((name, index) => (
        <div
          key={name}
          style={{ height: 'var(--row-height)', display: 'flex', alignItems: 'center', padding: '0 12px' }}
        >
          <Skeleton height={10} width={`${35 + ((index * 37) % 50)}%`} radius="sm" />
        </div>
      ))}
    </div>
  );
}

/** A panel of text on its way. */
export function TextSkeleton({ lines = 4 }: { lines?: number }) {
  return (
    <div role="status" aria-label="Loading" style={{ padding: 12 }}>
      {lineNames(lines).map((name, index) => (
        <Skeleton key={name} height={12} mb={8} width={index === lines - 1 ? '60%' : '100%'} radius="sm" />
      ))}
    </div>
  );
}
