import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupSource } from '../../preload/contract/models.ts';
import { FilePlace } from '../storage/backup/filePlace.ts';
import { LocalPlace } from '../storage/backup/localPlace.ts';
import type { BackupReader } from '../storage/backup/place.ts';
import type { S3Clients, S3Target } from './s3Client.ts';
import { S3Place } from './s3Place.ts';

export interface PlacesOptions {
  /** This workspace's own snapshots. */
  snapshots: string;
  /** For what is on its way; emptied at start. */
  temp: string;
  clients: Pick<S3Clients, 'open'>;
}

/** Where backups can lie, opened. */
export class Places {
  readonly #options: PlacesOptions;

  constructor(options: PlacesOptions) {
    this.#options = options;
  }

  async local(): Promise<LocalPlace> {
    await mkdir(this.#options.snapshots, { recursive: true, mode: 0o700 });
    return new LocalPlace(this.#options.snapshots);
  }

  async s3(target: S3Target): Promise<S3Place> {
    const bucket = await this.#options.clients.open(target);
    return new S3Place({ bucket, tempFolder: this.#options.temp });
  }

  async reader(source: BackupSource): Promise<BackupReader> {
    switch (source.kind) {
      case 'here':
        return this.local();
      case 'folder':
        return new LocalPlace(source.path);
      case 'file':
        return new FilePlace(source.path);
      case 's3': {
        const place = await this.s3({ ...source, kmsKeyId: null });
        await place.reach();
        return place;
      }
    }
  }

  /** Gives an empty folder of backups and removes it when the work has ended. */
  async withTemp<T>(work: (place: LocalPlace, path: string) => Promise<T>): Promise<T> {
    const path = join(this.#options.temp, `fetched-${randomUUID()}`);
    await mkdir(path, { recursive: true, mode: 0o700 });
    try {
      return await work(new LocalPlace(path), path);
    } finally {
      await rm(path, { recursive: true, force: true });
    }
  }

  /** Removes what a killed run left on its way. */
  async clearTemp(): Promise<void> {
    const names = await readdir(this.#options.temp).catch(() => []);
    for (const name of names.filter((one) => /^(fetched|upload)-[0-9a-f-]{36}$/.test(one))) {
      await rm(join(this.#options.temp, name), { recursive: true, force: true });
    }
  }
}
