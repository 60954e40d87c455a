import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Downloader } from './download.mjs';
import { capture, ROOT, readJson, run, say } from './run.mjs';

const ELECTRON = join(ROOT, 'node_modules/electron');
const ELECTRON_PROGRAM =
  { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform] ?? 'electron';

/** Electron's binary by its package's own checksums. Resolves with its path, or null. */
export async function ensureElectron(node) {
  const { version } = readJson(join(ELECTRON, 'package.json'), {});
  const dist = join(ELECTRON, 'dist');
  const program = join(dist, ELECTRON_PROGRAM);
  if (existsSync(program) && read(join(dist, 'version'))?.replace(/^v/, '').trim() === version)
    return program;
  const asset = `electron-v${version}-${process.platform}-${process.arch}.zip`;
  const sha256 = readJson(join(ELECTRON, 'checksums.json'), {})[asset];
  if (!sha256) return null;
  const url = `https://github.com/electron/electron/releases/download/v${version}/${asset}`;
  const zip = await new Downloader().fetch({ name: `Electron ${version}`, url, sha256 });
  if (!zip) return null;
  const unpack = `require('@electron-internal/extract-zip')(process.argv[1], {dir: process.argv[2]}).catch((e) => { console.error(e); process.exit(1); })`;
  if ((await run(node, ['-e', unpack, zip, dist])) !== 0) return null;
  writeFileSync(join(ELECTRON, 'path.txt'), ELECTRON_PROGRAM);
  return existsSync(program) ? program : null;
}

/** The pinned Qdrant server for this platform. Resolves with true when the app will find it. */
export async function ensureQdrant() {
  const pins = readJson(join(ROOT, 'resources/qdrant/pins.json'), null);
  const platform = `${process.platform}-${process.arch}`;
  const asset = pins?.assets?.[platform];
  if (!asset) return false;
  const folder = join(ROOT, 'resources/qdrant/bin', platform);
  const program = join(folder, process.platform === 'win32' ? 'qdrant.exe' : 'qdrant');
  if (existsSync(program) && read(join(folder, 'version')) === pins.version) return true;
  const archive = await new Downloader().fetch({
    name: `Qdrant ${pins.version}`,
    url: asset.url,
    sha256: asset.sha256,
  });
  if (!archive) return false;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // tar of Windows 10 and later reads zip files too.
  const { code, output } = await capture('tar', ['-xf', archive, '-C', folder]);
  if (code !== 0 || !existsSync(program)) {
    say(`Qdrant's archive could not be unpacked: ${output.trim() || 'the program is not in it'}.`);
    return false;
  }
  chmodSync(program, 0o755);
  writeFileSync(join(folder, 'version'), pins.version);
  return true;
}

function read(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}
