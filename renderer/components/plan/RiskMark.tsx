import type { Risk } from '../../../preload/contract/models.ts';
import classes from './plan.module.css';

const WORDS: Record<Risk, string> = {
  read: 'reads only',
  low: 'low risk',
  high: 'high risk',
  destructive: 'destructive',
};

/** Bars, as many filled as there is at stake: no shape that a state has. */
const LEVELS: Record<Risk, number> = { read: 0, low: 1, high: 2, destructive: 3 };
const BARS = [
  { x: 0.5, height: 4 },
  { x: 3.9, height: 6.5 },
  { x: 7.3, height: 9 },
];

interface Props {
  risk: Risk;
  /** In a table: as loud as the text around it. */
  quiet?: boolean;
}

/** How much a call can harm, told by shape, word and colour. */
export function RiskMark({ risk, quiet = false }: Props) {
  return (
    <span className={classes.risk} data-risk={risk} data-quiet={quiet || undefined}>
      <svg width="12" height="12" viewBox="0 0 10 10" aria-hidden="true">
        {BARS.map(({ x, height }, index) => (
          <rect
            key={x}
            x={x}
            y={9.5 - height}
            width="2.2"
            height={height}
            rx="0.6"
            fill="currentColor"
            opacity={index < LEVELS[risk] ? 1 : 0.35}
          />
        ))}
      </svg>
      {WORDS[risk]}
    </span>
  );
}
