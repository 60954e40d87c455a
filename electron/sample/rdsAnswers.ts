import type {
  CreateDBSnapshotCommandInput,
  DBInstance,
  DeleteDBInstanceCommandInput,
  DescribeDBInstancesCommandInput,
  DescribeDBSnapshotsCommandInput,
  StopDBInstanceCommandInput,
} from '@aws-sdk/client-rds';
import { type Answers, chosen, listed, type SampleCall } from './answers.ts';
import { awsError } from './awsError.ts';
import { key } from './state.ts';

const GONE = 'DBInstanceNotFoundFault';

export const RDS_ANSWERS: Answers = {
  DescribeDBInstances: ({ state }, { DBInstanceIdentifier: id }: DescribeDBInstancesCommandInput) => ({
    DBInstances: chosen(listed(state?.servers.databases), 'DBInstanceIdentifier', id ? [id] : [], GONE),
  }),
  DescribeDBSnapshots: ({ state }, { DBSnapshotIdentifier: id }: DescribeDBSnapshotsCommandInput) => ({
    DBSnapshots: chosen(
      listed(state?.snapshots),
      'DBSnapshotIdentifier',
      id ? [id] : [],
      'DBSnapshotNotFoundFault',
    ),
  }),
  StopDBInstance: (call, input: StopDBInstanceCommandInput) =>
    move(call, input.DBInstanceIdentifier, ['available'], 'stopping', 'stopped'),
  StartDBInstance: (call, input: StopDBInstanceCommandInput) =>
    move(call, input.DBInstanceIdentifier, ['stopped'], 'starting', 'available'),
  RebootDBInstance: (call, input: StopDBInstanceCommandInput) =>
    move(call, input.DBInstanceIdentifier, ['available'], 'rebooting', 'available'),
  DeleteDBInstance: (call, input: DeleteDBInstanceCommandInput) => {
    if (find(call, input.DBInstanceIdentifier).DeletionProtection) {
      throw awsError(
        'InvalidParameterCombination',
        'Cannot delete protected DB Instance, please disable deletion protection and try again.',
      );
    }
    if (input.FinalDBSnapshotIdentifier)
      snapshot(call, input.DBInstanceIdentifier, input.FinalDBSnapshotIdentifier);
    return move(call, input.DBInstanceIdentifier, ['available', 'stopped'], 'deleting', 'gone');
  },
  CreateDBSnapshot: (call, input: CreateDBSnapshotCommandInput) =>
    snapshot(call, input.DBInstanceIdentifier, input.DBSnapshotIdentifier),
};

function find({ state }: SampleCall, id: string | undefined): DBInstance {
  const [database] = chosen(listed(state?.servers.databases), 'DBInstanceIdentifier', [id ?? ''], GONE);
  if (!database) throw awsError(GONE, `DBInstance ${id} not found.`, 404);
  return database;
}

function move(
  call: SampleCall,
  id: string | undefined,
  from: string[],
  passing: string,
  end: string,
): object {
  const database = find(call, id);
  const { account, region, state, memory } = call;
  if (!state || !from.includes(database.DBInstanceStatus ?? '')) {
    throw awsError('InvalidDBInstanceState', `Instance ${id} is not in ${from.join(' or ')} state.`);
  }
  memory.moveDatabase(key(account.accountId, region), state, database, passing, end);
  return { DBInstance: database };
}

function snapshot(call: SampleCall, id: string | undefined, name: string | undefined): object {
  const { DBInstanceIdentifier, Engine, AllocatedStorage } = find(call, id);
  const { state, memory, region, account } = call;
  if (!state) throw awsError(GONE, `DBInstance ${id} not found.`, 404);
  if (state.snapshots.some((one) => one.DBSnapshotIdentifier === name)) {
    throw awsError(
      'DBSnapshotAlreadyExists',
      `Cannot create the snapshot because one with the identifier ${name} already exists.`,
    );
  }
  const DBSnapshot = {
    DBSnapshotIdentifier: name,
    DBSnapshotArn: `arn:aws:rds:${region}:${account.accountId}:snapshot:${name}`,
    DBInstanceIdentifier,
    Engine,
    AllocatedStorage,
    SnapshotCreateTime: new Date(),
    SnapshotType: 'manual',
  };
  memory.addSnapshot(state, DBSnapshot);
  return { DBSnapshot };
}
