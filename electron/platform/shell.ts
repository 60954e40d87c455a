import { AppError } from '../errors.ts';

/** What the system does for the person; one version for Electron, one for a browser. */
export interface Shell {
  readonly carrier: 'electron' | 'browser';
  /** Opens a checked address; false leaves it to the browser the screen runs in. */
  openUrl(url: string): Promise<boolean>;
  /** Hands a file to the person. `where` is a path, or a one-time download path. */
  saveFile(name: string, body: Buffer): Promise<{ saved: 'file' | 'download' | 'cancelled'; where: string }>;
  /**
   * The same for a file too large for memory: `write` is called once with the path to write to, unless the
   * person cancels. A browser fetches it from `where` once; after that it is gone.
   */
  saveLarge(
    name: string,
    write: (path: string) => Promise<void>,
  ): Promise<{ saved: 'file' | 'download' | 'cancelled'; where: string }>;
  /**
   * Asks for a file or folder. `path` null = none was chosen. A browser's file arrives at `path` once it was
   * PUT to `uploadTo`; a browser has no folders to offer.
   */
  pick(what: 'file' | 'folder'): Promise<{ path: string | null; uploadTo: string | null }>;
  /** A notice while the window is out of sight. */
  notify(title: string, body: string): void;
}

const OPENABLE_HOSTS = [
  'console.aws.amazon.com',
  'docs.aws.amazon.com',
  'console.amazonaws-us-gov.com',
  'console.amazonaws.cn',
];

/**
 * Only https pages of AWS's own console and documentation: an address built from a name or tag must not
 * send a signed-in person elsewhere. Throws UNSUPPORTED.
 */
export function checkUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const known =
    url && OPENABLE_HOSTS.some((host) => url.hostname === host || url.hostname.endsWith(`.${host}`));
  if (!url || !known || url.protocol !== 'https:' || url.username || url.port) {
    throw new AppError(
      'UNSUPPORTED',
      'This address was not opened: only https pages of the AWS console and documentation are.',
    );
  }
  return url.href;
}
