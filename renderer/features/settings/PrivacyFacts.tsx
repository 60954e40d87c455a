import classes from './settings.module.css';

/** What leaves this machine, what is readable on it, and what is not. Facts of the design, not settings. */
export function PrivacyFacts() {
  return (
    <ul className={classes.privacy}>
      <li>The app talks to AWS alone: no account with us, no telemetry, no update check.</li>
      <li>AWS keys stay in ~/.aws; they are used where they are, never copied into the store or shown.</li>
      <li>
        Names, ARNs, tags, account ids, messages and the journal are encrypted on disk (AES-256-GCM). Where
        the key is kept stands under Workspace.
      </li>
      <li>
        Readable in the store: the service, type, region and state of a resource, and times. A search vector
        is to be treated as readable too; ids, ARNs, secrets and IP addresses are removed before one is made.
      </li>
      <li>
        Every profile of yours starts read-only, and every change needs your approval of the exact call.
      </li>
    </ul>
  );
}
