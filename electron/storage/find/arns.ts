import { Column } from './columns.ts';
import { Interner } from './interner.ts';

/** What an ARN is made of, as the row beside it has it. */
export interface ArnParts {
  accountId: string;
  region: string;
  nativeId: string;
  name: string;
}

/** Not found in any ARN; one that holds them all the same is kept as it is. */
const PLACE = '\u0001';
const NATIVE_ID = '\u0002';
const NAME = '\u0003';
/** The forms in use are some hundred; others are kept as they are. */
const MOST_FORMS = 4_096;

/**
 * The ARN of each slot. Most are made of what the row has anyway, so that only their form is kept
 * (`arn:aws:ec2` + place + `instance/` + id): four bytes where a text is a hundred.
 */
export class Arns {
  readonly #forms = new Interner();
  /** Number of the form + 1; 0 = it has none. */
  readonly #form = new Column();
  readonly #whole = new Map<number, string>();

  set(slot: number, arn: string, parts: ArnParts): void {
    this.#whole.delete(slot);
    const form = formOf(arn, parts);
    const isKept = this.#forms.find(form) !== undefined || this.#forms.values.length < MOST_FORMS;
    if (isKept && filled(form, parts) === arn) {
      this.#form.set(slot, this.#forms.id(form) + 1);
    } else {
      this.#form.set(slot, 0);
      this.#whole.set(slot, arn);
    }
  }

  /** `parts` as they were when it was set. */
  text(slot: number, parts: ArnParts): string {
    const form = this.#form.data[slot] ?? 0;
    return form === 0 ? (this.#whole.get(slot) ?? '') : filled(this.#forms.values[form - 1] ?? '', parts);
  }

  remove(slot: number): void {
    this.#whole.delete(slot);
  }

  clear(): void {
    this.#whole.clear();
  }
}

function formOf(arn: string, parts: ArnParts): string {
  if (arn === parts.nativeId) return NATIVE_ID;
  const end = [
    [parts.nativeId, NATIVE_ID],
    [parts.name, NAME],
  ].find(([text]) => text && arn.endsWith(text));
  const [text = '', mark = ''] = end ?? [];
  const start = arn.slice(0, arn.length - text.length);
  const place = placeOf(parts);
  const at = start.indexOf(place);
  return at < 0 ? start + mark : start.slice(0, at) + PLACE + start.slice(at + place.length) + mark;
}

function filled(form: string, parts: ArnParts): string {
  const last = form.at(-1);
  const end = last === NATIVE_ID ? parts.nativeId : last === NAME ? parts.name : '';
  const start = last === NATIVE_ID || last === NAME ? form.slice(0, -1) : form;
  const at = start.indexOf(PLACE);
  return at < 0 ? start + end : start.slice(0, at) + placeOf(parts) + start.slice(at + 1) + end;
}

const placeOf = ({ region, accountId }: ArnParts) => `:${region}:${accountId}:`;
