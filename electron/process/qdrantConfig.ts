import { join } from 'node:path';

export interface QdrantFolders {
  storage: string;
  snapshots: string;
  temp: string;
}

export function qdrantFolders(folder: string): QdrantFolders {
  return {
    storage: join(folder, 'storage'),
    snapshots: join(folder, 'snapshots'),
    temp: join(folder, 'temp'),
  };
}

/**
 * The whole configuration of our server, as the text of its YAML file (JSON is YAML). The API key is not
 * in it: that goes by environment. Only a file can switch gRPC off, and Qdrant's own defaults would
 * listen on every interface, allow every origin and report telemetry.
 */
export function qdrantConfig(folders: QdrantFolders, port: number): string {
  return JSON.stringify({
    log_level: 'WARN',
    telemetry_disabled: true,
    cluster: { enabled: false },
    service: {
      host: '127.0.0.1',
      http_port: port,
      grpc_port: null,
      enable_cors: false,
      enable_static_content: false,
      enable_tls: false,
      max_request_size_mb: 32,
      max_workers: 2,
    },
    storage: {
      storage_path: folders.storage,
      snapshots_path: folders.snapshots,
      temp_path: folders.temp,
      on_disk_payload: true,
      wal: { wal_capacity_mb: 8, wal_segments_ahead: 0 },
      performance: { max_search_threads: 2, optimizer_cpu_budget: 1 },
      optimizers: { default_segment_number: 2, flush_interval_sec: 5 },
    },
  });
}
