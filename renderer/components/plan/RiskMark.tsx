import type { Risk } from '../../../preload/contract/models.ts';
import classes from './plan.module.css';

const WORDS: Record<Risk, string> = {
  read: 'reads only',
  low: 'low risk',
  high: 'high risk',
  destructive: 'destructive',
};

const SHAPES: Record<Risk, React.ReactNode> = {
  read: <circle cx="5" cy="5" r="3.4" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  low: (
    <path
      d="M5 1.9 8.6 8.2H1.4Z"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinejoin="round"
    />
  ),
  high: <path d="M5 1.2 9.2 8.8H.8Z" fill="currentColor" />,
  destructive: <path d="M3.2.6h3.6L9.4 3.2v3.6L6.8 9.4H3.2L.6 6.8V3.2Z" fill="currentColor" />,
};

interface Props {
  risk: Risk;
  /** In a table: as loud as the text around it. */
  quiet?: boolean;
}

/** How much a call can harm, told by shape, word and colour. */
export function RiskMark({ risk, quiet = false }: Props) {
  return (
    <span className={classes.risk} data-risk={risk} data-quiet={quiet || undefined}>
      <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
        {SHAPES[risk]}
      </svg>
      {WORDS[risk]}
    </span>
  );
}
