import { expect, test } from 'vitest';
import { awsError, cannedAws } from '../fixtures/cannedAws.ts';
import { ec2Volumes } from './ec2Volumes.ts';

test('a volume knows its instances; a free one has none, and its own id as its name', async () => {
  const aws = cannedAws({
    DescribeVolumesCommand: () => ({
      Volumes: [
        {
          VolumeId: 'vol-1',
          State: 'in-use',
          Size: 100,
          VolumeType: 'gp3',
          Encrypted: true,
          CreateTime: new Date('2025-05-05T05:05:05Z'),
          Attachments: [{ InstanceId: 'i-1', Device: '/dev/xvda' }],
          Tags: [{ Key: 'Name', Value: 'api data' }],
        },
        { VolumeId: 'vol-2', State: 'available', Size: 8, Encrypted: false },
      ],
    }),
  });
  const [used, free] = await aws.collect(ec2Volumes);
  expect(used).toMatchObject({
    name: 'api data',
    state: 'in-use',
    createdAt: '2025-05-05T05:05:05.000Z',
    facts: { Size: 100, VolumeType: 'gp3', Encrypted: true, Device: '/dev/xvda' },
    relations: [{ kind: 'attached_to', resourceType: 'ec2_instance', nativeId: 'i-1' }],
  });
  expect(free).toMatchObject({
    name: 'vol-2',
    state: 'available',
    relations: [],
    facts: { Encrypted: false },
  });
  expect(free?.facts).not.toHaveProperty('Device');
  expect(aws.calls[0]?.input.MaxResults).toBe(1_000);
});

test('a deleted volume is null', async () => {
  const aws = cannedAws({
    DescribeVolumesCommand: () => {
      throw awsError('InvalidVolume.NotFound');
    },
  });
  expect(await aws.describe(ec2Volumes, 'vol-9')).toBeNull();
});
