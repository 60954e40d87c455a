import { writeFile } from 'node:fs/promises';
import type { BrowserWindow, Dialog, Notification, OpenDialogOptions, Shell as SystemShell } from 'electron';
import { checkUrl, type Shell } from './shell.ts';

export interface ElectronParts {
  dialog: Pick<Dialog, 'showSaveDialog' | 'showOpenDialog'>;
  shell: Pick<SystemShell, 'openExternal'>;
  Notification: typeof Notification;
  window: () => BrowserWindow | null;
}

/** The Shell of the desktop window. */
export class ElectronShell implements Shell {
  readonly carrier = 'electron';
  readonly #parts: ElectronParts;

  constructor(parts: ElectronParts) {
    this.#parts = parts;
  }

  async openUrl(url: string): Promise<boolean> {
    await this.#parts.shell.openExternal(checkUrl(url));
    return true;
  }

  async saveFile(name: string, body: Buffer): Promise<{ saved: 'file' | 'cancelled'; where: string }> {
    return this.saveLarge(name, (path) => writeFile(path, body, { mode: 0o600 }));
  }

  async saveLarge(
    name: string,
    write: (path: string) => Promise<void>,
  ): Promise<{ saved: 'file' | 'cancelled'; where: string }> {
    const window = this.#parts.window();
    const options = { defaultPath: name };
    const { dialog } = this.#parts;
    const choice = await (window ? dialog.showSaveDialog(window, options) : dialog.showSaveDialog(options));
    if (choice.canceled || !choice.filePath) return { saved: 'cancelled', where: '' };
    await write(choice.filePath);
    return { saved: 'file', where: choice.filePath };
  }

  async pick(what: 'file' | 'folder'): Promise<{ path: string | null; uploadTo: null }> {
    const window = this.#parts.window();
    const options: OpenDialogOptions = { properties: [what === 'file' ? 'openFile' : 'openDirectory'] };
    const { dialog } = this.#parts;
    const choice = await (window ? dialog.showOpenDialog(window, options) : dialog.showOpenDialog(options));
    return { path: choice.canceled ? null : (choice.filePaths[0] ?? null), uploadTo: null };
  }

  notify(title: string, body: string): void {
    if (this.#parts.window()?.isFocused()) return;
    if (this.#parts.Notification.isSupported()) new this.#parts.Notification({ title, body }).show();
  }
}
