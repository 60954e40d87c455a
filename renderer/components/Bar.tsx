import { Progress, type ProgressProps } from '@mantine/core';

interface Props extends Pick<ProgressProps, 'color' | 'mt'> {
  /** 0 to 100; null while the whole is not known. */
  percent: number | null;
  label: string;
  /** What is read instead of the percent. */
  words?: string;
}

/** How far something is. The name and the words stand on what has the role: around it they would be on nothing. */
export function Bar({ percent, label, words, color, mt }: Props) {
  return (
    <Progress.Root size="sm" radius="sm" transitionDuration={0} {...(mt === undefined ? {} : { mt })}>
      <Progress.Section
        value={percent ?? 100}
        animated={percent === null}
        striped={percent === null}
        {...(color === undefined ? {} : { color })}
        aria-label={label}
        {...(words ? { 'aria-valuetext': words } : {})}
      />
    </Progress.Root>
  );
}
