import { EventEmitter } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { CONTENT_SECURITY_POLICY } from '../rpc/rendererFiles.ts';
import { ElectronShell } from './electronShell.ts';
import { checkUrl } from './shell.ts';
import { denyPermissions, hardenContents, serveApp, windowOptions } from './window.ts';

test('the window runs sandboxed, isolated and without Node', () => {
  expect(windowOptions('/preload.cjs').webPreferences).toMatchObject({
    preload: '/preload.cjs',
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    webviewTag: false,
  });
});

test('navigation, redirects, frames, webviews and new windows are all refused', () => {
  const contents = Object.assign(new EventEmitter(), { setWindowOpenHandler: vi.fn() });
  hardenContents(contents as unknown as Parameters<typeof hardenContents>[0]);
  for (const name of ['will-navigate', 'will-redirect', 'will-frame-navigate', 'will-attach-webview']) {
    const event = { preventDefault: vi.fn() };
    contents.emit(name, event);
    expect(event.preventDefault, name).toHaveBeenCalledOnce();
  }
  const handler = contents.setWindowOpenHandler.mock.calls[0]?.[0] as () => unknown;
  expect(handler()).toEqual({ action: 'deny' });
});

test('every permission but writing the clipboard is denied, in requests and in checks', () => {
  type Session = Parameters<typeof denyPermissions>[0];
  const session = {
    setPermissionRequestHandler: vi.fn<Session['setPermissionRequestHandler']>(),
    setPermissionCheckHandler: vi.fn<Session['setPermissionCheckHandler']>(),
    setDevicePermissionHandler: vi.fn<Session['setDevicePermissionHandler']>(),
  };
  denyPermissions(session as unknown as Session);
  const ask = session.setPermissionRequestHandler.mock.calls[0]?.[0] as unknown as (
    c: null,
    p: string,
    a: (ok: boolean) => void,
  ) => void;
  const check = session.setPermissionCheckHandler.mock.calls[0]?.[0] as unknown as (
    c: null,
    p: string,
  ) => boolean;
  const device = session.setDevicePermissionHandler.mock.calls[0]?.[0] as unknown as () => boolean;
  for (const permission of [
    'media',
    'geolocation',
    'notifications',
    'display-capture',
    'clipboard-read',
    'fileSystem',
    'openExternal',
  ]) {
    const answer = vi.fn();
    ask(null, permission, answer);
    expect(answer, permission).toHaveBeenCalledWith(false);
    expect(check(null, permission), permission).toBe(false);
  }
  expect(check(null, 'clipboard-sanitized-write')).toBe(true);
  expect(device()).toBe(false);
});

describe('app://cloudops', () => {
  const files = new Map([
    [
      '/index.html',
      { body: Buffer.from('page'), headers: { 'content-security-policy': CONTENT_SECURITY_POLICY } },
    ],
  ]);
  test('serves a built file with the policy in its header', async () => {
    const response = serveApp(files)(new Request('app://cloudops/index.html'));
    expect(await response.text()).toBe('page');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  });
  test.each([
    'app://cloudops/../package.json',
    'app://cloudops/%2e%2e/key',
    'app://other/index.html',
    'app://cloudops/etc/passwd',
  ])('answers 404 for %s, so no path leaves the folder', (url) => {
    expect(serveApp(files)(new Request(url)).status).toBe(404);
  });
});

test('the policy lets no script run that the app did not build', () => {
  const scripts = CONTENT_SECURITY_POLICY.split('; ').find((part) => part.startsWith('script-src'));
  expect(scripts).toBe("script-src 'self'");
  expect(CONTENT_SECURITY_POLICY).not.toContain('unsafe-eval');
});

test.each([
  'http://console.aws.amazon.com/',
  'https://console.aws.amazon.com.evil.example/',
  'https://evil.example/?console.aws.amazon.com',
  'https://user@console.aws.amazon.com/',
  'https://console.aws.amazon.com:8443/',
  'javascript:alert(1)',
  'file:///etc/passwd',
  'not a url',
])('an address that is not the AWS console or its documentation is not opened: %s', (url) => {
  expect(() => checkUrl(url)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
});

test('a console address of a region is opened by the system browser, not in the window', async () => {
  const openExternal = vi.fn(async () => undefined);
  const shell = new ElectronShell({
    dialog: { showSaveDialog: vi.fn(), showOpenDialog: vi.fn() },
    shell: { openExternal },
    Notification: vi.fn() as never,
    window: () => null,
  });
  const url = 'https://us-west-2.console.aws.amazon.com/ec2/home';
  expect(await shell.openUrl(url)).toBe(true);
  expect(openExternal).toHaveBeenCalledWith(url);
});
