import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A browser that starts anew may take so long to read the page; later the printed address is the way. */
const FORGET_MS = 60_000;

/** What a browser needs of the app's environment to start in the person's session: no keys, no tokens, nothing of AWS. */
const PASSED_ON =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TERM|TMPDIR|DISPLAY|XAUTHORITY|WAYLAND_\w+|XDG_\w+|DBUS_SESSION_BUS_ADDRESS|DESKTOP_SESSION|GNOME_\w+|KDE_\w+|QT_\w+|GTK_\w+|GDK_\w+|MOZ_\w+|BROWSER|WSL_\w+|WSLENV|SYSTEMROOT|WINDIR|COMSPEC|PATHEXT|USERPROFILE|USERNAME|HOMEDRIVE|HOMEPATH|APPDATA|LOCALAPPDATA|PROGRAMDATA|PROGRAMFILES.*|TEMP|TMP|https?_proxy|all_proxy|no_proxy)$/i;

/**
 * Opens the address in the person's browser; where there is none the printed address is what the person uses.
 *
 * The address carries this run's token, and anybody on the machine may read a command line: the opener is given a
 * page that only this user can read, which leads on to the address. Call what is returned once the browser has
 * arrived, and at the end: it removes the page.
 */
export function openBrowser(address: string, env: NodeJS.ProcessEnv = process.env): () => void {
  const folder = privateFolder();
  const close = () => {
    clearTimeout(timer);
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  };
  const timer = setTimeout(close, FORGET_MS).unref();
  if (folder === null) return close;
  const page = join(folder, 'CloudOps.html');
  writeFileSync(page, redirectTo(address), { mode: 0o600, flag: 'wx' });
  const child = startOpener(pathToFileURL(page).href, env);
  child.on('error', close);
  child.unref();
  return close;
}

function startOpener(url: string, env: NodeJS.ProcessEnv): ChildProcess {
  const [command = '', ...args] = {
    darwin: ['open', url],
    win32: ['rundll32', 'url.dll,FileProtocolHandler', url],
  }[String(process.platform)] ?? ['xdg-open', url];
  return spawn(command, args, { stdio: 'ignore', detached: true, env: cleanEnvironment(env) });
}

export function cleanEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => PASSED_ON.test(name)));
}

/** 0700. In the home folder rather than /tmp: a browser that is confined (a snap) sees another /tmp. */
function privateFolder(): string | null {
  for (const parent of [homedir(), tmpdir()]) {
    try {
      return mkdtempSync(join(parent, 'cloudops-open-'));
    } catch {
      // Not writable; the next.
    }
  }
  return null;
}

/** Without a script: some browsers run none in local files. */
function redirectTo(address: string): string {
  const to = address.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return `<!doctype html><meta charset="utf-8"><title>CloudOps</title><meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0;url=${to}"><p><a href="${to}">Open CloudOps</a></p>
`;
}
