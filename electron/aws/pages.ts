import { AppError } from '../errors.ts';

/** More pages than any real listing has: at the fewest rows a page (Lambda, 50) half a million. */
const MOST_PAGES = 10_000;

/** Follows the tokens of one listing and ends one that would never end by itself. */
export class Paging {
  readonly #call: string;
  readonly #seen = new Set<string>();

  /** `call` in IAM's terms, for the words. */
  constructor(call: string) {
    this.#call = call;
  }

  /** The token of the next page, or undefined at the end. Throws AWS_FAILED for one that was given before. */
  next(token: string | null | undefined): string | undefined {
    if (!token) return undefined;
    if (this.#seen.has(token)) throw endless(this.#call, 'it names a page again that was already read');
    this.#seen.add(token);
    if (this.#seen.size >= MOST_PAGES) throw endless(this.#call, `${MOST_PAGES} pages were read`);
    return token;
  }

  /** As `next`, for listings that say apart from the token whether there is more. Throws AWS_FAILED for more without a token. */
  after(truncated: boolean | undefined, token: string | null | undefined): string | undefined {
    if (!truncated) return undefined;
    if (!token) throw endless(this.#call, 'it says there is more but not where');
    return this.next(token);
  }
}

/** Passes the pages of one of the SDK's paginators on, and throws AWS_FAILED where they would never end. */
export async function* untilEnd<P>(
  call: string,
  pages: AsyncIterable<P>,
  tokenOf: (page: P) => string | undefined,
): AsyncGenerator<P> {
  const paging = new Paging(call);
  for await (const page of pages) {
    yield page;
    paging.next(tokenOf(page));
  }
}

export function endless(call: string, why: string): AppError {
  return new AppError(
    'AWS_FAILED',
    `${call} does not come to an end: ${why}. The listing was stopped, and what is stored stays. Check what answers for AWS here, then try again.`,
  );
}
