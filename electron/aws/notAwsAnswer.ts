/**
 * What came back is not the answer of the operation that was asked: a sign-in page, a gateway's or filter's
 * page, an empty or cut body, another operation's answer. It says nothing about what AWS holds: nothing may
 * be removed, verified or called refused because of it.
 */
export class NotAwsAnswer extends Error {
  override readonly name = 'NotAwsAnswer';
  /** What came instead, as half a sentence: `an HTML page (HTTP 200)`. */
  readonly came: string;
  readonly status: number | undefined;
  /** As the SDK's own errors carry it; without the status of a 4xx, which would read as AWS's refusal. */
  readonly $metadata: { httpStatusCode?: number };

  constructor(came: string, status?: number) {
    super(`not AWS's answer: ${came}`);
    this.came = came;
    this.status = status;
    // The SDK repeats a call after some of the 5xx by this.
    this.$metadata = status !== undefined && status >= 500 ? { httpStatusCode: status } : {};
  }
}
