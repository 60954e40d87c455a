/** `aws`, or the partition a region belongs to. */
function partitionOf(region: string | null): string {
  if (region?.startsWith('cn-')) return 'aws-cn';
  return region?.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

export interface PolicyOptions {
  bucket: string;
  /** The prefix of this machine: deleting is allowed below it alone. */
  installId: string;
  region: string | null;
  kmsKeyId: string | null;
}

/**
 * What the role that backs up needs, and no more. Listing reaches over all installs, because a new machine
 * must find its old prefix; reading too, because it restores from there. Writing and deleting do not.
 */
export function rolePolicy(options: PolicyOptions): object {
  const { installId, kmsKeyId } = options;
  const arn = bucketArn(options);
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'FindBackups',
        Effect: 'Allow',
        Action: [
          's3:ListBucket',
          's3:ListBucketMultipartUploads',
          's3:GetBucketVersioning',
          's3:GetBucketObjectLockConfiguration',
        ],
        Resource: arn,
      },
      { Sid: 'ReadBackups', Effect: 'Allow', Action: ['s3:GetObject'], Resource: `${arn}/*/snapshots/*` },
      {
        Sid: 'WriteOwnBackups',
        Effect: 'Allow',
        Action: ['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts', 's3:DeleteObject'],
        Resource: `${arn}/${installId}/snapshots/*`,
      },
      ...(kmsKeyId
        ? [
            {
              Sid: 'UseBackupKey',
              Effect: 'Allow',
              Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
              Resource: keyArn(kmsKeyId, options.region),
              Condition: { StringLike: { 'kms:ViaService': `s3.*.${dnsSuffix(options.region)}` } },
            },
          ]
        : []),
      {
        Sid: 'KeepVersions',
        Effect: 'Deny',
        Action: VERSION_ENDING,
        Resource: [arn, `${arn}/*`],
      },
    ],
  };
}

/** What the bucket itself refuses, whoever asks: plain HTTP, and the ending of versions. */
export function bucketPolicy(options: PolicyOptions): object {
  const arn = bucketArn(options);
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'KeepVersions',
        Effect: 'Deny',
        Principal: '*',
        Action: ['s3:DeleteObjectVersion', 's3:PutBucketVersioning', 's3:DeleteBucket'],
        Resource: [arn, `${arn}/*`],
      },
      {
        Sid: 'EncryptedTransportOnly',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  };
}

/** With any of these, whoever holds the credentials could end an older version or the bucket's protection. */
const VERSION_ENDING = [
  's3:DeleteObjectVersion',
  's3:PutBucketVersioning',
  's3:PutLifecycleConfiguration',
  's3:BypassGovernanceRetention',
  's3:DeleteBucket',
  's3:PutBucketPolicy',
  's3:DeleteBucketPolicy',
];

function bucketArn({ bucket, region }: PolicyOptions): string {
  return `arn:${partitionOf(region)}:s3:::${bucket}`;
}

function keyArn(kmsKeyId: string, region: string | null): string {
  if (kmsKeyId.startsWith('arn:')) return kmsKeyId;
  return `arn:${partitionOf(region)}:kms:${region ?? '*'}:*:${kmsKeyId.startsWith('alias/') ? 'key/*' : `key/${kmsKeyId}`}`;
}

const dnsSuffix = (region: string | null) =>
  region?.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
