import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * The store's own library blocks the thread that calls it while D-Bus or the store does not answer, and nothing in
 * the same process can end such a thread. So it runs in a process of its own, which is killed when it is silent for
 * too long.
 */
const HELPER = fileURLToPath(new URL('./helper.js', import.meta.url));
/** Long enough to type a password into the keychain's own window. */
const ANSWERS_MS = 30_000;
/** Kept for the next calls: a start asks several times. */
const IDLE_MS = 10_000;

export const getPassword = (service, account) => call('getPassword', { service, account });

export const setPassword = async (service, account, password) => {
  await call('setPassword', { service, account, password });
};

export const deletePassword = (service, account) => call('deletePassword', { service, account });

export const findPassword = async (service) => {
  const [first] = await findCredentials(service);
  return first?.password ?? null;
};

export const findCredentials = (service) => call('findCredentials', { service });

export default { getPassword, setPassword, deletePassword, findPassword, findCredentials };

/** The one that takes calls; one that was silent or ended is replaced by the next call. */
let helper = null;

async function call(name, args) {
  for (const [what, value] of Object.entries(args)) requireText(what, value);
  helper ??= startHelper();
  return helper.ask(name, Object.values(args));
}

function startHelper() {
  const pending = new Map();
  let lastId = 0;
  let idle;
  const child = fork(HELPER, [], { execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);

  const self = {
    ask(name, args) {
      const { promise, resolve, reject } = Promise.withResolvers();
      const id = ++lastId;
      const silent = setTimeout(() => {
        kill();
        const error = new Error(`locked: no answer in ${ANSWERS_MS / 1_000} s`);
        end(Object.assign(error, { code: 'NO_ANSWER' }));
      }, ANSWERS_MS);
      clearTimeout(idle);
      pending.set(id, { resolve, reject, silent });
      // While something is asked the process waits for the answer, and at no other time.
      ref(true);
      child.send({ id, name, args }, (error) => error && end(error));
      return promise;
    },
  };

  child.on('message', ({ id, ok, value }) => {
    const asked = pending.get(id);
    pending.delete(id);
    clearTimeout(asked?.silent);
    if (ok) asked?.resolve(value);
    else asked?.reject(new Error(value));
    if (pending.size > 0) return;
    ref(false);
    idle = setTimeout(() => {
      kill();
      end(new Error('idle'));
    }, IDLE_MS).unref();
  });
  child.once('error', (error) => end(error));
  child.once('exit', () => end(new Error('the helper process of the keychain ended unexpectedly')));
  ref(false);
  return self;

  function ref(on) {
    const method = on ? 'ref' : 'unref';
    child[method]();
    child.channel?.[method]();
  }

  function end(error) {
    if (helper === self) helper = null;
    process.removeListener('exit', kill);
    clearTimeout(idle);
    for (const { reject, silent } of pending.values()) {
      clearTimeout(silent);
      reject(error);
    }
    pending.clear();
    ref(false);
  }
}

function requireText(name, value) {
  if (typeof value !== 'string' || value === '') throw new TypeError(`${name} must be a non-empty string`);
}
