import { type AwsAccess, createAwsAccess } from '../../aws/awsAccess.ts';
import type { ClientMiddleware } from '../../aws/types.ts';
import type { Emit } from '../../events.ts';
import { Accounts } from '../../scan/accounts.ts';
import { Scanner } from '../../scan/scanner.ts';
import type { JournalApi } from '../../storage/api.ts';
import { StorageConfig } from '../../storage/storageConfig.ts';
import { StorageService } from '../../storage/storageService.ts';
import { ExecutionService } from '../executionService.ts';
import type { Timings } from '../ports.ts';

export interface LiveOptions {
  folder: string;
  /** Hexadecimal, 32 bytes. */
  masterKey: string;
  endpoint: string;
  configFile: string;
  credentialsFile: string;
  middleware?: readonly ClientMiddleware[];
}

/** The real parts around ExecutionService, without screens: storage on disk, real clients, real collectors. */
export interface LiveApp {
  storage: StorageService;
  aws: AwsAccess;
  accounts: Accounts;
  scanner: Scanner;
  execution: ExecutionService;
  stop(): Promise<void>;
}

/** Quick enough for a test; the logic is the same. */
const TIMINGS: Partial<Timings> = { firstPollMs: 5, maxPollMs: 20, graceMs: 250, sendTimeoutMs: 5_000 };

export async function startLiveApp(
  { folder, masterKey, endpoint, configFile, credentialsFile, middleware }: LiveOptions,
  emit: Emit = () => undefined,
  wrap: (journal: JournalApi) => JournalApi = (journal) => journal,
): Promise<LiveApp> {
  const aws = createAwsAccess({
    configFile,
    credentialsFile,
    env: { AWS_ENDPOINT_URL: endpoint },
    appVersion: '0.0.0',
    ...(middleware && { middleware }),
  });
  const storage = new StorageService({ emit: () => undefined });
  await storage.open({
    config: StorageConfig.parse({ qdrant: { mode: 'sqlite' } }),
    folder,
    masterKey: Buffer.from(masterKey, 'hex'),
    qdrantBinary: null,
  });
  const { docs, estate, find, journal } = storage;
  const report = (error: unknown) => {
    throw error;
  };
  const accounts = new Accounts({ ...aws, docs, estate, journal, emit });
  const homeRegion = (profile: string) => aws.profiles.homeRegion(profile);
  const scanner = new Scanner({ ...aws, accounts, docs, estate, homeRegion, emit, report });
  const execution = new ExecutionService(
    {
      ...aws,
      accounts,
      estate,
      find,
      emit,
      report,
      journal: wrap(journal),
      touchesBackups: async () => false,
      describe: (resource) => scanner.refresh(resource),
    },
    { timings: TIMINGS },
  );
  const stop = async () => {
    await scanner.stop();
    await execution.stop();
    aws.clients.destroy();
    await storage.shutdown();
  };
  return { storage, aws, accounts, scanner, execution, stop };
}
