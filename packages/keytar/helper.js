import { isMainThread, parentPort, Worker } from 'node:worker_threads';

/**
 * The process that asks the store; started by `index.js` only. Its main thread asks nothing itself: it must hear
 * that the app is gone while the other one is stuck, or it would be left behind for ever.
 */
if (isMainThread) {
  const asking = new Worker(new URL(import.meta.url));
  asking.on('message', (answer) => process.send?.(answer));
  asking.on('exit', () => process.exit(1));
  process.on('message', (request) => asking.postMessage(request));
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
} else {
  const { AsyncEntry, findCredentialsAsync } = await import('@napi-rs/keyring');
  // Unpinned, the library falls back to the kernel's keyring on Linux, which forgets everything at a reboot.
  const entry = (service, account) =>
    new AsyncEntry(service, account, { linux: { store: 'secret-service' } });
  const calls = {
    getPassword: async (service, account) => (await entry(service, account).getPassword()) ?? null,
    setPassword: (service, account, password) => entry(service, account).setPassword(password),
    deletePassword: (service, account) => entry(service, account).deletePassword(),
    findCredentials: async (service) => {
      const found = await findCredentialsAsync(service);
      return found.map(({ account, password }) => ({ account, password }));
    },
  };
  parentPort.on('message', async ({ id, name, args }) => {
    try {
      parentPort.postMessage({ id, ok: true, value: await calls[name](...args) });
    } catch (error) {
      parentPort.postMessage({
        id,
        ok: false,
        value: error instanceof Error ? error.message : String(error),
      });
    }
  });
}
