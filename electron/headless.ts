import { AppHost } from './appHost.ts';
import { readConfig } from './config.ts';
import { endInOrder, endProcess } from './ending.ts';
import { AppError } from './errors.ts';
import { createLog } from './log.ts';
import { BrowserShell, Downloads } from './platform/browserShell.ts';
import { openBrowser } from './platform/openBrowser.ts';
import type { Backend } from './rpc/carrier.ts';
import { loadRendererFiles } from './rpc/rendererFiles.ts';
import { WsTransport } from './rpc/wsTransport.ts';

/** The same app for a plain browser: Node and a loopback WebSocket instead of Electron's window. */
async function main(): Promise<void> {
  // Also of what a child writes, Qdrant among them: whatever a program's own modes, it is this user's alone.
  process.umask(0o077);
  const config = readConfig(process.argv.slice(2), process.env, import.meta.dirname);
  const log = createLog(config.logLevel);
  const downloads = new Downloads();
  const host = new AppHost({ config, log, shell: new BrowserShell(downloads) });
  const files = await loadRendererFiles(config.paths.renderer);
  let browserIsThere: () => void = () => undefined;
  const backend: Backend = {
    request: (raw, client) => {
      browserIsThere();
      return host.request(raw, client);
    },
    subscribe: (listener) => host.subscribe(listener),
  };
  const transport = new WsTransport({ backend, files, downloads, port: config.headless.port });

  let stopping = false;
  // A terminal sends SIGINT to the whole group and the launcher passes it on: the second one finds the first at work.
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    browserIsThere();
    const carrier = await endInOrder([{ name: 'carrier', end: () => transport.close() }], log);
    endProcess(0, [...carrier, ...(await host.stop())]);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);

  await host.claim();
  const address = await transport.listen();
  process.stdout.write(`CloudOps is ready: ${address}\n`);
  if (config.headless.open) browserIsThere = openBrowser(address);
  await host.start();
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof AppError ? error.message : String((error as Error)?.stack ?? error)}\n`,
  );
  process.exit(1);
});
