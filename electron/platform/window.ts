import type { BrowserWindowConstructorOptions, Session, WebContents } from 'electron';
import { CONTENT_SECURITY_POLICY, type RendererFile } from '../rpc/rendererFiles.ts';

export const APP_SCHEME = 'app';
export const APP_ORIGIN = 'app://cloudops';

/** The one window. Every defence is named even where it is Electron's default, so that a test reads it. */
export function windowOptions(preload: string): BrowserWindowConstructorOptions {
  return {
    width: 1400,
    height: 900,
    minWidth: 1024,
    minHeight: 640,
    show: false,
    title: 'CloudOps',
    autoHideMenuBar: true,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  };
}

/** Refuses navigation, new windows and webviews: the window shows the app's one page and nothing else. */
export function hardenContents(contents: Pick<WebContents, 'on' | 'setWindowOpenHandler'>): void {
  contents.on('will-navigate', (event) => event.preventDefault());
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

/** Denies every permission but writing to the clipboard, which the copy buttons use; Electron grants all by default. */
export function denyPermissions(
  session: Pick<
    Session,
    'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'
  >,
): void {
  const allowed = (permission: string) => permission === 'clipboard-sanitized-write';
  session.setPermissionRequestHandler((_contents, permission, answer) => answer(allowed(permission)));
  session.setPermissionCheckHandler((_contents, permission) => allowed(permission));
  session.setDevicePermissionHandler(() => false);
}

/** Answers `app://cloudops/…` from the files read at start; anything else is 404, so no path leaves the folder. */
export function serveApp(files: Map<string, RendererFile>): (request: Request) => Response {
  return (request) => {
    const url = new URL(request.url);
    const file = request.method === 'GET' && url.host === 'cloudops' ? files.get(url.pathname) : undefined;
    if (!file)
      return new Response('No such page.', {
        status: 404,
        headers: { 'content-security-policy': CONTENT_SECURITY_POLICY },
      });
    return new Response(new Uint8Array(file.body), { headers: file.headers });
  };
}
