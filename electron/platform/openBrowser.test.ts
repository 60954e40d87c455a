import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cleanEnvironment, openBrowser } from './openBrowser.ts';

const TOKEN = 'kX9-secret_of_this_run';
const ADDRESS = `http://127.0.0.1:41234/#token=${TOKEN}`;
let home: string;
let close = () => {};

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'opener-'));
});
afterEach(() => {
  close();
  rmSync(home, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

/** An opener that writes down how it was called and stays as long as the test. */
function opener(): { called: () => { url: string; env: string[] } | null; env: NodeJS.ProcessEnv } {
  const out = path.join(home, 'called');
  const script = `#!/bin/sh\n{ echo "$1"; env; } > '${out}.tmp' && mv '${out}.tmp' '${out}'\n`;
  writeFileSync(path.join(home, 'xdg-open'), script, { mode: 0o755 });
  const called = () => {
    if (!existsSync(out)) return null;
    const [url = '', ...env] = readFileSync(out, 'utf8').split('\n');
    return { url, env };
  };
  const secrets = { AWS_SECRET_ACCESS_KEY: 'aws', CLOUDOPS_KEY: 'key', MY_KEY: 'mine', DISPLAY: ':0' };
  return { called, env: { PATH: `${home}:/usr/bin:/bin`, HOME: home, ...secrets } };
}

test.runIf(process.platform === 'linux')(
  'the opener gets a page only its owner can read: no token in any command line or environment',
  async () => {
    vi.stubEnv('HOME', home);
    vi.stubEnv('PATH', `${home}:${process.env.PATH}`);
    const { called, env } = opener();
    close = openBrowser(ADDRESS, env);
    const { url, env: seen } = await vi.waitUntil(called, { timeout: 10_000 });
    const page = fileURLToPath(url);
    expect(readFileSync(page, 'utf8')).toContain(`content="0;url=${ADDRESS}"`);
    expect(statSync(page).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(page)).mode & 0o777).toBe(0o700);
    expect(url).not.toContain(TOKEN);
    expect(seen.join('\n')).not.toMatch(/secret|AWS_|CLOUDOPS_|MY_KEY/);
    expect(seen).toContain('DISPLAY=:0');
    for (const process of readdirSync('/proc').filter((name) => /^\d+$/.test(name)))
      expect(readOrNothing(`/proc/${process}/cmdline`)).not.toContain(TOKEN);
    close();
    expect(existsSync(path.dirname(page))).toBe(false);
  },
);

test('a machine without an opener goes on, and nothing is left behind', async () => {
  vi.stubEnv('HOME', home);
  vi.stubEnv('PATH', home);
  close = openBrowser(ADDRESS, { PATH: home, HOME: home });
  await vi.waitUntil(() => readdirSync(home).length === 0, { timeout: 10_000 });
});

test('what a browser needs is passed on, whatever else stands in the environment', () => {
  const wanted = { WAYLAND_DISPLAY: 'w', XDG_RUNTIME_DIR: '/run', https_proxy: 'http://p:1', LC_ALL: 'C' };
  const others = {
    AWS_PROFILE: 'p',
    GITHUB_TOKEN: 't',
    CLOUDOPS_KEY_SOURCE: 'env:K',
    K: 'k',
    NODE_OPTIONS: '',
  };
  expect(cleanEnvironment({ ...wanted, ...others })).toEqual(wanted);
});

function readOrNothing(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
