import { AsyncEntry, findCredentialsAsync } from '@napi-rs/keyring';

// Unpinned, the library falls back to the kernel's keyring on Linux, which forgets everything at a reboot.
const SECRET_SERVICE = { linux: { store: 'secret-service' } };

const entry = (service, account) => {
  requireText('service', service);
  requireText('account', account);
  return new AsyncEntry(service, account, SECRET_SERVICE);
};

export const getPassword = async (service, account) => entry(service, account).getPassword();

export const setPassword = async (service, account, password) => {
  requireText('password', password);
  await entry(service, account).setPassword(password);
};

export const deletePassword = async (service, account) => entry(service, account).deletePassword();

export const findPassword = async (service) => {
  const [first] = await findCredentials(service);
  return first?.password ?? null;
};

export const findCredentials = async (service) => {
  requireText('service', service);
  const found = await findCredentialsAsync(service);
  return found.map(({ account, password }) => ({ account, password }));
};

function requireText(name, value) {
  if (typeof value !== 'string' || value === '') throw new TypeError(`${name} must be a non-empty string`);
}

export default { getPassword, setPassword, deletePassword, findPassword, findCredentials };
