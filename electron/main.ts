import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  Notification,
  powerMonitor,
  protocol,
  shell,
} from 'electron';
import { AppHost } from './appHost.ts';
import { readConfig } from './config.ts';
import { endProcess } from './ending.ts';
import { AppError } from './errors.ts';
import { createLog } from './log.ts';
import { ElectronShell } from './platform/electronShell.ts';
import {
  APP_ORIGIN,
  APP_SCHEME,
  denyPermissions,
  hardenContents,
  serveApp,
  windowOptions,
} from './platform/window.ts';
import { startIpcTransport } from './rpc/ipcTransport.ts';
import { loadRendererFiles } from './rpc/rendererFiles.ts';

/** The desktop window. Electron opens no socket: the screens come from `app://`, the contract over IPC. */
let window: BrowserWindow | null = null;

function createWindow(preload: string): BrowserWindow {
  const created = new BrowserWindow(windowOptions(preload));
  hardenContents(created.webContents);
  denyPermissions(created.webContents.session);
  created.once('ready-to-show', () => created.show());
  created.on('closed', () => {
    window = null;
  });
  void created.loadURL(`${APP_ORIGIN}/index.html`);
  return created;
}

function focusWindow(): void {
  if (window?.isMinimized()) window.restore();
  window?.focus();
}

async function main(): Promise<void> {
  // Also of what a child writes, Qdrant among them: whatever a program's own modes, it is this user's alone.
  process.umask(0o077);
  const argv = process.argv.slice(app.isPackaged ? 1 : 2);
  const config = readConfig(argv, process.env, import.meta.dirname);
  if (!app.requestSingleInstanceLock({ root: config.root })) {
    app.quit();
    return;
  }
  app.on('second-instance', focusWindow);
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true } },
  ]);
  await app.whenReady();

  const log = createLog(config.logLevel);
  const host = new AppHost({
    config,
    log,
    shell: new ElectronShell({ dialog, shell, Notification, window: () => window }),
  });
  await host.claim();
  const files = await loadRendererFiles(config.paths.renderer);
  protocol.handle(APP_SCHEME, serveApp(files));
  Menu.setApplicationMenu(
    process.platform === 'darwin'
      ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }])
      : null,
  );
  window = createWindow(config.paths.preload);
  const stopTransport = startIpcTransport({
    ipcMain,
    backend: host,
    contents: () => window?.webContents ?? null,
    origin: APP_ORIGIN,
  });

  powerMonitor.on('suspend', () => void host.sleeps());
  powerMonitor.on('lock-screen', () => void host.sleeps());
  app.on('window-all-closed', () => app.quit());
  let stopped = false;
  app.on('will-quit', (event) => {
    if (stopped) return;
    // Quit is a join: storage closes and child processes end before the process does.
    event.preventDefault();
    stopTransport();
    void host.stop().then((left) => {
      stopped = true;
      // Quitting waits for every thread, and one that hangs would keep the process for ever.
      if (left.length > 0) endProcess(0, left);
      app.quit();
    });
  });
  await host.start();
}

main().catch((error: unknown) => {
  const message = error instanceof AppError ? error.message : String((error as Error)?.stack ?? error);
  process.stderr.write(`${message}\n`);
  dialog.showErrorBox('CloudOps could not start', message);
  app.exit(1);
});
