/**
 * Makes the folders and backups beside this folder, on a checkout of that version alone (see README.md): they are what it
 * wrote, and are never made anew by a later one.
 *
 *     node e2e/formats/0.1.0/make/make.ts sqlite|qdrant [OUT]
 */
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { ScanCell } from '../../../../preload/contract/models.ts';
import { pack } from './archive.ts';
import { type FixtureEstate, PAYMENTS, startFixtureEstate } from './estate.ts';
import { Install, PASSPHRASE } from './install.ts';
import { backUp, begin, changes, goOn, leaveOpen, liveElsewhere, liveInClear, take } from './lives.ts';
import { readAll, type Told } from './read.ts';
import { backupsIn, type EngineName, openFolder, restore } from './workspace.ts';

const [engine, out = join(import.meta.dirname, '..')] = process.argv.slice(2);
if (engine !== 'sqlite' && engine !== 'qdrant') throw new Error('make.ts sqlite|qdrant [OUT]');

/** What opens a fixture. Test secrets: nothing else was ever sealed with them. */
interface Secrets {
  masterKey: string;
  recoveryKey: string;
  passphrase: string;
}

class Maker {
  readonly #engine: EngineName;
  readonly #target: string;
  readonly #temp: string;
  readonly #folders: Record<string, string> = {};
  readonly secrets: Record<string, Secrets> = {};

  constructor(engine: EngineName, target: string, temp: string) {
    this.#engine = engine;
    this.#target = target;
    this.#temp = temp;
  }

  say(text: string): void {
    process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
  }

  file(name: string): string {
    return join(this.#keepsBackups ? this.#target : this.#temp, `${name}.cloudops`);
  }

  /** A backup says nothing of the engine. */
  get #keepsBackups(): boolean {
    return this.#engine === 'sqlite';
  }

