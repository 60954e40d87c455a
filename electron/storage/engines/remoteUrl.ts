import { AppError } from '../../errors.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Plain http to another machine: keys and what is in clear would travel readable. */
export function travelsReadable({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && !LOOPBACK.test(hostname);
}

/**
 * The address of a Qdrant server, in one spelling. Only https, except to this machine: the key and what is kept
 * in clear would travel readable. Throws INVALID_INPUT.
 */
export function checkRemoteUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw refused(`"${text}" is not the address of a Qdrant server. Give it as https://host:6333.`);
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw refused(
      'The address of a Qdrant server holds no user, password or query. The API key goes in its own field.',
    );
  }
  if (url.pathname !== '/') {
    throw refused('The address of a Qdrant server has no path. Give it as https://host:6333.');
  }
  if (travelsReadable(url)) {
    throw refused(
      `Over http the API key and parts of your data would travel readable to ${url.hostname}. Use https.`,
    );
  }
  return url.origin;
}

/** Before each collection's name: other workspaces and other programs may use the same server. */
export function remotePrefix(installId: string): string {
  return `cloudops_${installId.replaceAll('-', '').slice(0, 12)}_`;
}

function refused(message: string): AppError {
  return new AppError('INVALID_INPUT', message);
}
