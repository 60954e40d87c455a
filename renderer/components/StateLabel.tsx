import { stateTone, type Tone } from '../state/stateTone.ts';
import classes from './StateLabel.module.css';

const SHAPES: Record<Tone, React.ReactNode> = {
  running: <circle cx="5" cy="5" r="3.75" fill="currentColor" />,
  stopped: <rect x="1.75" y="1.75" width="6.5" height="6.5" fill="currentColor" />,
  pending: <path d="M5 1.2 9.2 8.8H.8Z" fill="currentColor" />,
  failed: <path d="m2 2 6 6M8 2 2 8" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />,
  unknown: (
    <text x="5" y="8.8" textAnchor="middle" fontSize="10" fontWeight="700" fill="currentColor">
      ?
    </text>
  ),
};

interface Props {
  /** The service's own word; null = the type has no state. */
  state: string | null;
  /** Other words to show for it. */
  label?: string;
  /** Where the word alone would be seen otherwise, e.g. a scan's own words. */
  tone?: Tone | undefined;
}

/** A state told by shape, word and colour, so that none of the three is needed alone. */
export function StateLabel({ state, label, tone }: Props) {
  if (state === null) return <span className="soft">–</span>;
  const shown = tone ?? stateTone(state);
  return (
    <span className={classes.root} data-tone={shown}>
      <StateShape tone={shown} />
      <span className="truncate">{label ?? state.replaceAll('_', ' ')}</span>
    </span>
  );
}

export function StateShape({ tone }: { tone: Tone }) {
  return (
    <svg
      className={classes.shape}
      data-tone={tone}
      width="10"
      height="10"
      viewBox="0 0 10 10"
      aria-hidden="true"
    >
      {SHAPES[tone]}
    </svg>
  );
}