  async keepFolder(name: string, install: Install): Promise<void> {
    const masterKey = await install.masterKey();
    this.secrets[name] = { masterKey, recoveryKey: install.recoveryKey, passphrase: install.passphrase };
    const kept = join(this.#temp, 'folders', name);
    await cp(install.folder, kept, { recursive: true });
    await rm(join(kept, 'snapshots'), { recursive: true, force: true });
    this.#folders[name] = kept;
    const copy = join(this.#temp, 'copy');
    await cp(kept, copy, { recursive: true });
    await this.#tell(name, { folder: copy, masterKey, engine: this.#engine });
  }

  async writeFolders(): Promise<void> {
    await this.#write('folders', await pack(this.#folders));
  }

  /** `ids`: the backups to keep, of all that lie there. */
  async keepBackups(name: string, install: Install, ids: string[]): Promise<void> {
    if (!this.#keepsBackups) return;
    const wanted = (path: string) => ids.some((id) => path.includes(id));
    await this.#write('backups', await pack({ [name]: join(install.folder, 'snapshots') }, wanted));
  }

  /** What an exported file brings into an empty workspace. */
  async keepFile(name: string, recoveryKey: string): Promise<void> {
    if (!this.#keepsBackups) return;
    this.secrets[name] = { masterKey: '', recoveryKey, passphrase: PASSPHRASE };
    const folder = join(this.#temp, 'copy');
    const masterKey = Buffer.alloc(32, 7).toString('base64');
    const source = { kind: 'file', path: this.file(name) } as const;
    const [backup] = await backupsIn(source);
    if (backup === undefined) throw new Error(`${name} holds no backup`);
    await mkdir(folder);
    const workspace = await openFolder({ folder, masterKey, engine: 'sqlite' });
    await restore(workspace, { ...backup, source, recoveryKey, mode: 'replace' });
    await workspace.close();
    await this.#tell(name, { folder, masterKey, engine: 'sqlite' });
  }

  async writeSecrets(): Promise<void> {
    await this.#write('secrets.json', Buffer.from(`${JSON.stringify(this.secrets, null, 2)}\n`));
  }

  async #tell(name: string, at: { folder: string; masterKey: string; engine: EngineName }): Promise<void> {
    const workspace = await openFolder(at);
    let told: Told;
    try {
      told = await readAll(workspace.storage);
    } finally {
      await workspace.close();
      await rm(at.folder, { recursive: true, force: true });
    }
    await this.#write(
      `${name}.expected.json.gz`,
      await promisify(gzip)(`${JSON.stringify(told, null, 1)}\n`, { level: 9 }),
    );
    this.say(`${name} holds ${JSON.stringify(told.counts)}`);
  }

  async #write(name: string, bytes: Buffer): Promise<void> {
    await writeFile(join(this.#target, name), bytes);
    this.say(`${name}: ${bytes.length} bytes`);
  }
}

/** Ways for a cell to end that no server here can be made to show. */
async function rareCells({ folder }: Install, masterKey: string, engine: EngineName): Promise<void> {
  const { storage, close } = await openFolder({ folder, masterKey, engine });
  const cell = (service: string, status: ScanCell['status'], message: string): ScanCell => ({
    accountId: PAYMENTS,
    region: 'me-south-1',
    service,
    status,
    count: 0,
    asOf: null,
    message,
  });
  await storage.docs.putCells([
    cell('ec2', 'region_disabled', 'The region me-south-1 is switched off for this account.'),
    cell('lambda', 'unsupported', 'Lambda is not offered in me-south-1.'),
  ]);
  await close();
}

async function make(maker: Maker, estate: FixtureEstate, engine: EngineName): Promise<void> {
  const installs: Install[] = [];
  const newInstall = async () => {
    const install = await Install.make(estate, engine);
    installs.push(install);
    return install;
  };
  try {
    const [first, elsewhere] = [await newInstall(), await newInstall()];
    maker.say('the first days');
    await begin(first, estate);
    await changes(first, estate);
    await first.exportTo(maker.file('early'));
    const early = { file: maker.file('early'), recoveryKey: first.recoveryKey };
    await maker.keepFile('early', first.recoveryKey);

    maker.say('elsewhere');
    await liveElsewhere(elsewhere, early);
    await elsewhere.exportTo(maker.file('elsewhere'));
    await elsewhere.stop();
    await maker.keepFile('elsewhere', elsewhere.recoveryKey);

    maker.say('the later days');
    await goOn(first, estate, { file: maker.file('elsewhere'), recoveryKey: elsewhere.recoveryKey });
    await first.stop();
    await rareCells(first, await first.masterKey(), engine);
    await maker.keepFolder('settled', first);
    await first.start();
    await leaveOpen(first, estate);
    const ids = await backUp(first);
    await first.exportTo(maker.file('late'));
    await first.kill();
    await maker.keepFolder('killed', first);
    await maker.keepBackups('late', first, ids);
    await maker.keepFile('late', first.recoveryKey);

    if (engine === 'sqlite') {
      maker.say('taken over, and in clear');
      const heir = await newInstall();
      await heir.start();
      await take(heir, { file: maker.file('late'), recoveryKey: first.recoveryKey }, 'replace');
      await heir.talk('describe web-2');
      // The one that was used opens it from then on.
      heir.recoveryKey = first.recoveryKey;
      await heir.stop();
      await maker.keepFolder('heir', heir);
      const clear = await newInstall();
      await liveInClear(clear);
      await clear.stop();
      await maker.keepFolder('clear', clear);
    }
    await maker.writeFolders();
    await maker.writeSecrets();
  } finally {
    for (const install of installs) await install.end().catch((error) => maker.say(String(error)));
  }
}

const target = join(out, engine);
await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
const temp = await mkdtemp(join(tmpdir(), 'cloudops-fixtures-'));
const estate = await startFixtureEstate();
try {
  await make(new Maker(engine, target, temp), estate, engine);
} finally {
  await estate.close();
  await rm(temp, { recursive: true, force: true });
}
// Calls that were held back for a killed app would keep this process.
process.exit();
