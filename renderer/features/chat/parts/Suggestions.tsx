import { visible } from '../../../components/plan/words.ts';
import classes from '../chat.module.css';

interface Props {
  texts: readonly string[];
  disabled: boolean;
  onPick: (text: string) => void;
}

export function Suggestions({ texts, disabled, onPick }: Props) {
  return (
    <ul className={classes.chips} aria-label="Suggestions">
      {texts.map((text) => (
        <li key={text}>
          <button type="button" className={classes.chip} disabled={disabled} onClick={() => onPick(text)}>
            {visible(text)}
          </button>
        </li>
      ))}
    </ul>
  );
}
